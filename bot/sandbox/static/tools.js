// What can be done with one message: quote, copy, look behind it. By pointer, by a long press, by keyboard.

import { by, hear, tell, toast } from "/sandbox/static/server.js";

const LONG_PRESS = 450; // milliseconds
const list = by("messages");
const tools = by("message-tools"); // moves into the message at hand, and may go with it: always reached by this name
const time = by("tools-time");
let message = null;
let isPinned = false; // opened on purpose: stays until something else is done

function open(chosen, pin = false) {
  message = chosen;
  isPinned = pin;
  time.textContent = timeOf(chosen);
  chosen.querySelector(".body").append(tools);
  tools.hidden = false;
  tools.classList.toggle("pinned", pin);
}

function close() {
  isPinned = false;
  tools.hidden = true;
  document.body.append(tools); // a message that goes must not take them along
  message = null;
}

function timeOf(chosen) {
  return chosen.querySelector(".sr").textContent.match(/\d\d:\d\d/)?.[0] ?? "";
}

function words(chosen) {
  const parts = chosen.querySelectorAll(".typed, .card-title, .markdown, .link-text, .file-name, .recognised");
  return [...parts].map((part) => part.innerText.trim()).join("\n");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // only pages on https or on this machine may use it
    const box = document.createElement("textarea");
    box.value = text;
    box.className = "sr";
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  toast("已复制");
}

function act(name) {
  const chosen = message;
  close();
  if (name === "quote") tell("quote", { id: chosen.dataset.id, summary: chosen.dataset.summary });
  if (name === "copy") copy(words(chosen));
  if (name === "behind") tell("look-behind", { id: chosen.dataset.id });
}

/** Up, down, first, last: the next message gets the focus. */
function step(from, key) {
  const to = {
    ArrowUp: from.previousElementSibling,
    ArrowDown: from.nextElementSibling,
    Home: list.firstElementChild,
    End: list.lastElementChild,
  }[key];
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

function onKey(event) {
  if (event.target.closest("#message-tools")) return onToolKey(event);
  const chosen = event.target.closest(".message");
  if (!chosen || event.target !== chosen) return;
  if (["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) step(chosen, event.key);
  else if (["Enter", " ", "ContextMenu"].includes(event.key) || (event.key === "F10" && event.shiftKey)) {
    open(chosen, true);
    tools.querySelector("button").focus();
  } else return;
  event.preventDefault();
}

function onToolKey(event) {
  const buttons = [...tools.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  if (event.key === "Escape") {
    const chosen = message;
    close();
    chosen.focus();
  } else if (event.key === "ArrowRight") buttons[(at + 1) % buttons.length].focus();
  else if (event.key === "ArrowLeft") buttons[(at + buttons.length - 1) % buttons.length].focus();
  else return;
  event.stopPropagation();
  event.preventDefault();
}

function onLongPress() {
  let timer;
  let isHeld = false;
  const cancel = () => clearTimeout(timer);
  list.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse") return;
    const chosen = event.target.closest(".message");
    if (!chosen || event.target.closest("#message-tools")) return;
    isHeld = false;
    timer = setTimeout(() => {
      isHeld = true;
      open(chosen, true);
    }, LONG_PRESS);
  });
  for (const type of ["pointerup", "pointercancel", "pointerleave"]) list.addEventListener(type, cancel);
  list.addEventListener("pointermove", (event) => { if (Math.abs(event.movementY) > 4) cancel(); });
  list.addEventListener("contextmenu", (event) => { if (isHeld) event.preventDefault(); });
}

export function start() {
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (button) act(button.dataset.tool);
  });
  // Not pointerover: that also comes when the page moves below a pointer that rests.
  list.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || isPinned) return;
    const chosen = event.target.closest(".message");
    if (chosen && chosen !== message) open(chosen);
  });
  by("scroll").addEventListener("pointerleave", () => { if (!isPinned) close(); });
  document.addEventListener("pointerdown", (event) => {
    if (isPinned && !event.target.closest("#message-tools")) close();
  });
  list.addEventListener("keydown", onKey);
  hear("redrawn", ({ message: fresh }) => {
    if (message?.dataset.id !== fresh.dataset.id) return;
    if (isPinned) open(fresh, true);
    else close();
  });
  onLongPress();
}
