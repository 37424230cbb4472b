// Cards: a press waits for the robot, and shows that it does.

import { by, conversation, hear, me, post, toast } from "/sandbox/static/server.js";

const waiting = new Map(); // the card's track → the button that was pressed

function dress(card) {
  const pressed = waiting.get(card.dataset.card);
  for (const button of card.querySelectorAll("button.card-button:not(.done)")) {
    // Not the disabled attribute: a disabled button loses the keyboard's focus.
    button.ariaDisabled = pressed ? "true" : null;
    button.classList.toggle("waiting", button.dataset.button === pressed);
    button.ariaBusy = button.dataset.button === pressed ? "true" : null;
  }
}

function dressAll(track) {
  for (const card of document.querySelectorAll(`[data-card="${CSS.escape(track)}"]`)) dress(card);
}

async function press(button) {
  const track = button.closest(".card").dataset.card;
  if (waiting.has(track)) return;
  waiting.set(track, button.dataset.button);
  dressAll(track);
  const answer = await post("press", { person: me, card: track, button: button.dataset.button });
  waiting.delete(track);
  dressAll(track);
  if (!answer.ok) toast(answer.error);
}

export function start() {
  by("messages").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".card-button[data-button]")) press(button);
    if (button?.matches(".say-link")) post("say", { person: me, conversation, text: button.dataset.say });
  });
  hear("redrawn", ({ message }) => message.querySelectorAll("[data-card]").forEach(dress));
}
