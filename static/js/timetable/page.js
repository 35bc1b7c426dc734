// What all parts of the timetable's page share: its elements, its words, its scale.
export const work = document.querySelector("[data-timetable]");
export const grid = document.getElementById("tt-grid");
export const scroller = document.getElementById("tt-scroll");
export const list = document.getElementById("tt-listed");
export const zoomChoice = document.getElementById("tt-zoom");
export const day = work.dataset.day;

const status = document.getElementById("tt-said");
const words = document.getElementById("tt-words").content;
const ROW_HEIGHTS = { 5: 24, 10: 26, 15: 30, 30: 40, 60: 48 }; // pixels a step

export const word = (name) => words.querySelector(`[data-word="${name}"]`).textContent;

export function say(...sentences) {
  status.textContent = sentences.join(" ");
}

export const step = () => Number(zoomChoice.value); // minutes
export const scale = () => ROW_HEIGHTS[step()] / step(); // pixels a minute

// Minutes after the day's midnight as a clock shows them: 1530 is half past one on the night after.
export function clock(minutes) {
  const hours = Math.floor(minutes / 60) % 24;
  return `${String(hours).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

export const columns = () => [...grid.querySelectorAll(".tt-room")];
export const cellsOf = (room) => grid.querySelector(`[data-cells="${room}"]`);
export const roomName = (room) =>
  room ? document.getElementById(`tt-room-${room}`).firstChild.textContent.trim() : word("everywhere");
export const isPlaced = (cell) => cell.dataset.from !== undefined;
export const link = (cell) => cell.querySelector(".tt-open");

// Where a cell stands, or would.
export function placeOf(cell) {
  const { room, from, minutes } = cell.dataset;
  return { room, from: Number(from), minutes: Number(minutes) };
}

export function describe({ room, from, minutes }) {
  return `${clock(from)}–${clock(from + minutes)}, ${roomName(room)}`;
}

// While somebody carries something, nothing is taken out of their hands.
export const hands = { busy: false };
