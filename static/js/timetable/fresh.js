// Looks every few seconds whether others have changed the timetable, and shows what they did. Not while the page is out
// of sight, nor while something is carried.
import { draw } from "./layout.js";
import { hands, list, say, word, work } from "./page.js";
import { replace, served, tally } from "./send.js";

const EVERY = 3500; // milliseconds
let timer;
let waits = EVERY;

async function page() {
  const answer = await fetch(location.href, { redirect: "error" });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function merge(news) {
  const work_then = news.querySelector("[data-timetable]");
  const there = new Set();
  let differs = false;
  for (const cell of news.querySelectorAll(".tt-cell")) {
    there.add(cell.id);
    if (served.get(cell.id) !== cell.outerHTML) {
      replace(cell.id, cell.outerHTML);
      differs = true;
    }
  }
  for (const key of [...served.keys()].filter((one) => !there.has(one))) {
    replace(key, null);
    differs = true;
  }
  document.getElementById("tt-clashes").replaceChildren(...news.getElementById("tt-clashes").childNodes);
  const isOthers = differs && work_then.dataset.number !== work.dataset.number;
  for (const name of ["number", "public", "dayFrom", "dayUntil"]) {
    work.dataset[name] = work_then.dataset[name];
  }
  list.dispatchEvent(new Event("tt-listed"));
  tally();
  draw();
  if (isOthers) say(word("news"));
}

async function look() {
  try {
    const answer = await fetch(work.dataset.state, { redirect: "error" });
    const { number, public: version } = await answer.json();
    const isNew = String(number) !== work.dataset.number || version !== work.dataset.public;
    if (isNew && !hands.busy) {
      const news = await page();
      if (!hands.busy) merge(news);
    }
    waits = EVERY;
  } catch {
    waits = Math.min(waits * 2, 60_000);
  }
  wait();
}

function wait() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, waits);
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) look();
});
wait();
