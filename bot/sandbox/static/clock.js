// The sandbox's clock: runs on between the moments at which the server tells it, walks, and dates what is shown.

import { by, hear, post, toast } from "/sandbox/static/server.js";

const ZONE = { timeZone: "Asia/Shanghai" };
const day = new Intl.DateTimeFormat("sv-SE", ZONE);
const weekday = new Intl.DateTimeFormat("zh-CN", { ...ZONE, weekday: "short" });
const hour = new Intl.DateTimeFormat("sv-SE", { ...ZONE, hour: "2-digit", minute: "2-digit" });
const DAY = 86_400_000; // milliseconds

let clock = null;
let today = "";
let pressed = null; // the button that the keyboard comes back to after a walk

const now = () => (clock.frozen ? clock.now : clock.now + Date.now() - clock.at);

function show(event) {
  clock = { now: event.now_ms, at: Date.now(), frozen: event.frozen };
  by("clock-frozen").hidden = !event.frozen;
  walk(event);
  tick();
}

function tick() {
  if (!clock) return;
  const at = new Date(now());
  const date = day.format(at);
  const text = `${date} ${weekday.format(at)} ${hour.format(at)}`;
  if (by("clock-now").textContent !== text) write(text);
  const evening = hour.format(at) < "18:00" ? "今晚" : "明晚";
  for (const word of document.querySelectorAll("[data-evening]")) if (word.textContent !== evening) word.textContent = evening;
  if (today && today !== date) relabel();
  today = date;
}

/** The year by itself: a phone has no room for it. */
function write(text) {
  const year = document.createElement("span");
  year.className = "year";
  year.textContent = text.slice(0, 5);
  by("clock-now").replaceChildren(year, text.slice(5));
}

function walk(event) {
  const isWalking = Boolean(event.walking);
  const focused = document.activeElement;
  if (!isWalking && focused !== by("clock-walk")) pressed = null;
  by("clock-walk").hidden = !isWalking;
  by("clock-buttons").classList.toggle("walking", isWalking);
  for (const button of by("clock-buttons").querySelectorAll("button")) button.disabled = isWalking;
  // Where it stands is told by the clock itself, which stays in sight.
  if (isWalking) by("clock-walk-text").textContent = `走到 ${short(event.to_text)}`;
  if (isWalking && by("clock-buttons").contains(focused)) {
    pressed = focused;
    by("clock-walk").focus({ preventScroll: true });
  }
  if (!isWalking) pressed?.focus({ preventScroll: true });
}

/** Without the year, which nobody asks for. */
const short = (text = "") => text.replace(/^\d{4}-/, "");

/** A new day: what was 14:30 is now 昨天 14:30. The rules are those of times.py. */
function relabel() {
  for (const time of document.querySelectorAll("time[data-ms]")) {
    const at = Number(time.dataset.ms);
    const far = dayText(at);
    const clockTime = hour.format(new Date(at));
    time.textContent = time.dataset.form === "brief" ? far || clockTime : `${far} ${clockTime}`.trim();
  }
}

function dayText(at) {
  const [then, here] = [day.format(new Date(at)), day.format(new Date(now()))];
  const days = Math.round((Date.parse(here) - Date.parse(then)) / DAY);
  if (days === 0) return "";
  if (days === 1) return "昨天";
  if (days > 1 && days < 7) return `星期${weekday.format(new Date(at)).slice(-1)}`;
  const [year, month, date] = then.split("-").map(Number);
  return then.slice(0, 4) === here.slice(0, 4) ? `${month}月${date}日` : `${year}年${month}月${date}日`;
}

export function start() {
  hear("clock", show);
  hear("relabel", () => { if (clock) relabel(); });
  setInterval(tick, 1000);
  by("clock-buttons").addEventListener("click", async (event) => {
    const preset = event.target.closest("[data-preset]")?.dataset.preset;
    if (!preset) return;
    const answer = await post("clock", { preset });
    if (answer.ok === false) toast(answer.error);
  });
}
