// What is typed into a form with data-draft is kept in this browser until it is sent.
import { each } from "./page.js";

const key = `draft ${window.location.pathname}`;

each("form[data-draft]", (form) => {
  const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden");
  const untouched = fields.every((field) => (field.type === "radio" || field.type === "checkbox" ? !field.checked : !field.value));
  if (untouched) {
    for (const field of fields) {
      const mine = kept.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "radio" || field.type === "checkbox") field.checked = mine.includes(field.value);
      else if (mine.length) [field.value] = mine;
    }
  }
  form.addEventListener("input", () => {
    const typed = fields.filter((field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value));
    localStorage.setItem(key, JSON.stringify(typed.map((field) => [field.name, field.value])));
  });
});

each("[data-draft-done]", () => localStorage.removeItem(key));
