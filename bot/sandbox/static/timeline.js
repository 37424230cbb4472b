// The messages on the page: a stretch of the conversation that grows at either end and stays bounded.
//
// The scroller runs from the bottom up (column-reverse), so the newest message is in place before any script runs, and
// what is put on top moves nothing. Whatever else changes is done by keepingPlace.

import { by, hear, me, messages as fetchMessages, nodes, tell } from "/sandbox/static/server.js";

const KEPT = 240; // messages on the page; beyond, the far end goes
const SPARE = 60; // so many beyond KEPT are let be, so that not each message prunes
const NEAR_END = 80; // pixels
const AHEAD = "1600px 0px"; // how far before the edge more is asked for
const FLASH_FOR = 1600; // milliseconds

const scroll = by("scroll");
const list = by("messages");
let hasOlder = list.dataset.older === "yes";
let hasNewer = list.dataset.newer === "yes";
let highest = lastNumber();
let unseen = 0;
let generation = 0;
let loading = false;
let seen = null;
let queued = [];

function numberOf(message) { return Number(message?.dataset.number ?? 0); }
export function lastNumber() { return numberOf(list.lastElementChild); }
function firstNumber() { return numberOf(list.firstElementChild); }

export function find(id) {
  return list.querySelector(`[data-id="${CSS.escape(id)}"]`);
}

const isAtEnd = () => scroll.scrollTop > -NEAR_END;

/** Change the messages; whoever reads the end stays there, whoever reads elsewhere sees nothing move. */
export function keepingPlace(change) {
  if (isAtEnd() && !hasNewer) {
    change();
    showEdges();
    scroll.scrollTop = 0;
    return;
  }
  const anchor = firstVisible();
  const id = anchor?.dataset.id;
  const top = anchor?.getBoundingClientRect().top;
  change();
  showEdges(); // they take room too
  const same = anchor?.isConnected ? anchor : id && find(id);
  if (same) {
    const moved = same.getBoundingClientRect().top - top;
    if (moved) scroll.scrollTop += moved;
  }
}

/** The topmost message in view, found by halving. */
function firstVisible() {
  const edge = scroll.getBoundingClientRect().top;
  const all = list.children;
  let low = 0;
  let high = all.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle].getBoundingClientRect().bottom > edge + 1) high = middle;
    else low = middle + 1;
  }
  return all[low];
}

function showEdges() {
  by("older").hidden = !hasOlder;
  by("newer").hidden = !hasNewer;
}

function tidy() {
  by("nothing").hidden = list.childElementCount > 0;
  showEdges();
  roam();
  mark();
  showJump();
}

/** One message can be reached by Tab; arrows go on from there. */
function roam() {
  if (!list.querySelector(':scope > [tabindex="0"]')) list.lastElementChild?.setAttribute("tabindex", "0");
}

// News.

hear("message", (event) => {
  queued.push(event);
  if (queued.length === 1) soon(flush);
});

/** Before the next picture; a window in the background has none, so it is done by the clock. */
function soon(work) {
  if (document.visibilityState === "visible") requestAnimationFrame(work);
  else setTimeout(work, 50);
}

function flush() {
  const events = queued;
  queued = [];
  const wasAtEnd = isAtEnd() && !hasNewer;
  const fresh = [];
  keepingPlace(() => {
    for (const event of events) if (put(event)) fresh.push(list.lastElementChild);
    prune(wasAtEnd ? "top" : "bottom");
  });
  const others = fresh.filter((message) => message.dataset.from !== me);
  if (!wasAtEnd) unseen += others.length;
  if (others.length) announce(others);
  tidy();
}

/** Whether the event put a new message at the end. */
function put(event) {
  const old = find(event.id);
  if (event.html) highest = Math.max(highest, event.number);
  if (!event.html) old?.remove();
  else if (old) replace(old, nodes(event.html));
  else if (!hasNewer && event.number > lastNumber()) {
    list.append(nodes(event.html));
    return true;
  } else if (hasNewer && event.number >= highest) unseen += 1;
  return false;
}

function replace(old, content) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const fresh = content.firstElementChild;
  if (old.tabIndex === 0) fresh.tabIndex = 0;
  old.replaceWith(content);
  tell("redrawn", { message: fresh });
  if (focused) {
    const button = focused.dataset.button;
    const same = button && fresh.querySelector(`[data-button="${CSS.escape(button)}"]`);
    (same ?? fresh).focus({ preventScroll: true });
  }
}

function prune(end) {
  const surplus = list.childElementCount - KEPT;
  if (surplus <= SPARE) return;
  if (end === "top") hasOlder = true;
  else hasNewer = true;
  const range = document.createRange();
  const all = list.children;
  if (end === "top") {
    range.setStartBefore(all[0]);
    range.setEndBefore(all[surplus]);
  } else {
    range.setStartBefore(all[KEPT]);
    range.setEndAfter(all[all.length - 1]);
  }
  range.deleteContents();
}

