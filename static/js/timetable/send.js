// Sends a deed and shows what came of it: the changed cells, or the panel with the reason why nothing was done.
import { draw, put } from "./layout.js";
import { clock, day, isPlaced, link, list, say, word, work } from "./page.js";

const token = document.querySelector("#tt-token [name=csrfmiddlewaretoken]").value;
const toast = document.getElementById("tt-toast");
const count = document.getElementById("tt-count");
const none = document.getElementById("tt-none");
const TOAST = 12_000; // milliseconds
let timer;

// The HTML of each cell as the server has sent it, without what the layout adds.
export const served = new Map();
export const refusals = { show: () => {} }; // the panel takes this over

export function remember() {
  for (const cell of document.querySelectorAll(".tt-cell")) {
    served.set(cell.id, cell.outerHTML);
  }
}

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

// Puts a new cell in an old one's place; whoever is on its link stays there.
export function replace(key, html) {
  const old = document.getElementById(key);
  const isFocused = old?.contains(document.activeElement);
  const isHidden = old?.hidden;
  const cell = html ? parse(html) : null;
  const isHere = cell && (!isPlaced(cell) || cell.dataset.day === day);
  old?.remove();
  served.delete(key);
  if (!isHere) return;
  served.set(key, cell.outerHTML);
  cell.hidden = Boolean(isHidden) && !isPlaced(cell);
  put(cell, list);
  if (isFocused) link(cell).focus({ preventScroll: true });
}

export function tally() {
  count.textContent = list.children.length;
  none.hidden = list.children.length > 0;
}

function offerUndo(answer) {
  clearTimeout(timer);
  toast.querySelector("p").textContent = answer.said;
  toast.querySelector("[data-undo]").hidden = !answer.undo;
  toast.dataset.undo = answer.undo;
  toast.dataset.number = answer.number;
  toast.hidden = false;
  timer = setTimeout(() => { toast.hidden = !toast.contains(document.activeElement); }, TOAST);
}

function show(answer) {
  for (const [key, html] of Object.entries(answer.cells)) {
    replace(key, html);
  }
  tally();
  draw();
  if (!answer.stale && answer.number === Number(work.dataset.number) + 1) {
    work.dataset.number = answer.number; // nothing of others is between; else the next look brings it
  }
  say(answer.said);
  offerUndo(answer);
}

// True when it was done.
export async function post(address, fields) {
  const body = new URLSearchParams({ ...fields, shown: day, csrfmiddlewaretoken: token });
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    if (answer.headers.get("content-type").startsWith("application/json")) {
      show(await answer.json());
      return true;
    }
    refusals.show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    say(word("failed"));
    offerUndo({ said: word("failed"), undo: "", number: "" });
  }
  return false;
}

export function move(cell, { room, from, minutes }) {
  return post(`${link(cell).href}move/`, { day, room, starts: clock(from), minutes, seen: cell.dataset.version });
}

export function takeOff(cell) {
  return post(`${link(cell).href}off/`, { seen: cell.dataset.version });
}

toast.querySelector("[data-undo]").addEventListener("click", () => {
  toast.hidden = true;
  post(toast.dataset.undo, { seen: toast.dataset.number });
});
