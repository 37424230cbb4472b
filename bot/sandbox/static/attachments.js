// The picture that waits beside the text: chosen, pasted, dropped, or a sample label from the site.

import { by, fragment, me, nodes, toast } from "/sandbox/static/server.js";

const SIZE_MAX = 20 * 1024 * 1024; // bytes
const SEARCH_AFTER = 200; // milliseconds
let picture = null;

export const attached = () => picture;

export function dropAttachment() {
  picture = null;
  by("attachment").hidden = true;
  by("attachment-picture").removeAttribute("src");
}

export function keepAttachment(file) {
  if (!file.type.startsWith("image/")) return toast("这不是图片：请选择 PNG、JPG、GIF、BMP 或 WebP。");
  if (file.size > SIZE_MAX) return toast("图片太大：最多 20 MB。");
  picture = file;
  by("attachment-name").textContent = file.name;
  by("attachment").hidden = false;
  const reader = new FileReader();
  reader.onload = () => { if (picture === file) by("attachment-picture").src = reader.result; };
  reader.readAsDataURL(file);
  by("composer").focus();
}

const pictureIn = (transfer) => [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));

function acceptDrops() {
  const place = document.querySelector(".chat");
  const sign = by("drop-here");
  place.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    sign.hidden = false;
  });
  place.addEventListener("dragleave", (event) => { if (!place.contains(event.relatedTarget)) sign.hidden = true; });
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    sign.hidden = true;
    const file = pictureIn(event.dataTransfer);
    if (file) keepAttachment(file);
    else toast("这里只收图片；别的文件请在私聊里用“文件”发。");
  });
}

async function showLabels() {
  const html = await fragment("/sandbox/labels", { me, q: by("labels-search").value });
  if (html !== null) by("labels-body").replaceChildren(nodes(html));
}

async function chooseLabel(label) {
  by("labels").close();
  const answer = await fetch(`/sandbox/labels/${encodeURIComponent(label.dataset.code)}.png`);
  if (!answer.ok) return toast("这张标签拿不到。");
  const data = await answer.blob();
  keepAttachment(new File([data], `${label.dataset.label}.png`, { type: "image/png" }));
}

function openLarge(link) {
  by("viewer-picture").src = link.href;
  by("viewer").showModal();
}

export function start() {
  by("picture").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) keepAttachment(file);
    event.target.value = "";
  });
  by("composer").addEventListener("paste", (event) => {
    const file = pictureIn(event.clipboardData);
    if (!file) return;
    event.preventDefault();
    keepAttachment(file);
  });
  by("attachment-drop").addEventListener("click", () => {
    dropAttachment();
    by("composer").focus();
  });
  acceptDrops();
  by("labels-open").addEventListener("click", () => {
    by("labels").showModal();
    showLabels();
  });
  let searching;
  by("labels-search").addEventListener("input", () => {
    clearTimeout(searching);
    searching = setTimeout(showLabels, SEARCH_AFTER);
  });
  by("labels-body").addEventListener("click", (event) => {
    const label = event.target.closest(".label");
    if (label) chooseLabel(label);
  });
  by("messages").addEventListener("click", (event) => {
    const link = event.target.closest("a.picture");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openLarge(link);
  });
  by("viewer").addEventListener("click", () => by("viewer").close());
  by("viewer").addEventListener("close", () => by("viewer-picture").removeAttribute("src"));
  by("file")?.addEventListener("cancel", () => by("composer").focus());
}
