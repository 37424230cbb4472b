// Practising: begin again, or with a company of one's own. The page reloads when the new company says hello.

import { by, post, toast } from "/sandbox/static/server.js";

function cover() {
  by("practice").close();
  by("restarting").showModal();
}

function uncover(error) {
  by("restarting").close();
  if (error) toast(error);
}

async function reset() {
  cover();
  const answer = await post("reset", {});
  if (answer.ok === false) uncover(answer.error);
}

async function bringCompany(input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  showFaults("", []);
  input.disabled = true;
  const form = new FormData();
  form.append("media", file, file.name);
  const answer = await post("company", form);
  input.disabled = false;
  if (answer.ok) cover();
  else showFaults(answer.error, answer.faults ?? []);
}

function showFaults(error, faults) {
  by("company-faults").hidden = !error;
  by("company-error").textContent = error;
  by("company-fault-list").replaceChildren(...faults.map((fault) => {
    const line = document.createElement("li");
    line.textContent = fault;
    return line;
  }));
}

export function start() {
  if (document.body.dataset.practice !== "yes") return;
  by("practice-open").addEventListener("click", () => by("practice").showModal());
  by("company-file").addEventListener("change", (event) => bringCompany(event.target));
  by("reset-open").addEventListener("click", () => {
    by("reset").returnValue = "no";
    by("reset").showModal();
  });
  by("reset").addEventListener("close", () => { if (by("reset").returnValue === "yes") reset(); });
  by("restarting").addEventListener("cancel", (event) => event.preventDefault());
}
