// Links with hx-target="#dialog" open in the page's one dialog; without scripts they are pages of their own.
import { on } from "./page.js";

const dialog = document.getElementById("dialog");

if (dialog) {
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog) return;
    const title = dialog.querySelector("h1, h2");
    if (title) {
      title.id ||= "dialog-title";
      dialog.setAttribute("aria-labelledby", title.id);
    }
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[aria-invalid=true], [autofocus]")?.focus();
  });
  dialog.addEventListener("close", () => dialog.replaceChildren());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

on("click", "[data-close]", (button, event) => {
  const open = button.closest("dialog");
  if (!open) return;
  event.preventDefault();
  open.close();
});
