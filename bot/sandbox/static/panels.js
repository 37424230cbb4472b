// The drawer: frames and calls behind a message, units, and the faults that can be switched on.

import { by, conversation, fragment, hear, me, nodes, post, toast } from "/sandbox/static/server.js";

const REFRESH_AFTER = 500; // milliseconds
const drawer = by("drawer");
const toggle = by("drawer-toggle");
const lessons = by("lessons-toggle");
const phone = matchMedia("(max-width: 720px)");
const narrow = matchMedia("(max-width: 1100px)"); // no room beside the talk: as in panels.css
const wide = matchMedia("(min-width: 1500px)"); // room for the lessons and the drawer beside each other
const isAtList = document.body.classList.contains("at-list");
const home = drawer.nextElementSibling;
let tab = "frames";
let about = "";
let refreshing;

async function show() {
  const html = await fragment(`/sandbox/drawer/${tab}`, tab === "frames" && about ? { about } : {});
  if (html !== null) by("drawer-body").replaceChildren(nodes(html));
}

function choose(name) {
  tab = name;
  for (const button of drawer.querySelectorAll("[data-tab]")) {
    const isChosen = button.dataset.tab === name;
    button.ariaSelected = String(isChosen);
    button.tabIndex = isChosen ? 0 : -1;
  }
  by("drawer-body").setAttribute("aria-labelledby", `tab-${name}`);
  show();
}

function open(name, message = "") {
  about = message;
  if (!wide.matches && lessons?.ariaExpanded === "true") lessons.click();
  drawer.hidden = false;
  toggle.ariaExpanded = "true";
  settle();
  choose(name);
  drawer.querySelector('[aria-selected="true"]').focus();
}

function putAway() {
  drawer.hidden = true;
  toggle.ariaExpanded = "false";
  settle();
  by("drawer-body").replaceChildren();
}

function close() {
  putAway();
  toggle.focus();
}

/** The lessons go on beside the talk: from a phone's list one gets there first. */
function makeRoomForLessons() {
  if (lessons.ariaExpanded !== "true") return;
  if (!wide.matches && !drawer.hidden) putAway();
  if (phone.matches && isAtList) {
    location.href = `/?${new URLSearchParams({ me, conv: conversation })}`;
  }
}

/** Beside the talk, or above the composer. Over a phone's list it covers everything: nothing below can be reached. */
function settle() {
  const covers = phone.matches && isAtList;
  if (narrow.matches && !covers) by("composer-form").before(drawer);
  else home.before(drawer);
  for (const part of document.querySelectorAll(".rail, .side, .chat, .clock")) part.inert = covers && !drawer.hidden;
}

/** As things happen, unless somebody is reading an entry. */
function refreshSoon() {
  if (drawer.hidden || refreshing) return;
  refreshing = setTimeout(() => {
    refreshing = null;
    const isReading = tab === "faults" || by("drawer-body").querySelector("details[open]");
    if (!drawer.hidden && !isReading) show();
  }, REFRESH_AFTER);
}

async function saveFaults(form) {
  const faults = {};
  for (const box of form.querySelectorAll("[data-fault]")) {
    const chance = form.querySelector(`[data-chance="${CSS.escape(box.dataset.fault)}"]`);
    chance.disabled = !box.checked;
    if (box.checked) faults[box.dataset.fault] = Number(chance.value);
  }
  const answer = await post("faults", { seed: Number(form.dataset.seed), wait_ms: Number(form.dataset.wait), faults });
  toast(answer.ok === false ? answer.error : "已生效");
}

function moveTab(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const all = [...drawer.querySelectorAll("[data-tab]")];
  const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
  choose(next.dataset.tab);
  next.focus();
}

export function start() {
  toggle.addEventListener("click", () => (drawer.hidden ? open("frames") : close()));
  by("drawer-close").addEventListener("click", close);
  drawer.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  drawer.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-tab]");
    if (chosen) {
      about = "";
      choose(chosen.dataset.tab);
    }
    if (event.target.closest("#frames-all")) {
      about = "";
      show();
    }
  });
  drawer.querySelector("[role=tablist]").addEventListener("keydown", moveTab);
  drawer.addEventListener("change", (event) => {
    const form = event.target.closest("#faults-form");
    if (form) saveFaults(form);
  });
  drawer.addEventListener("submit", (event) => event.preventDefault());
  hear("look-behind", ({ id }) => open("frames", id));
  hear("message", refreshSoon);
  hear("list", refreshSoon);
  for (const width of [phone, narrow]) width.addEventListener("change", settle);
  // After the lessons' own handler has opened or closed them.
  lessons?.addEventListener("click", () => setTimeout(makeRoomForLessons));
}
