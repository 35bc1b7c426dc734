// One filter is open at a time; Escape and a press elsewhere close it.
const filters = [...document.querySelectorAll("details.filter")];

function closeAllBut(kept) {
  filters.filter((filter) => filter !== kept).forEach((filter) => (filter.open = false));
}

document.addEventListener("click", (event) => closeAllBut(event.target.closest("details.filter")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = filters.find((filter) => filter.open);
  closeAllBut(null);
  open?.querySelector("summary").focus();
});
