// Opens the panel of a session beside the grid, and sends its forms; without a script it is a page of its own.
import { link, say, word } from "./page.js";
import { post, refusals } from "./send.js";

const dialog = document.getElementById("tt-dialog");
const place = document.getElementById("tt-dialog-panel");
let key;

function show(page) {
  const panel = page.getElementById("tt-panel");
  if (!panel) {
    say(word("failed"));
    return;
  }
  key = panel.dataset.key;
  place.replaceChildren(document.adoptNode(panel));
  if (!dialog.open) dialog.showModal();
  (place.querySelector(".tt-refusal") ?? place.querySelector("h1")).focus();
  dialog.scrollTop = 0;
}

async function open(address) {
  try {
    const answer = await fetch(address, { redirect: "error" });
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    location.assign(address);
  }
}

refusals.show = show;

document.querySelector(".tt-work").addEventListener("click", (event) => {
  const cell = event.target.closest(".tt-cell");
  if (!cell || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link(cell).href);
});

place.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { csrfmiddlewaretoken, shown, ...fields } = Object.fromEntries(new FormData(event.target));
  if (await post(event.target.action, fields)) dialog.close();
});

dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
dialog.addEventListener("close", () => {
  const cell = document.getElementById(key);
  if (cell) link(cell).focus({ preventScroll: true });
});
