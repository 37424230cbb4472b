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

async function reset(company) {
  cover();
  const answer = await post("reset", { company });
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

async function open() {
  by("practice").showModal();
  const answer = await fetch("/sandbox/api/practice").catch(() => null);
  if (answer?.ok) by("demo-open").hidden = (await answer.json()).is_demo;
}

function confirm(company) {
  by("reset").dataset.company = company;
  by("reset").returnValue = "no";
  by("reset").showModal();
}

export function start() {
  if (document.body.dataset.practice !== "yes") return;
  by("practice-open").addEventListener("click", open);
  by("company-file").addEventListener("change", (event) => bringCompany(event.target));
  by("reset-open").addEventListener("click", () => confirm("present"));
  by("demo-open").addEventListener("click", () => confirm("demo"));
  by("reset").addEventListener("close", () => { if (by("reset").returnValue === "yes") reset(by("reset").dataset.company); });
  by("restarting").addEventListener("cancel", (event) => event.preventDefault());
}
