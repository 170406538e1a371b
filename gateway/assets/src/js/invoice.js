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
  const paper = document.getElementById("preview");
  const field = (row, name) => row.querySelector(`[name="${name}"]`).value;
  const WHOLE = 100n * SCALE;
  const percent = (text) => exact(text) ?? 0n;
  const shown = (rate) => `${Number(rate) / Number(SCALE)}%`;

  function follow() {
    const currency = form.elements.currency.value;
    const style = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    const plain = new Intl.NumberFormat("en", { minimumFractionDigits: style.resolvedOptions().maximumFractionDigits });
    const digits = style.resolvedOptions().maximumFractionDigits;
    const unit = 10n ** BigInt(digits);
    const money = (amount, format = style) => format.format(Number(amount) / Number(unit));
    const sums = new Map();
    const lines = [];
    const invoiced = new Set();
    const discountOfAll = percent(form.elements.discount_rate_of_all.value);
    let subtotal = 0n;

    form.querySelectorAll("[data-row]").forEach((row) => {
      const quantity = exact(field(row, "quantity"));
      const price = exact(field(row, "unit_price"));
      const known = quantity !== null && price !== null;
      const discount = percent(field(row, "discount_rate"));
      const amount = known ? divide(quantity * price * unit * (WHOLE - discount), SCALE * SCALE * WHOLE) : 0n;
      const rate = exact(field(row, "tax_rate"));
      row.querySelector(".amount").textContent = known ? money(amount, plain) : "–";
      subtotal += amount;
      sums.set(rate, (sums.get(rate) ?? 0n) + amount);
      invoiced.add(field(row, "session_id"));
      lines.push([
        field(row, "description"), field(row, "quantity"), field(row, "unit_price"), shown(rate ?? 0n),
        discount ? shown(discount) : "", money(amount, plain),
      ]);
    });
    form.querySelectorAll("[data-session]").forEach((offer) => {
      offer.hidden = invoiced.has(offer.dataset.session);
    });
    form.querySelectorAll(".billable").forEach((offers) => {
      offers.hidden = !offers.querySelector("[data-session]:not([hidden])");
    });

    const totals = [["Subtotal", money(subtotal)]];
    let discount = 0n;
    for (const [rate, sum] of sums) {
      const off = divide(sum * discountOfAll, WHOLE);
      discount += off;
      sums.set(rate, sum - off);
    }
    let total = subtotal - discount;
    if (discount) totals.push([`Discount ${shown(discountOfAll)}`, money(-discount)]);
    for (const [rate, base] of sums) {
      if (!rate) continue;
      const tax = divide(base * rate, WHOLE);
      total += tax;
      totals.push([`Tax ${shown(rate)} on ${money(base)}`, money(tax)]);
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
      part.textContent = field.value;
    });
    paper.querySelectorAll("[data-only]").forEach((part) => {
      part.hidden = !form.elements[part.dataset.only].value;
    });
    const { due_date: date, due_days: days } = form.elements;
    paper.querySelector("[data-due]").textContent =
      date.valueAsDate ? DAY.format(date.valueAsDate) : days.value ? `${days.value} days after sending` : "";
    const discounted = lines.some((cells) => cells[4]);
    paper.querySelector("[data-discounts]").hidden = !discounted;
    paper.querySelector("tbody").replaceChildren(...lines.map((cells) => {
      const row = document.createElement("tr");
      row.append(...cells.filter((_, at) => at !== 4 || discounted).map((text, at) => {
        const cell = document.createElement("td");
        if (at) cell.className = "right";
        cell.textContent = text;
        return cell;
      }));
      return row;
    }));
  }

  // A completed session becomes a line, at the price of the last one.
  form.addEventListener("click", ({ target }) => {
    const offer = target.closest("[data-add-session]")?.closest("[data-session]");
    if (!offer) return;
    const list = document.getElementById("lines");
    const last = list.querySelector("[data-row]:last-of-type");
    const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
    row.querySelector('[name="description"]').value = offer.dataset.words;
    row.querySelector('[name="session_id"]').value = offer.dataset.session;
    if (last) row.querySelector('[name="unit_price"]').value = field(last, "unit_price");
    list.append(row);
    row.querySelector('[name="unit_price"]').focus();
    follow();
  });

  form.addEventListener("input", follow);
  form.addEventListener("change", follow);
  follow();
});
