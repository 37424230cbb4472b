// The panel of lessons. The server draws it; this script opens it, puts sentences into the composer and reads changes out.
"use strict";

(() => {
  const panel = document.getElementById("lessons");
  const toggle = document.getElementById("lessons-toggle");
  if (!panel || !toggle) return;
  const me = document.body.dataset.me;
  const conversation = document.body.dataset.conv;
  const OPEN = "lessons-open";
  const EXPANDED = "lessons-expanded";
  const home = { parent: panel.parentElement, next: panel.nextElementSibling };
  const composerForm = document.getElementById("composer-form");
  const narrow = matchMedia("(max-width: 1100px)"); // no room beside the talk: as in lessons.css

  // The body is replaced at every change; what is read out stays in the page, or nobody would hear it.
  const body = document.createElement("div");
  const status = document.createElement("p");
  status.className = "lessons-status";
  status.setAttribute("role", "status");
  panel.replaceChildren(status, body);

  function remember(name, value) {
    try { sessionStorage.setItem(name, value ? "yes" : "no"); } catch { /* a private window */ }
  }

  function recalls(name) {
    try { return sessionStorage.getItem(name) === "yes"; } catch { return false; }
  }

  function draw(html, say) {
    const hints = [...body.querySelectorAll("details[open]")].map((each) => each.className);
    const step = body.querySelector(".lessons-step h3")?.textContent;
    const holder = document.createElement("template");
    holder.innerHTML = html; // drawn by the server, which escapes what people typed
    const hadFocus = body.contains(document.activeElement);
    body.replaceChildren(holder.content);
    if (step === body.querySelector(".lessons-step h3")?.textContent) {
      for (const each of body.querySelectorAll("details")) each.open ||= hints.includes(each.className);
    }
    const where = body.querySelector(".lessons-where");
    where?.classList.toggle("here", where.dataset.conv === conversation);
    expand(recalls(EXPANDED));
    if (hadFocus) (body.querySelector(".lessons-chip, .lessons-button") ?? toggle).focus({ preventScroll: true });
    if (say) status.textContent = say;
    body.querySelector(".lessons-step")?.scrollIntoView({ block: "nearest" });
  }

  function expand(isExpanded) {
    panel.classList.toggle("expanded", isExpanded);
    body.querySelector(".lessons-bar")?.setAttribute("aria-expanded", String(isExpanded));
  }

  async function load() {
    try {
      const answer = await fetch(`/sandbox/lessons?${new URLSearchParams({ me })}`);
      if (answer.ok) draw(await answer.text(), "");
      else fail((await answer.json()).error);
    } catch {
      fail("本地钉钉没有回应，它还开着吗？");
    }
  }

  function fail(sentence) {
    status.textContent = sentence;
    let box = body.querySelector(".lessons-fault");
    if (!box) {
      box = document.createElement("p");
      box.className = "lessons-fault lessons-note wrong";
      (body.querySelector(".lessons-body") ?? body).prepend(box);
    }
    box.textContent = sentence;
  }

  async function ask(path, sent) {
    try {
      const answer = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(sent),
      });
      const told = await answer.json();
      if (told.ok === false) return fail(told.error);
      if (told.html) draw(told.html, told.say);
    } catch {
      fail("本地钉钉没有回应，它还开着吗？");
    }
  }

  function show(isOpen) {
    panel.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
    remember(OPEN, isOpen);
    if (isOpen) load();
  }

  function fill(words) {
    const composer = document.getElementById("composer");
    if (!composer) return;
    composer.value = words;
    composer.dispatchEvent(new Event("input", { bubbles: true }));
    composer.focus();
    if (narrow.matches) open(false);
  }

  function showLabels() {
    if (narrow.matches) open(false);
    document.getElementById("labels-open")?.click();
  }

  function open(isExpanded) {
    remember(EXPANDED, isExpanded);
    expand(isExpanded);
  }

  // Where it is narrow the panel is a slim bar just above the composer, so that both stay in sight.
  function settle() {
    if (narrow.matches && composerForm) composerForm.before(panel);
    else home.parent.insertBefore(panel, home.next);
  }

  panel.addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (!chosen) return;
    if (chosen.dataset.lessonsFill) return fill(chosen.dataset.lessonsFill);
    if (chosen.hasAttribute("data-lessons-toggle-body")) return open(!panel.classList.contains("expanded"));
    if (chosen.dataset.lessonsClock) {
      if (chosen.ariaDisabled) return;
      chosen.ariaDisabled = "true"; // the attribute disabled would lose the keyboard's focus
      chosen.textContent = "钟在走…";
      return ask("/sandbox/api/clock", { preset: chosen.dataset.lessonsClock });
    }
    if (chosen.hasAttribute("data-lessons-labels")) return showLabels();
    const act = chosen.dataset.lessonsAct;
    if (act === "hide") {
      show(false);
      return toggle.focus();
    }
    if (act) ask(`/sandbox/api/lessons/${act}`, { person: me, lesson: chosen.dataset.lesson ?? "" });
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && narrow.matches) open(false);
  });

  toggle.setAttribute("aria-controls", "lessons");
  toggle.addEventListener("click", () => {
    show(panel.hidden);
    if (panel.hidden) return;
    open(true);
    panel.focus({ preventScroll: true });
  });
  document.addEventListener("sandbox:lesson", (event) => {
    if (!panel.hidden) draw(event.detail.html, event.detail.say);
  });
  narrow.addEventListener("change", settle);
  settle();
  show(recalls(OPEN));
})();
