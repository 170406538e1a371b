// A toast says what was done, with Undo or Show. They come with the page, or in an answer's HX-Trigger header
// {"toast": {"text", "undo_url"?, "show_url"?, "failed"?}}.
import { csrfToken, each, icon, on } from "./page.js";

const area = () => document.getElementById("toasts");
const STAY = 8000;

function leaveLater(item) {
  let timer;
  const start = () => { timer = setTimeout(() => item.remove(), STAY); };
  const hold = () => clearTimeout(timer);
  item.addEventListener("mouseenter", hold);
  item.addEventListener("focusin", hold);
  item.addEventListener("mouseleave", start);
  item.addEventListener("focusout", start);
  start();
}

function undoForm(url) {
  const form = document.createElement("form");
  const token = document.createElement("input");
  const button = document.createElement("button");
  form.method = "post";
  form.action = url;
  token.type = "hidden";
  token.name = "csrf_token";
  token.value = csrfToken();
  button.textContent = "Undo";
  form.append(token, button);
  return form;
}

export function toast({ text, undo_url: undo, show_url: show, failed }) {
  const item = document.createElement("div");
  item.className = failed ? "toast toast-failed" : "toast";
  item.append(icon(failed ? "alert-circle" : "check"), text);
  if (undo) item.append(undoForm(undo));
  if (show) {
    const link = document.createElement("a");
    link.href = show;
    link.textContent = "Show";
    item.append(link);
  }
  area()?.append(item);
  leaveLater(item);
}

each(".toast", leaveLater);
on("click", ".toast-close", (button) => button.closest(".toast").remove());
document.addEventListener("toast", (event) => toast(event.detail));
document.addEventListener("htmx:sendError", () => toast({ text: "The connection is gone. Nothing was saved, and nothing that you typed is lost.", failed: true }));
document.addEventListener("htmx:responseError", (event) => {
  const down = event.detail.xhr.status === 503;
  toast({ text: down ? "This part does not answer just now. Try again in a moment." : "That did not work. Reload the page and try again.", failed: true });
});
