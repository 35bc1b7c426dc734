// Dragging with a pointer: a mouse at once, a finger when it has rested a moment, so that scrolling stays possible.
import { Carried } from "./carry.js";
import { opens, pixels } from "./layout.js";
import { columns, describe, grid, isPlaced, list, placeOf, say, scale, scroller, step, word } from "./page.js";
import { move, takeOff } from "./send.js";

const HOLD = 380; // milliseconds
const SLACK = 5; // pixels
const EDGE = 48; // pixels from the edge, within which it scrolls
const GRIP = 9; // pixels of the lower edge
let held;

const snap = (minutes) => Math.round(minutes / step()) * step();
const within = (box, x, y) => x >= box.left && x < box.right && y >= box.top && y < box.bottom;

function isOnGrip(cell, event) {
  return isPlaced(cell) && cell.getBoundingClientRect().bottom - event.clientY <= GRIP;
}

function target(x, y) {
  const { cell, isResizing, grabbed } = held;
  const now = placeOf(cell);
  if (isResizing) {
    const top = cell.parentElement.getBoundingClientRect().top + pixels(now.from - opens);
    return { ...now, minutes: Math.max(step(), snap((y - top) / scale())) };
  }
  if (within(list.closest("aside").getBoundingClientRect(), x, y)) return { isList: true };
  const column = columns().find((one) => one.offsetParent && within(one.getBoundingClientRect(), x, y));
  if (!column || !within(scroller.getBoundingClientRect(), x, y)) return null;
  const top = column.querySelector("[data-cells]").getBoundingClientRect().top;
  const from = Math.max(opens, snap(opens + (y - grabbed - top) / scale()));
  return { from, minutes: now.minutes, room: now.room === "" ? "" : column.dataset.column };
}

function scrollAtEdges(x, y) {
  const box = scroller.getBoundingClientRect();
  const by = (near, far, at) => (at < near + EDGE ? -14 : at > far - EDGE ? 14 : 0);
  if (within(box, x, y)) scroller.scrollBy(by(box.left, box.right, x), by(box.top, box.bottom, y));
}

function lift() {
  held.carried = new Carried(held.cell);
  const box = held.cell.getBoundingClientRect();
  held.ghost = held.cell.cloneNode(true);
  held.ghost.removeAttribute("id");
  held.ghost.classList.replace("tt-lifted", "tt-ghost");
  held.ghost.setAttribute("aria-hidden", "true");
  held.ghost.inert = true;
  Object.assign(held.ghost.style, { top: 0, left: 0, width: `${box.width}px`, height: `${Math.min(box.height, 160)}px` });
  if (!held.isResizing) document.body.append(held.ghost);
  getSelection()?.removeAllRanges();
}

function follow(event) {
  const { clientX: x, clientY: y } = event;
  held.ghost.style.transform = `translate(${x - held.grabbedX}px, ${y - Math.min(held.grabbed, 150)}px)`;
  scrollAtEdges(x, y);
  const place = target(x, y);
  list.closest("aside").classList.toggle("tt-wanted", Boolean(place?.isList));
  held.carried.over(place);
  held.ghost.querySelector(".tt-time").textContent = place && !place.isList ? describe(place) : "";
}

function end() {
  clearTimeout(held?.timer);
  held?.ghost?.remove();
  held?.carried?.drop();
  list.closest("aside").classList.remove("tt-wanted");
  held = undefined;
}

// A press that has become a drag opens no panel.
function swallowClick() {
  const swallow = (click) => { click.preventDefault(); click.stopPropagation(); };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 60);
}

function drop() {
  const { cell, carried } = held;
  const place = carried.place;
  end();
  swallowClick();
  if (!place) return;
  if (!place.isList) move(cell, place);
  else if (!isPlaced(cell)) return;
  else if (cell.id.startsWith("session-")) takeOff(cell);
  else say(word("break"));
}

function down(event) {
  const cell = event.target.closest(".tt-cell");
  if (!cell || event.button || held || event.target.closest("dialog")) return;
  const box = cell.getBoundingClientRect();
  held = {
    cell,
    id: event.pointerId,
    x: event.clientX,
    y: event.clientY,
    grabbed: isPlaced(cell) ? event.clientY - box.top : 12,
    grabbedX: event.clientX - box.left,
    isResizing: isOnGrip(cell, event),
    isTouch: event.pointerType !== "mouse",
  };
  if (held.isTouch) held.timer = setTimeout(() => { lift(); follow(event); }, HOLD);
}

function moved(event) {
  if (held?.id !== event.pointerId) {
    const cell = event.target.closest?.(".tt-cell");
    cell?.classList.toggle("tt-grips", isOnGrip(cell, event));
    return;
  }
  if (held.carried) return follow(event);
  if (Math.hypot(event.clientX - held.x, event.clientY - held.y) <= SLACK) return;
  if (held.isTouch) return end(); // a scroll
  lift();
  follow(event);
}

grid.closest(".tt-work").addEventListener("pointerdown", down);
addEventListener("pointermove", moved);
addEventListener("pointerup", (event) => {
  if (held?.id === event.pointerId) held.carried ? drop() : end();
});
addEventListener("pointercancel", () => held && end());
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && held?.carried) {
    end();
    say(word("back"));
  }
});
// A finger that carries something must not scroll; only a listener that is there from the start may say so.
addEventListener("touchmove", (event) => held?.carried && event.cancelable && event.preventDefault(), { passive: false });
addEventListener("contextmenu", (event) => held?.carried && event.preventDefault());
addEventListener("dragstart", (event) => event.target.closest?.(".tt-cell") && event.preventDefault());
