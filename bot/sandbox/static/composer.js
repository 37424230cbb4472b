// Writing: text, quote, voice, and sending it all.

import { attached, dropAttachment, keepAttachment } from "/sandbox/static/attachments.js";
import { mentionRobot, mentions, mentionsRobot } from "/sandbox/static/mentions.js";
import { by, conversation, hear, me, post, toast } from "/sandbox/static/server.js";
import { toEnd } from "/sandbox/static/timeline.js";

const LINES = 5;
const composer = by("composer");
const draft = `draft:${me}:${conversation}`;
const desk = matchMedia("(min-width: 721px) and (hover: hover)"); // elsewhere the box brings up letters to tap
const placeholder = composer.placeholder;
let quoted = null;
let isVoice = false;

/** As tall as what is written, up to five lines. */
export function grow() {
  composer.style.height = "auto";
  const line = parseFloat(getComputedStyle(composer).lineHeight);
  const padding = composer.offsetHeight - composer.clientHeight + 12;
  composer.style.height = `${Math.min(composer.scrollHeight, LINES * line + padding)}px`;
}

function write(text) {
  composer.value = text;
  keepDraft();
  grow();
}

function keepDraft() {
  try {
    if (composer.value) sessionStorage.setItem(draft, composer.value);
    else sessionStorage.removeItem(draft);
  } catch { /* a browser that keeps nothing only keeps no drafts */ }
}

function restoreDraft() {
  try {
    composer.value ||= sessionStorage.getItem(draft) ?? "";
  } catch { /* as above */ }
}

async function send() {
  const text = composer.value.trim();
  const picture = attached();
  if (!text && !picture) return;
  const was = { quoted, isVoice, hasRobot: mentionsRobot() };
  const sending = picture ? sendPicture(picture, text) : sendWords(text);
  // Emptied before the answer comes: what is typed meanwhile is the next message, and a second Enter sends nothing.
  write("");
  quote(null);
  setVoice(false);
  mentionRobot();
  if (picture) dropAttachment();
  const answer = await sending;
  if (answer.ok) return done();
  if (!composer.value) write(text);
  if (picture) keepAttachment(picture);
  quote(was.quoted);
  setVoice(was.isVoice);
  mentionRobot(was.hasRobot);
  toast(answer.error);
}

function done() {
  const chips = by("suggestions");
  if (chips?.contains(document.activeElement)) (desk.matches ? composer : by("scroll")).focus({ preventScroll: true });
  if (chips) chips.hidden = true;
  toEnd();
}

function sendWords(text) {
  const said = { person: me, conversation, text };
  if (isVoice) return post("voice", said);
  return post("say", { ...said, quote: quoted?.id ?? "", mention: mentionsRobot(), mentions: mentions(text) });
}

function sendPicture(file, text) {
  return post("picture", form(file, { text, mention: String(mentionsRobot()) }));
}

async function sendFile(input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  const answer = await post("file", form(file));
  if (answer.ok) done();
  else toast(answer.error);
}

function form(file, fields = {}) {
  const filled = new FormData();
  for (const [name, value] of Object.entries({ person: me, conversation, ...fields })) filled.append(name, value);
  filled.append("media", file, file.name);
  return filled;
}

function quote(chosen) {
  quoted = chosen;
  by("quote-bar").hidden = !chosen;
  by("quote-text").textContent = chosen?.summary ?? "";
}

function setVoice(wanted) {
  const button = by("voice");
  if (!button) return;
  isVoice = wanted;
  button.ariaPressed = String(wanted);
  by("composer-form").classList.toggle("speaking", wanted);
  composer.placeholder = wanted ? composer.dataset.voicePlaceholder : placeholder;
  by("send").textContent = wanted ? "发语音" : "发送";
}

export function start() {
  by("composer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  composer.addEventListener("keydown", (event) => {
    // While a Chinese word is being composed, Enter belongs to the input method (229 in browsers that end it early).
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (event.defaultPrevented) return; // the list of people took it
    event.preventDefault();
    send();
  });
  composer.addEventListener("input", () => {
    keepDraft();
    grow();
  });
  hear("quote", (chosen) => {
    quote(chosen);
    composer.focus();
  });
  by("quote-drop").addEventListener("click", () => {
    quote(null);
    composer.focus();
  });
  composer.addEventListener("keydown", (event) => { if (event.key === "Escape" && quoted) quote(null); });
  by("file")?.addEventListener("change", (event) => sendFile(event.target));
  by("voice")?.addEventListener("click", () => {
    setVoice(!isVoice);
    composer.focus();
  });
  by("suggestions")?.addEventListener("click", async (event) => {
    const text = event.target.closest("[data-say]")?.dataset.say;
    if (!text) return;
    const answer = await post("say", { person: me, conversation, text });
    if (answer.ok) done();
    else toast(answer.error);
  });
  restoreDraft();
  grow();
  if (desk.matches) composer.focus({ preventScroll: true });
}
