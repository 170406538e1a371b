// A form is sent once: its button turns busy at once and is off until the answer comes.
import { csrfToken, on } from "./page.js";

function start(button) {
  const words = document.createElement("span");
  const spinner = document.createElement("span");
  spinner.className = "spinner";
  button.dataset.words = button.innerHTML;
  words.textContent = button.dataset.busy ?? button.textContent.trim();
  button.setAttribute("aria-busy", "true");
  button.replaceChildren(spinner, words);
}

function stop(button) {
  if (!button.dataset.words) return;
  button.innerHTML = button.dataset.words;
  delete button.dataset.words;
  button.removeAttribute("aria-busy");
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach(stop);
}

// What is answered in a frame or another tab is the browser's to send: this page stays as it is.
document.addEventListener("submit", (event) => {
  if (event.submitter?.formTarget) event.stopPropagation();
}, true);

on("submit", "form[method=post]", (form, event) => {
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter ?? form.querySelector("button:not([type=button])");
  if (button?.classList.contains("button")) start(button);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form && !event.detail.xhr.getResponseHeader("HX-Redirect")) release(form);
});
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = csrfToken();
});
// Going back shows the page as it was left: with its forms ready again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
