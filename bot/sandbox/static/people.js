// Who I am: choosing another person, and the list of conversations with its unread counts.

import { by, hear, nodes } from "/sandbox/static/server.js";

let drawn = "";

/** The list anew. Whoever stands on an entry with the keyboard stays on it. */
function showList(event) {
  if (event.html === drawn) return;
  drawn = event.html;
  const list = by("conversations");
  const key = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(nodes(event.html));
  if (key) list.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  let unread = 0;
  for (const entry of list.querySelectorAll("[data-unread]")) unread += Number(entry.dataset.unread);
  document.title = (unread ? `(${unread > 99 ? "99+" : unread}) ` : "") + document.body.dataset.title;
}

function search() {
  const wanted = by("people-search").value.trim().toLowerCase();
  let found = 0;
  for (const entry of by("people").querySelectorAll("li")) {
    entry.hidden = !entry.dataset.words.toLowerCase().includes(wanted);
    found += entry.hidden ? 0 : 1;
  }
  by("people-none").hidden = found > 0;
}

export function start() {
  hear("list", showList);
  by("me").addEventListener("click", () => {
    by("people").showModal();
    by("people").querySelector(".current")?.scrollIntoView({ block: "nearest" });
    // Not on a phone, where the keyboard would cover the names.
    if (matchMedia("(min-width: 721px) and (hover: hover)").matches) by("people-search")?.focus({ preventScroll: true });
  });
  by("people-search")?.addEventListener("input", search);
  by("people-search")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault(); // or the dialog closes
    if (event.target.value.trim()) by("people").querySelector("li:not([hidden]) a.person")?.click();
  });
}
