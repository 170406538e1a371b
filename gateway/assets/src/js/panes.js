// An engagement's panes are swapped where they stand: each has its own address and title, back and forward work, and
// focus goes along. Text that was typed and not yet sent comes back with its form, also after a reload.
import { each, on } from "./page.js";

const PREFIX = "typed:";
const FIELDS = "[data-pane] form[method=post]:not([data-editor]) :is(textarea, input:not([type]), input[type=text], input[type=date])";
let came = null;

const panes = () => document.getElementById("panes");
const keyOf = (field) => `${PREFIX}${new URL(field.form.action).pathname}:${field.name}`;

on("input", FIELDS, (field) => sessionStorage.setItem(keyOf(field), field.value));
on("submit", "[data-pane] form[method=post]", (form) => {
  [...form.elements].forEach((field) => field.name && sessionStorage.removeItem(keyOf(field)));
});
each(FIELDS, (field) => {
  const kept = sessionStorage.getItem(keyOf(field));
  if (kept !== null) field.value = kept;
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target !== panes()) return;
  came = detail.elt.classList.contains("choice") ? ".choice[aria-current]" : "[data-pane] h2";
  panes().setAttribute("aria-busy", "true");
});

// Whatever is no pane (signed out meanwhile, gone, no right to see it) is a page of its own.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, pathInfo, shouldSwap } = event.detail;
  if (target !== panes() || (shouldSwap && xhr.responseText.includes('id="panes"'))) return;
  event.preventDefault();
  window.location.assign(pathInfo.requestPath);
});
document.addEventListener("htmx:sendError", ({ detail }) => detail.target === panes() && panes().removeAttribute("aria-busy"));

document.addEventListener("htmx:afterSettle", () => {
  if (!came) return;
  const shown = [...panes().querySelectorAll(`${came}, [data-pane] h2`)].filter((part) => part.getClientRects().length);
  const place = shown.find((part) => part.matches(came)) ?? shown[0];
  came = null;
  if (place?.matches("h2")) place.tabIndex = -1;
  place?.focus({ preventScroll: true });
  if (panes().getBoundingClientRect().top < 0) panes().scrollIntoView();
});
