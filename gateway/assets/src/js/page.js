/** Small helpers that several modules share. */

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** Calls `act(element, event)` when `event` happens inside an element that matches. */
export function on(event, selector, act) {
  document.addEventListener(event, (happened) => {
    const element = happened.target.closest?.(selector);
    if (element) act(element, happened);
  });
}

/** Calls `act(element)` for each matching element of the page and of whatever htmx brings in; htmx tells of both. */
export function each(selector, act) {
  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    if (elt.matches(selector)) act(elt);
    elt.querySelectorAll(selector).forEach(act);
  });
}

export function icon(name) {
  const sprite = document.documentElement.dataset.icons;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}
