// Finds a session in the list while one types. A page that was opened with words has not all of them: it asks anew.
import { list } from "./page.js";

const box = document.getElementById("tt-q");
const isWhole = !box.value;
const comparable = (text) => text.normalize("NFC").toLowerCase();

function look() {
  const words = comparable(box.value).split(/\s+/u).filter(Boolean);
  for (const cell of list.children) {
    const text = comparable(cell.textContent);
    cell.hidden = !words.every((word) => text.includes(word));
  }
}

if (isWhole) {
  box.addEventListener("input", look);
  box.form.addEventListener("submit", (event) => event.preventDefault());
  list.addEventListener("tt-listed", look);
}
