// Lists with data-sortable are put in order by dragging the grip, or with the arrow keys on it.
// With data-order-url the new order is sent there as {ids}; rows carry data-id.
import Sortable from "sortablejs";
import { csrfToken, each } from "./page.js";
import { toast } from "./toast.js";

async function moved(list) {
  list.dispatchEvent(new Event("input", { bubbles: true }));
  if (!list.dataset.orderUrl) return;
  const ids = [...list.querySelectorAll(":scope > [data-id]")].map((row) => row.dataset.id);
  const answer = await fetch(list.dataset.orderUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrfToken() },
    body: JSON.stringify({ ids }),
  }).catch(() => null);
  if (!answer?.ok) toast({ text: "The new order could not be saved. Reload the page to see the old one.", failed: true });
}

each("[data-sortable]", (list) => {
  Sortable.create(list, {
    handle: ".grip",
    animation: 120,
    draggable: "[data-row]",
    chosenClass: "dragged",
    ghostClass: "drop-place",
    onEnd: () => moved(list),
  });
  list.addEventListener("keydown", (event) => {
    const grip = event.target.closest(".grip");
    const up = event.key === "ArrowUp";
    if (!grip || (!up && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const row = grip.closest("[data-row]");
    const other = up ? row.previousElementSibling : row.nextElementSibling;
    if (!other?.matches("[data-row]")) return;
    if (up) other.before(row);
    else other.after(row);
    grip.focus();
    moved(list);
  });
});
