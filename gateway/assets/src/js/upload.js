// Forms with data-upload take files by dropping them on the page or choosing them, and show how far each has come.
// Each file is posted by itself as the form would post it; without scripts the form posts as it stands.
import { csrfToken, on } from "./page.js";

function row(list, name) {
  const item = document.createElement("li");
  const title = document.createElement("span");
  const percent = document.createElement("span");
  const bar = document.createElement("progress");
  item.className = "upload";
  title.textContent = name;
  percent.textContent = "0%";
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  item.append(title, percent, bar);
  list.append(item);
  return {
    show(part) { bar.value = part; percent.textContent = `${Math.round(part)}%`; },
    fail(why) {
      const words = document.createElement("span");
      words.className = "upload-failed";
      words.textContent = why;
      bar.replaceWith(words);
    },
  };
}

function reason(request) {
  if (!request.status) return "The connection is gone. Choose the file again once it is back.";
  if (request.status === 413) return "This file is too large: at most 100 MiB.";
  try {
    const problem = JSON.parse(request.responseText);
    return problem.errors?.file?.[0] ?? problem.detail ?? problem.title;
  } catch {
    return "The file was not taken. Try again.";
  }
}

function send(form, file, shown) {
  return new Promise((done) => {
    const body = new FormData(form);
    const request = new XMLHttpRequest();
    body.set("file", file);
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.upload.onprogress = (event) => event.lengthComputable && shown.show((event.loaded / event.total) * 100);
    request.onloadend = () => {
      const fine = request.status >= 200 && request.status < 300;
      if (fine) shown.show(100);
      else shown.fail(reason(request));
      done(fine);
    };
    request.send(body);
  });
}

async function sendAll(form, files) {
  const list = document.getElementById(form.dataset.upload);
  let all = true;
  for (const file of files) all = (await send(form, file, row(list, file.name))) && all;
  if (all) window.location.reload();
}

on("change", "form[data-upload] input[type=file]", (input) => input.files.length && sendAll(input.form, [...input.files]));

/** The form that takes what is dropped now: panes come and go, and what is gone must take nothing. */
const taker = () => document.querySelector("form[data-upload]");
const zoneOf = (form) => form.closest("[data-drop]") ?? form;

document.addEventListener("dragover", (event) => {
  const form = taker();
  if (!form || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  zoneOf(form).classList.add("drop-over");
});
document.addEventListener("dragleave", (event) => {
  const form = taker();
  if (form && !event.relatedTarget) zoneOf(form).classList.remove("drop-over");
});
document.addEventListener("drop", (event) => {
  const form = taker();
  if (!form || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  zoneOf(form).classList.remove("drop-over");
  sendAll(form, [...event.dataTransfer.files]);
});
