// Draws the grid: hours down, rooms across, each cell where and as long as it is; cells at one time side by side.
import { cellsOf, clock, columns, grid, isPlaced, scale, step, work } from "./page.js";

const hours = grid.querySelector(".tt-hours");
const MIN_HEIGHT = 22; // pixels

export let opens = 0;
let closes = 0;

function measure() {
  const cells = [...grid.querySelectorAll(".tt-cell")];
  const starts = cells.map((cell) => Number(cell.dataset.from));
  const ends = cells.map((cell) => Number(cell.dataset.from) + Number(cell.dataset.minutes));
  opens = Math.floor(Math.min(Number(work.dataset.dayFrom), ...starts) / 60) * 60;
  closes = Math.ceil(Math.max(Number(work.dataset.dayUntil), ...ends) / 60) * 60;
}

export const pixels = (minutes) => minutes * scale();

export function stand(element, from, minutes) {
  element.style.top = `${pixels(from - opens)}px`;
  element.style.height = `${Math.max(pixels(minutes) - 2, MIN_HEIGHT)}px`;
}

function drawHours() {
  hours.replaceChildren();
  const every = step() < 30 ? 30 : 60;
  for (let at = opens; at < closes; at += every) {
    const mark = document.createElement("span");
    mark.textContent = clock(at);
    mark.style.top = `${pixels(at - opens)}px`;
    hours.append(mark);
  }
}

// Those that overlap share the width; each takes the first lane that is free.
function share(cells) {
  let together = [];
  let lanes = [];
  const settle = () => {
    for (const [cell, lane] of together) {
      cell.style.left = `${(100 / lanes.length) * lane}%`;
      cell.style.width = `${100 / lanes.length}%`;
    }
    together = [];
    lanes = [];
  };
  for (const cell of cells.sort((one, other) => one.dataset.from - other.dataset.from)) {
    const from = Number(cell.dataset.from);
    if (lanes.every((end) => end <= from)) settle();
    const free = lanes.findIndex((end) => end <= from);
    const lane = free < 0 ? lanes.length : free;
    lanes[lane] = from + Number(cell.dataset.minutes);
    together.push([cell, lane]);
  }
  settle();
}

export function draw() {
  measure();
  grid.classList.add("tt-drawn");
  grid.style.setProperty("--rooms", columns().length);
  grid.style.setProperty("--step", `${pixels(step())}px`);
  grid.style.setProperty("--hour", `${pixels(60)}px`);
  grid.style.setProperty("--length", `${pixels(closes - opens)}px`);
  drawHours();
  for (const cells of grid.querySelectorAll("[data-cells]")) {
    const all = [...cells.querySelectorAll(".tt-cell")];
    for (const cell of all) {
      const height = pixels(Number(cell.dataset.minutes));
      stand(cell, Number(cell.dataset.from), Number(cell.dataset.minutes));
      cell.classList.toggle("tt-low", height < 58);
    }
    share(all);
  }
}

// Puts a cell where its data say: into its room in order of time, or into the list.
export function put(cell, list) {
  if (!isPlaced(cell)) {
    cell.removeAttribute("style");
    list.append(cell);
    return;
  }
  const cells = cellsOf(cell.dataset.room);
  const later = [...cells.children].find((other) => Number(other.dataset.from) > Number(cell.dataset.from));
  cells.insertBefore(cell, later ?? null);
}

// Which hours of the day the people of a cell cannot, and a frame where it would stand.
export function showAway(cell, label) {
  const layer = document.createElement("div");
  layer.className = "tt-bands";
  layer.setAttribute("aria-hidden", "true");
  for (const { who, from, until } of JSON.parse(cell.dataset.away)) {
    const band = document.createElement("div");
    band.className = "tt-away";
    band.textContent = `${who}: ${label}`;
    stand(band, Math.max(from, opens), Math.min(until, closes) - Math.max(from, opens));
    layer.append(band);
  }
  grid.append(layer);
  return () => layer.remove();
}

export function showRivals(cell, isOn) {
  const people = new Set(cell.dataset.speakers.split(" ").filter(Boolean));
  for (const other of grid.querySelectorAll(".tt-cell")) {
    const isRival = other !== cell && other.dataset.speakers.split(" ").some((one) => people.has(one));
    other.classList.toggle("tt-rival", isOn && isRival);
  }
}
