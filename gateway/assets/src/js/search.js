// "/" goes to the search field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const field = document.querySelector(".top-search input");
  if (!field) return;
  event.preventDefault();
  const nav = field.closest("[popover]");
  if (nav && !field.offsetParent && !field.getClientRects().length) nav.showPopover();
  field.focus();
});
