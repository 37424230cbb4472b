// The page of the local DingTalk. The server draws every message; this script only sends, puts in place and scrolls.
"use strict";

const me = document.body.dataset.me;
const conversation = document.body.dataset.conv;
const by = (id) => document.getElementById(id);
const scroll = by("scroll");
const list = by("messages");
const composer = by("composer");
let quoted = "";
let stuck = true;
let clock = null;

const NEAR_BOTTOM = 120; // pixels
const PAGE = 80; // messages, as the server sends them
const RECONNECT_AFTER = 1500; // milliseconds
const TOAST_FOR = 3500; // milliseconds

// Talking to the server.

async function post(path, body) {
  const isForm = body instanceof FormData;
  try {
    const answer = await fetch(`/sandbox/api/${path}`, {
      method: "POST",
      headers: isForm ? {} : { "Content-Type": "application/json" },
      body: isForm ? body : JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return { ok: false, error: "本地钉钉没有回应，它还开着吗？" };
  }
}

function toast(text) {
  const box = by("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { box.hidden = true; }, TOAST_FOR);
}

// Messages.

function elements(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // drawn by the server, which escapes what people typed
  return holder.content;
}

function find(id) {
  return list.querySelector(`[data-id="${CSS.escape(id)}"]`);
}

function toBottom() {
  stuck = true;
  scroll.scrollTop = scroll.scrollHeight;
}

// Whoever reads the end stays there, also while pictures load; whoever has scrolled up is left alone.
function keepPlace() {
  if (stuck) scroll.scrollTop = scroll.scrollHeight;
}

function show(event) {
  const old = find(event.id);
  if (!event.html) {
    old?.remove();
  } else if (old) {
    old.replaceWith(elements(event.html));
  } else if (event.number > lastNumber()) {
    list.append(elements(event.html));
  }
  tidy();
  keepPlace();
}

function lastNumber() {
  return Number(list.lastElementChild?.dataset.number ?? 0);
}

function tidy() {
  by("nothing").hidden = list.childElementCount > 0;
}

async function loadOlder() {
  const before = list.firstElementChild?.dataset.number ?? "";
  const query = new URLSearchParams({ me, conv: conversation, before });
  const answer = await fetch(`/sandbox/page/messages?${query}`);
  if (!answer.ok) return;
  const height = scroll.scrollHeight;
  const older = elements(await answer.text());
  by("older").hidden = older.childElementCount < PAGE;
  list.prepend(older);
  scroll.scrollTop += scroll.scrollHeight - height;
}

// Live updates.

function connect(isAgain) {
  const query = new URLSearchParams({ me, conv: conversation });
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/sandbox/live?${query}`);
  const tellLooking = () => {
    if (socket.readyState === WebSocket.OPEN) {
      const looking = document.visibilityState === "visible" && isShown() ? "yes" : "no";
      socket.send(JSON.stringify({ looking }));
    }
  };
  socket.onopen = () => {
    tellLooking();
    if (isAgain) catchUp();
  };
  socket.onmessage = (frame) => {
    const event = JSON.parse(frame.data);
    if (event.type === "message") show(event);
    if (event.type === "list") by("conversations").replaceChildren(elements(event.html));
    if (event.type === "clock") setClock(event);
    document.dispatchEvent(new CustomEvent(`sandbox:${event.type}`, { detail: event }));
  };
  document.addEventListener("visibilitychange", tellLooking);
  socket.onclose = () => {
    document.removeEventListener("visibilitychange", tellLooking);
    setTimeout(() => connect(true), RECONNECT_AFTER);
  };
}

async function catchUp() {
  const answer = await fetch(`/sandbox/page/messages?${new URLSearchParams({ me, conv: conversation })}`);
  if (!answer.ok) return;
  list.replaceChildren(elements(await answer.text()));
  tidy();
  toBottom();
}

function isShown() {
  return getComputedStyle(document.querySelector(".chat")).display !== "none";
}

// Writing.

async function send() {
  const text = composer.value.trim();
  if (!text) return;
  const asVoice = by("voice")?.checked;
  const said = { person: me, conversation, text, quote: quoted };
  // Emptied before the answer comes: what is typed meanwhile is the next message, and a second Enter sends nothing.
  composer.value = "";
  dropQuote();
  grow();
  const answer = await post(asVoice ? "voice" : "say", said);
  if (!answer.ok) {
    if (!composer.value) composer.value = text;
    grow();
    return toast(answer.error);
  }
  toBottom();
}

async function upload(kind, input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  const form = new FormData();
  form.append("person", me);
  form.append("conversation", conversation);
  if (kind === "picture" && composer.value.trim()) form.append("text", composer.value.trim());
  form.append("media", file, file.name);
  const answer = await post(kind, form);
  if (!answer.ok) return toast(answer.error);
  if (kind === "picture") composer.value = "";
  grow();
  toBottom();
}

function grow() {
  composer.style.height = "auto";
  composer.style.height = `${Math.min(composer.scrollHeight, 140)}px`;
}

function dropQuote() {
  quoted = "";
  by("quote-bar").hidden = true;
}

function startQuote(message, summary) {
  quoted = message.dataset.id;
  by("quote-text").textContent = summary;
  by("quote-bar").hidden = false;
  composer.focus();
}

// Cards.

async function press(button) {
  const card = button.closest(".card");
  const buttons = card.querySelectorAll("button.card-button");
  buttons.forEach((each) => { each.disabled = true; });
  button.classList.add("waiting");
  const answer = await post("press", { person: me, card: card.dataset.card, button: button.dataset.button });
  if (!answer.ok) toast(answer.error);
  button.classList.remove("waiting");
  buttons.forEach((each) => { each.disabled = false; });
}

// The clock runs between the moments at which the server tells it.

function setClock(event) {
  clock = { now: event.now_ms, at: Date.now(), frozen: event.frozen };
  by("clock-now").textContent = event.text;
  by("clock-frozen").hidden = !event.frozen;
}

function tick() {
  if (!clock || clock.frozen) return;
  const now = new Date(clock.now + Date.now() - clock.at);
  const zone = { timeZone: "Asia/Shanghai" };
  const day = now.toLocaleDateString("sv-SE", zone);
  const weekday = now.toLocaleDateString("zh-CN", { ...zone, weekday: "short" });
  const time = now.toLocaleTimeString("sv-SE", { ...zone, hour: "2-digit", minute: "2-digit" });
  by("clock-now").textContent = `${day} ${weekday} ${time}`;
}

async function moveClock(preset) {
  const answer = await post("clock", { preset });
  if (answer.ok === false) toast(answer.error);
}

// What people do with the page.

list.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".card-button")) press(button);
  if (button.matches(".quote-button")) startQuote(button.closest(".message"), button.dataset.summary);
  if (button.matches(".say-link")) post("say", { person: me, conversation, text: button.dataset.say });
});

by("composer-form").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

composer.addEventListener("keydown", (event) => {
  // While a Chinese word is being composed, Enter belongs to the input method.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});

composer.addEventListener("input", grow);
by("quote-drop").addEventListener("click", dropQuote);
scroll.addEventListener("scroll", () => {
  stuck = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_BOTTOM;
});
new ResizeObserver(keepPlace).observe(list);
by("older").addEventListener("click", loadOlder);
by("picture").addEventListener("change", (event) => upload("picture", event.target));
by("file")?.addEventListener("change", (event) => upload("file", event.target));

by("me").addEventListener("change", (event) => {
  const query = new URLSearchParams({ me: event.target.value });
  if (document.body.classList.contains("in-chat")) query.set("conv", conversation);
  location.href = `/?${query}`;
});

document.querySelectorAll("[data-preset]").forEach((button) => {
  button.addEventListener("click", () => moveClock(button.dataset.preset));
});

by("older").hidden = list.childElementCount < PAGE;
tidy();
toBottom();
connect(false);
setInterval(tick, 1000);
if (matchMedia("(min-width: 721px)").matches) composer.focus();
