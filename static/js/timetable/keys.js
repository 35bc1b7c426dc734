// Moving with keys: arrows carry what has the focus, Space or Enter puts it there, Escape puts it back.
import { Carried } from "./carry.js";
import { showRoom } from "./rooms.js";
import { columns, describe, isPlaced, placeOf, say, step, word } from "./page.js";
import { move } from "./send.js";

const KEYS = { ArrowUp: [-1, 0, 0], ArrowDown: [1, 0, 0], ArrowLeft: [0, -1, 0], ArrowRight: [0, 1, 0], "+": [0, 0, 1], "=": [0, 0, 1], "-": [0, 0, -1] };
let carried;

function letGo() {
  carried?.drop();
  carried = undefined;
}

function further(place, [later, across, longer]) {
  const rooms = columns().map((column) => column.dataset.column);
  const next = rooms[rooms.indexOf(place.room) + across];
  return {
    room: place.room === "" || next === undefined ? place.room : next,
    from: Math.max(0, place.from + later * step()),
    minutes: Math.max(step(), place.minutes + longer * step()),
  };
}

function carry(cell, by) {
  const isNew = carried?.cell !== cell;
  if (isNew) {
    letGo();
    carried = new Carried(cell);
    carried.over(placeOf(cell));
  }
  const place = further(carried.place, by);
  showRoom(place.room);
  carried.over(place);
  carried.frame.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(...(isNew ? [word("picked")] : []), cell.dataset.title, word("at"), describe(place), ...(isNew ? [word("hint")] : []));
}

document.querySelector(".tt-work").addEventListener("keydown", (event) => {
  const cell = event.target.closest(".tt-cell");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  if (KEYS[event.key] && isPlaced(cell)) {
    event.preventDefault();
    carry(cell, KEYS[event.key]);
  } else if (carried?.cell === cell && (event.key === " " || event.key === "Enter")) {
    event.preventDefault();
    const { place } = carried;
    letGo();
    move(cell, place);
  } else if (carried && event.key === "Escape") {
    event.preventDefault();
    letGo();
    say(word("back"));
  }
});
document.querySelector(".tt-work").addEventListener("focusout", (event) => {
  if (carried?.cell.contains(event.target)) {
    letGo();
    say(word("back"));
  }
});
