// The invoice editor: amounts, taxes and the total follow each key, with exact integers as the server counts.
import { each } from "./page.js";

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const PLACES = 6;
const SCALE = 10n ** BigInt(PLACES);

/** "1.5" as an integer of millionths; null when it is no plain number. */
function exact(text) {
  const match = /^\s*(-?)(\d*)(?:[.,](\d{0,6}))?\s*$/.exec(text);
  if (!match || !(match[2] || match[3])) return null;
  const value = BigInt(match[2] || "0") * SCALE + BigInt((match[3] ?? "").padEnd(PLACES, "0"));
  return match[1] ? -value : value;
}

/** Divides, rounding half up (away from zero), as money is rounded. */
function divide(value, by) {
  const size = value < 0n ? -value : value;
  const rounded = (2n * size + by) / (2n * by);
  return value < 0n ? -rounded : rounded;
}

each("form[data-invoice]", (form) => {
  const paper = document.getElementById("paper");
  const field = (row, name) => row.querySelector(`[name="${name}"]`).value;

  function follow() {
    const currency = form.elements.currency.value;
    const style = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    const plain = new Intl.NumberFormat("en", { minimumFractionDigits: style.resolvedOptions().maximumFractionDigits });
    const digits = style.resolvedOptions().maximumFractionDigits;
    const unit = 10n ** BigInt(digits);
    const money = (amount, format = style) => format.format(Number(amount) / Number(unit));
    const taxes = new Map();
    const lines = [];
    let subtotal = 0n;

    form.querySelectorAll("[data-row]").forEach((row) => {
      const quantity = exact(field(row, "quantity"));
      const price = exact(field(row, "unit_price"));
      const known = quantity !== null && price !== null;
      const amount = known ? divide(quantity * price * unit, SCALE * SCALE) : 0n;
      const rate = field(row, "tax_rate") || "0";
      row.querySelector(".amount").textContent = known ? money(amount, plain) : "–";
      subtotal += amount;
      taxes.set(rate, (taxes.get(rate) ?? 0n) + amount);
      lines.push([field(row, "description"), field(row, "quantity"), field(row, "unit_price"), `${rate}%`, money(amount, plain)]);
    });

    const totals = [["Subtotal", money(subtotal)]];
    let total = subtotal;
    for (const [rate, sum] of taxes) {
      const percent = exact(rate);
      if (!percent) continue;
      const tax = divide(sum * percent, 100n * SCALE);
      total += tax;
      totals.push([`Tax ${rate}% on ${money(sum)}`, money(tax)]);
    }
    totals.push(["Total", money(total)]);
    document.querySelectorAll("[data-totals]").forEach((list) => list.replaceChildren(...totals.map(pair)));
    if (paper) print(lines);
  }

  function pair([term, value], at, all) {
    const row = document.createElement("div");
    const name = document.createElement("dt");
    const sum = document.createElement("dd");
    if (at === all.length - 1) row.className = "total";
    name.textContent = term;
    sum.textContent = value;
    row.append(name, sum);
    return row;
  }

  function print(lines) {
    paper.querySelectorAll("[data-from]").forEach((part) => {
      const field = form.elements[part.dataset.from];
      part.textContent = field.valueAsDate ? DAY.format(field.valueAsDate) : field.value;
    });
    paper.querySelector("tbody").replaceChildren(...lines.map((cells) => {
      const row = document.createElement("tr");
      row.append(...cells.map((text, at) => {
        const cell = document.createElement("td");
        if (at) cell.className = "right";
        cell.textContent = text;
        return cell;
      }));
      return row;
    }));
  }

  form.addEventListener("input", follow);
  form.addEventListener("change", follow);
  follow();
});
