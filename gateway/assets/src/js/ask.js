// Asks for one line in a dialog of its own; answers what `check` makes of it, or null where it was closed.

function part(tag, properties, ...inside) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...inside);
  return element;
}

export function ask({ title, label, hint, button, check, refusal = "This is no address." }) {
  const field = part("input", { className: "input", id: "asked", type: "text", required: true, autocomplete: "off" });
  const said = part("p", { className: "hint", id: "asked-hint", textContent: hint });
  const form = part("form", { className: "dialog-box", method: "dialog", noValidate: true },
    part("header", { className: "dialog-head" }, part("h2", { textContent: title, id: "asked-title" })),
    part("div", { className: "dialog-body form" },
      part("div", { className: "field" }, part("label", { htmlFor: "asked", textContent: label }), field, said)),
    part("footer", { className: "dialog-foot" },
      part("button", { className: "button", type: "button", textContent: "Not now", onclick: () => dialog.close() }),
      part("button", { className: "button button-primary", textContent: button })));
  const dialog = part("dialog", { className: "dialog" }, form);
  dialog.setAttribute("aria-labelledby", "asked-title");
  field.setAttribute("aria-describedby", "asked-hint");
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  return new Promise((done) => {
    let found = null;
    form.addEventListener("submit", (event) => {
      found = check(field.value);
      if (found) return;
      event.preventDefault();
      field.setAttribute("aria-invalid", "true");
      said.className = "field-error";
      said.textContent = refusal;
      field.focus();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(found);
    });
  });
}
