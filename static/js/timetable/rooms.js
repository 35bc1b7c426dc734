// Where the window has no room for all rooms, one is shown at a time.
import { columns } from "./page.js";

const choice = document.getElementById("tt-room");

export function showRoom(room) {
  if (room === "" || !choice) return;
  choice.value = room;
  for (const column of columns()) {
    column.classList.toggle("tt-shown", column.dataset.column === choice.value);
  }
}

if (choice) {
  choice.closest(".tt-one-room").hidden = columns().length < 2;
  choice.addEventListener("change", () => showRoom(choice.value));
  const aimed = document.getElementById(location.hash.slice(1))?.dataset.room;
  const used = columns().find((column) => column.querySelector(".tt-cell"))?.dataset.column;
  showRoom(aimed || used || choice.value);
}
