// Select2 leaves its box without the name of the field that it stands for: screen readers would say the value alone.
const jQuery = window.django?.jQuery;

function name(select) {
  const label = select.getAttribute("aria-label") ?? select.labels?.[0]?.textContent.trim();
  const box = select.nextElementSibling;
  if (!label || !box?.classList.contains("select2")) return;
  box.querySelectorAll('[role="combobox"], [role="textbox"]').forEach((part) => {
    part.setAttribute("aria-label", label);
    part.removeAttribute("aria-labelledby");
  });
}

function nameSearch(event) {
  const label = event.target.getAttribute("aria-label") ?? event.target.labels?.[0]?.textContent.trim();
  document.querySelector(".select2-container--open .select2-search__field")?.setAttribute("aria-label", label ?? "");
}

if (jQuery) {
  jQuery(document).on("select2:open", nameSearch);
  const nameAll = (within) => within.querySelectorAll("select.admin-autocomplete").forEach(name);
  jQuery(() => nameAll(document));
  document.addEventListener("formset:added", (event) => setTimeout(() => nameAll(event.target)));
}
