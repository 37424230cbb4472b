// Mentions in a group: the robot's chip, and the people that `@` offers.

import { by, isGroup } from "/sandbox/static/server.js";

const composer = by("composer");
const chip = by("mention-chip");
const list = by("mention-list");
const chosen = new Map(); // id → name
const WORD = /(?:^|\s|[^\w])@([^\s@]{0,12})$/;
let hasRobot = isGroup;
let current = 0;

export const mentionsRobot = () => hasRobot;

/** The ids of those whose @name still stands in the text. */
export function mentions(text) {
  return [...chosen].filter(([, name]) => text.includes(`@${name}`)).map(([id]) => id);
}

/** Whether the next message goes to the robot. Each message mentions anew, so sending sets it back. */
export function mentionRobot(wanted = true) {
  if (!isGroup) return;
  hasRobot = wanted;
  chip.classList.toggle("off", !wanted);
  chip.ariaLabel = wanted ? "提到了料掌柜，点一下就不提到" : "没有提到料掌柜，点一下就提到";
  chip.title = wanted ? "点一下就不提到料掌柜，只和同事说" : "料掌柜听不到；点一下就提到它";
}

function visible() {
  return [...list.children].filter((entry) => !entry.hidden);
}

function offer() {
  const before = composer.value.slice(0, composer.selectionStart);
  const word = WORD.exec(before)?.[1];
  if (word === undefined) return close();
  for (const entry of list.children) entry.hidden = !entry.dataset.name.includes(word);
  const found = visible();
  if (!found.length) return close();
  list.hidden = false;
  light(0);
}

function light(at) {
  const found = visible();
  current = (at + found.length) % found.length;
  for (const entry of list.children) entry.ariaSelected = String(entry === found[current]);
  found[current].scrollIntoView({ block: "nearest" });
  composer.setAttribute("aria-activedescendant", found[current].id);
}

function close() {
  list.hidden = true;
  composer.removeAttribute("aria-activedescendant");
}

function choose(entry) {
  const { id, name } = entry.dataset;
  const end = composer.selectionStart;
  const start = composer.value.slice(0, end).lastIndexOf("@");
  if (id === "robot") mentionRobot();
  else chosen.set(id, name);
  composer.setRangeText(id === "robot" ? "" : `@${name} `, start, end, "end");
  close();
  composer.focus();
  composer.dispatchEvent(new Event("input", { bubbles: true }));
}

function onKey(event) {
  if (list.hidden || event.isComposing) return;
  const found = visible();
  if (event.key === "ArrowDown") light(current + 1);
  else if (event.key === "ArrowUp") light(current - 1);
  else if (event.key === "Enter" || event.key === "Tab") choose(found[current]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function start() {
  if (!isGroup) return;
  chip.addEventListener("click", () => {
    mentionRobot(!hasRobot);
    composer.focus();
  });
  composer.setAttribute("aria-controls", "mention-list");
  composer.setAttribute("aria-autocomplete", "list");
  composer.addEventListener("keydown", onKey, { capture: true });
  composer.addEventListener("input", offer);
  composer.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the box keeps the focus
    const entry = event.target.closest("li");
    if (entry) choose(entry);
  });
  by("mention-open").addEventListener("click", () => {
    composer.focus();
    composer.setRangeText("@", composer.selectionStart, composer.selectionEnd, "end");
    composer.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
