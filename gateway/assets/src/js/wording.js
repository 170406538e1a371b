// The wording of a mail: placeholders are put in where one writes, and the preview follows what is typed.
import { on } from "./page.js";

const PAUSE = 700;
let timer = 0;
let last = null;

const show = (form) => form.querySelector("[formtarget=preview]")?.click();

on("focusin", "form:has([formtarget=preview]) :is(input[name=subject], textarea)", (field) => { last = field; });
on("click", "[data-insert]", (button) => {
  const field = last && button.form.contains(last) ? last : button.form.elements.body;
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
on("input", "form:has([formtarget=preview]) :is(input[name=subject], textarea)", (field) => {
  clearTimeout(timer);
  timer = setTimeout(() => show(field.form), PAUSE);
});
on("change", "[data-preview-with]", (field) => show(field.form));
