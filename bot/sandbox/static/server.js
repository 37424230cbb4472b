// Who looks at which conversation, and talking to the server.

export const { me, conv: conversation, epoch } = document.body.dataset;
export const isGroup = document.body.dataset.group === "yes";
export const by = (id) => document.getElementById(id);

const TOAST_FOR = 4000; // milliseconds
const SILENT = "本地钉钉没有回应，它还开着吗？";

/** POST to the sandbox's JSON API; answers `{ok: false, error}` when nobody answers. */
export async function post(path, body) {
  const isForm = body instanceof FormData;
  try {
    const answer = await fetch(`/sandbox/api/${path}`, {
      method: "POST",
      headers: isForm ? {} : { "Content-Type": "application/json" },
      body: isForm ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    const found = text ? JSON.parse(text) : {};
    return answer.ok || found.error ? found : { ok: false, error: `没有做成（${answer.status}）。` };
  } catch {
    return { ok: false, error: SILENT };
  }
}

/** A part of the page as HTML; nothing when it could not be had. */
export async function fragment(path, query = {}) {
  try {
    const answer = await fetch(`${path}?${new URLSearchParams(query)}`);
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** Messages of this conversation: `{html, older, newer}`; nothing when they could not be had. */
export async function messages(query = {}) {
  const text = await fragment("/sandbox/page/messages", { me, conv: conversation, ...query });
  return text === null ? null : JSON.parse(text);
}

/** What the server drew, as nodes. It escapes whatever people typed. */
export function nodes(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

let fading;

/** One short sentence for a moment. */
export function toast(text) {
  const box = by("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { box.hidden = true; }, TOAST_FOR);
}

/** Tell the rest of the page about something, as `sandbox:<type>`. */
export function tell(type, detail = {}) {
  document.dispatchEvent(new CustomEvent(`sandbox:${type}`, { detail }));
}

export function hear(type, handler) {
  document.addEventListener(`sandbox:${type}`, (event) => handler(event.detail));
}
