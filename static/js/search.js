// Finds while one types: at once among what the page shows, and a moment later, from the server, in all texts, by the
// same address that submitting leads to. Where the network fails, what the page shows is what was found.
const form = document.querySelector("form[data-search]");
const part = document.getElementById("found");
const ITEMS = ".session-card, .break, .person";
const GROUPS = ".moment, section";
const PAUSE = 250; // milliseconds

const comparable = (text) => text.normalize("NFC").toLowerCase().split(/\s+/u).filter(Boolean);
let shown = part?.cloneNode(true);
let timer;
let request;

// The page may have been opened with words: what it would show without them is then fetched when it is needed.
let isWhole = form && !form.q.value;

function hideOthers(words) {
  const page = shown.cloneNode(true);
  for (const item of page.querySelectorAll(ITEMS)) {
    const said = comparable(item.textContent).join(" ");
    item.hidden = item.matches(".break") || !words.every((word) => said.includes(word));
  }
  for (const group of page.querySelectorAll(GROUPS)) {
    group.hidden = !group.querySelector(ITEMS.split(", ").map((item) => `${item}:not([hidden])`).join(", "));
  }
  for (const grid of page.querySelectorAll(".timetable")) {
    grid.className = "day-list";
  }
  for (const aside of page.querySelectorAll(".timetable-rooms, .day-tabs, .letters, .hours, .release, .feeds")) {
    aside.remove();
  }
  part.replaceChildren(...page.childNodes);
}

async function ask(address) {
  request?.abort();
  request = new AbortController();
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: request.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = answer.ok ? page.getElementById("found") : null;
    if (now) {
      part.replaceChildren(...now.childNodes);
      history.replaceState(null, "", address);
    }
    return now !== null;
  } catch {
    return false;
  } finally {
    part.removeAttribute("aria-busy");
  }
}

function look() {
  const text = form.q.value.trim();
  const words = comparable(text);
  const address = new URL(form.action);
  clearTimeout(timer);
  if (text) {
    address.searchParams.set("q", text);
  }
  if (isWhole && words.length) {
    hideOthers(words);
  } else if (isWhole) {
    request?.abort();
    part.replaceChildren(...shown.cloneNode(true).childNodes);
    history.replaceState(null, "", address);
    return;
  }
  timer = setTimeout(async () => {
    const whole = !text;
    if ((await ask(address)) && whole) {
      shown = part.cloneNode(true);
      isWhole = true;
    }
  }, PAUSE);
}

if (form && part) {
  form.q.addEventListener("input", look);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
}
