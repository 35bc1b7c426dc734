// The mark “Missing” follows the typing: a language lacks what the main one, the first box, has.
function mark(group) {
  const [main, ...others] = group.querySelectorAll(".language");
  const text = (language) => language.querySelector("input:not([type=hidden]), textarea").value.trim();
  others.forEach((other) => (other.querySelector("[data-missing]").hidden = !text(main) || Boolean(text(other))));
}

document.addEventListener("input", (event) => {
  const group = event.target.closest("[data-languages]");
  if (group) mark(group);
});