function announce(messages) {
  const last = messages[messages.length - 1].dataset.summary;
  by("announcer").textContent = messages.length > 1 ? `${messages.length} 条新消息，最后一条 ${last}` : last;
}

// More of the conversation.

const nextFrame = () => new Promise(soon);

/** Read, put in place and prune, each in a picture of its own, so that none of them makes the scrolling falter. */
async function load(query, far, put) {
  if (loading) return;
  loading = true;
  const mine = generation;
  const answer = await fetchMessages(query);
  const content = answer && nodes(answer.html);
  await nextFrame();
  if (answer && mine === generation) {
    keepingPlace(() => put(answer, content));
    await nextFrame();
    if (mine === generation) keepingPlace(() => prune(far));
    tidy();
  }
  loading = false;
}

function loadOlder() {
  return load({ before: firstNumber() }, "bottom", (answer, content) => {
    hasOlder = answer.older;
    list.prepend(content);
  });
}

function loadNewer() {
  return load({ from: lastNumber() + 1 }, "top", (answer, content) => {
    // Somebody may have spoken since the answer was given: then it is not the end.
    list.append(content);
    hasNewer = answer.newer || lastNumber() < highest;
  });
}

/** Put a stretch of the conversation in place of the one that is shown. */
async function showStretch(query) {
  generation += 1;
  loading = false;
  const mine = generation;
  const answer = await fetchMessages(query);
  if (!answer || mine !== generation) return false;
  list.replaceChildren(nodes(answer.html));
  hasOlder = answer.older;
  hasNewer = answer.newer;
  highest = Math.max(highest, lastNumber());
  return true;
}

/** After a lost connection or too much at once: the same stretch again, as it is now. */
async function catchUp() {
  const isEnd = isAtEnd() && !hasNewer;
  const query = isEnd ? {} : { from: firstNumber(), limit: list.childElementCount + SPARE };
  const mine = ++generation;
  loading = false;
  const answer = await fetchMessages(query);
  if (!answer || mine !== generation) return;
  const known = lastNumber();
  keepingPlace(() => {
    list.replaceChildren(nodes(answer.html));
    hasOlder = isEnd ? answer.older : hasOlder;
    hasNewer = answer.newer;
  });
  if (isEnd) scroll.scrollTop = 0;
  const fresh = [...list.children].filter((message) => numberOf(message) > known && message.dataset.from !== me);
  if (!isEnd) unseen += fresh.length;
  if (fresh.length) announce(fresh);
  highest = Math.max(highest, lastNumber());
  tidy();
}

hear("behind", catchUp);

// Back to the newest, and to what was quoted.

function showJump() {
  const isFar = hasNewer || !isAtEnd();
  if (!isFar) unseen = 0;
  if (!isFar && by("jump") === document.activeElement) scroll.focus({ preventScroll: true }); // or the keyboard is lost
  by("jump").hidden = !isFar;
  by("jump-text").textContent = unseen ? `${unseen > 99 ? "99+" : unseen} 条新消息` : "回到最新";
}

export async function toEnd() {
  if (hasNewer && !(await showStretch({}))) return;
  scroll.scrollTop = 0;
  unseen = 0;
  tidy();
}

async function goTo(id) {
  const isHere = find(id) !== null;
  if (!isHere && !(await showStretch({ around: id }))) return;
  tidy();
  const message = find(id);
  if (!message) return;
  // A long way is not travelled: what is loaded at the edges meanwhile would end it halfway.
  const isCalm = !isHere || matchMedia("(prefers-reduced-motion: reduce)").matches;
  message.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
  message.classList.add("flash");
  setTimeout(() => message.classList.remove("flash"), FLASH_FOR);
}

// Read marks: how far each of the others has read; one's own messages are counted against it.

hear("read", (event) => {
  seen = event.seen;
  mark();
});

function mark() {
  if (!seen || document.body.dataset.group !== "yes") return;
  for (const mark of list.querySelectorAll(".mine .read:not(.all)")) {
    const number = numberOf(mark.closest(".message"));
    const left = seen.filter((upto) => upto < number).length;
    mark.textContent = left ? `${left}人未读` : "全部已读";
    mark.classList.toggle("all", left === 0);
  }
}

// Started.

export function start() {
  const edges = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        const more = entry.target === by("older") ? loadOlder() : loadNewer();
        more.then(() => { // still in view? then it has to be seen anew
          edges.unobserve(entry.target);
          edges.observe(entry.target);
        });
      }
    },
    { root: scroll, rootMargin: AHEAD },
  );
  edges.observe(by("older"));
  edges.observe(by("newer"));
  let isDue = false;
  scroll.addEventListener("scroll", () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      showJump();
    });
  }, { passive: true });
  by("jump").addEventListener("click", toEnd);
  list.addEventListener("click", (event) => {
    const quoted = event.target.closest("[data-quoted]");
    if (quoted) goTo(quoted.dataset.quoted);
  });
  tidy();
}
