// Light, dark or as the system has it: the account menu's choice, kept in a cookie that the server reads too.
import { on } from "./page.js";

on("submit", "form[data-theme-form]", (form, event) => {
  event.preventDefault();
  const { value } = event.submitter;
  if (value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
  document.cookie = `theme=${value};path=/;max-age=31536000;samesite=lax`;
  form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(button === event.submitter)));
  delete form.dataset.sent;
});
