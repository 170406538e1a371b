// Fields that answer while one types: filters, the password's eye and length, copying, checking all.
import { each, on } from "./page.js";

on("change", "[data-filter]", (field) => field.form.requestSubmit());

on("click", "[data-eye]", (button) => {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
});

each("[data-length-note]", (note) => {
  const input = document.getElementById(note.dataset.lengthNote);
  const show = () => note.classList.toggle("field-ok", input.value.length >= input.minLength);
  input.addEventListener("input", show);
  show();
});

on("click", "[data-copy]", async (button) => {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "Copied";
});

// A button says how many mails go out: to those known, and to each guest whose address is typed in.
each("[data-mails]", (button) => {
  const { form } = button;
  const typed = () => [...form.querySelectorAll('[name="attendee_email"]')].filter((input) => input.value.trim()).length;
  const others = Number(button.dataset.mails);
  form.addEventListener("input", () => {
    const mails = form.elements.notify.checked ? others + typed() : 0;
    button.querySelector("[data-mails-words]").textContent = mails ? `, send ${mails} mail${mails === 1 ? "" : "s"}` : ", no mail";
  });
});

// What is chosen in one field decides which others are asked for.
each("[data-shown-for]", (part) => {
  const [name, ...values] = part.dataset.shownFor.split(" ");
  const form = part.closest("form");
  const show = () => {
    part.hidden = !values.includes(new FormData(form).get(name) || "none");
  };
  form.addEventListener("change", show);
  show();
});

// An empty row at the end of a list of fields is added when asked for.
on("click", "[data-add-row]", (button) => {
  const list = document.getElementById(button.dataset.addRow);
  const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
  list.append(row);
  row.querySelector("input")?.focus();
  list.dispatchEvent(new Event("input", { bubbles: true }));
});
on("click", "[data-remove-row]", (button) => {
  const row = button.closest("[data-row]");
  const list = row.parentElement;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  list.dispatchEvent(new Event("input", { bubbles: true }));
  next?.querySelector("input")?.focus();
});
