// Menus are <details>: they open without scripts. Here: one at a time, Escape and a click outside close, arrows move.
import { on } from "./page.js";

const open = () => document.querySelector("details.menu[open]");

function close(menu, back) {
  menu.open = false;
  if (back) menu.querySelector("summary").focus();
}

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    const inside = menu.contains(event.target);
    if (!inside || event.target.closest(".menu-item")) close(menu, false);
  });
});

// A menu near the lower edge opens upwards.
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details.menu") || !menu.open) return;
  const list = menu.querySelector(".menu-list");
  menu.classList.remove("menu-up");
  const box = list.getBoundingClientRect();
  if (box.bottom > window.innerHeight && menu.getBoundingClientRect().top > box.height + 70) menu.classList.add("menu-up");
}, true);

document.addEventListener("keydown", (event) => {
  const menu = open();
  if (!menu) return;
  if (event.key === "Escape") {
    event.preventDefault();
    close(menu, true);
  }
});

on("keydown", "details.menu", (menu, event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  menu.open = true;
  const items = [...menu.querySelectorAll(".menu-item")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items[at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length]?.focus();
});
