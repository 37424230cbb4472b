// The one socket: every event goes on to the page as `sandbox:<type>`; a lost connection is taken up again.

import { by, conversation, epoch, me, tell } from "/sandbox/static/server.js";

const WAITS = [300, 700, 1500, 3000, 5000]; // milliseconds before each new try
const OFFLINE_AFTER = 2000; // a restart within this time is not worth a word

let socket = null;
let tries = 0;
let waiting;
let complaining;
let wasConnected = false;

export function connect(lastNumber) {
  clearTimeout(waiting);
  const query = new URLSearchParams({ me, conv: conversation, last: lastNumber() });
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/sandbox/live?${query}`);
  socket.onmessage = (frame) => receive(JSON.parse(frame.data));
  socket.onclose = () => {
    complaining ??= setTimeout(() => { by("offline").hidden = false; }, OFFLINE_AFTER);
    waiting = setTimeout(() => connect(lastNumber), WAITS[Math.min(tries, WAITS.length - 1)]);
    tries += 1;
  };
}

function receive(event) {
  if (event.type === "hello") greet(event);
  tell(event.type, event);
}

function greet(event) {
  if (event.epoch !== epoch) return location.reload(); // another company: nothing on this page is true any more
  tries = 0;
  clearTimeout(complaining);
  complaining = null;
  by("offline").hidden = true;
  tellLooking();
  if (wasConnected) tell("behind");
  wasConnected = true;
}

/** Only what somebody looks at counts as read. */
export function tellLooking() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const isShown = getComputedStyle(document.querySelector(".chat")).display !== "none";
  socket.send(JSON.stringify({ looking: document.visibilityState === "visible" && isShown ? "yes" : "no" }));
}

/** Try at once, as after waking up, instead of waiting for the next turn. */
function hurry(lastNumber) {
  if (socket?.readyState === WebSocket.CLOSED) {
    tries = 0;
    connect(lastNumber);
  }
}

export function watch(lastNumber) {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") hurry(lastNumber);
    tellLooking();
  });
  addEventListener("online", () => hurry(lastNumber));
  addEventListener("pageshow", (event) => { if (event.persisted) hurry(lastNumber); });
  matchMedia("(max-width: 720px)").addEventListener("change", tellLooking);
}
