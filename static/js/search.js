// Finds while one types: at once among what the page shows, and a moment later, from the server, in all texts, by the
// same address that submitting leads to. Where the network fails, what the page shows is what was found, and it says so.
const form = document.querySelector("form[data-search]");
const part = document.getElementById("found");
const line = document.querySelector("[data-found]");
const said = document.getElementById("said");
const nothing = line?.querySelector("[data-nothing]");
const all = line?.querySelector("a");
const ITEMS = ".session-card, .break, .person";
const SHOWN = ITEMS.split(", ").map((item) => `${item}:not([hidden])`).join(", ");
const GROUPS = ".moment, section";
const UNSEEN = /[\u200B\u2060\uFEFF]/gu; // blanks without a width, which come along with pasted text
const PAUSE = 250; // milliseconds

const comparable = (text) => text.replace(UNSEEN, "").normalize("NFC").toLowerCase().split(/\s+/u).filter(Boolean);
let shown = part?.cloneNode(true);
let timer;
let request;

// The page may have been opened with words: what it would show without them is then fetched when it is needed.
let isWhole = form && !asked().search;

// Whoever already walks through what was found stays on the link they are on or, where it is gone, at the beginning.
function show(page) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const alike = () => [...part.querySelectorAll("a")].filter((link) => link.href === focused?.href && link.offsetParent);
  const place = alike().indexOf(focused);
  part.replaceChildren(...page.childNodes);
  if (focused) {
    part.tabIndex = -1;
    (alike()[place] ?? alike()[0] ?? part).focus({ preventScroll: true });
  }
}

function hideOthers(words) {
  const page = shown.cloneNode(true);
  for (const item of page.querySelectorAll(ITEMS)) {
    const text = comparable(item.textContent).join(" ");
    item.hidden = item.matches(".break") || !words.every((word) => text.includes(word));
  }
  for (const group of page.querySelectorAll(GROUPS)) {
    group.hidden = !group.querySelector(SHOWN);
  }
  for (const grid of page.querySelectorAll(".timetable")) {
    grid.className = "day-list";
  }
  for (const aside of page.querySelectorAll(".timetable-rooms, .agenda-now, .day-tabs, .letters, .hours, .release, .feeds")) {
    aside.remove();
  }
  nothing.hidden = page.querySelector(SHOWN) !== null;
  show(page);
}

function say(...sentences) {
  nothing.hidden = true;
  said.textContent = sentences.join(" ");
}

async function fetched(address, signal) {
  try {
    const answer = await fetch(address, { signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.ok && page.getElementById("found") ? page : null;
  } catch {
    return null;
  }
}

async function ask(address, isSubmitted) {
  const mine = new AbortController();
  request = mine;
  part.setAttribute("aria-busy", "true");
  const page = await fetched(address, mine.signal);
  if (request !== mine) return;
  part.removeAttribute("aria-busy");
  if (page) {
    show(page.getElementById("found"));
    say(page.getElementById("said")?.textContent.trim() ?? "");
    history.replaceState(null, "", address);
    all.hidden = !address.search;
    if (!address.search) {
      shown = part.cloneNode(true);
      isWhole = true;
    }
  } else if (isSubmitted) {
    location.assign(address);
  } else if (isWhole) {
    say(...(nothing.hidden ? [] : [nothing.textContent]), line.dataset.partly);
  } else {
    say(line.dataset.earlier);
  }
}

// The language switch leads to what one looks for now.
function lead(address) {
  for (const link of document.querySelectorAll("a[hreflang]")) {
    const there = new URL(link.href);
    there.search = address.search;
    link.href = there;
  }
}

// The address that submitting leads to, without what is empty.
function asked() {
  const address = new URL(form.action);
  for (const [name, value] of new FormData(form)) {
    if (comparable(value).length) {
      address.searchParams.set(name, value.trim());
    }
  }
  return address;
}

// Words are looked for here at once; what fits a choice only the server knows.
function look(isSubmitted) {
  const words = comparable(form.q.value);
  const address = asked();
  const isOnlyWords = [...address.searchParams.keys()].every((name) => name === "q");
  clearTimeout(timer);
  request?.abort();
  request = undefined;
  lead(address);
  all.hidden = isWhole && !address.search;
  if (isWhole) {
    say();
  }
  if (isWhole && words.length && isOnlyWords) {
    hideOthers(words);
  } else if (isWhole && !address.search) {
    part.removeAttribute("aria-busy");
    show(shown.cloneNode(true));
    history.replaceState(null, "", address);
    return;
  }
  timer = setTimeout(ask, isSubmitted ? 0 : PAUSE, address, isSubmitted);
}

if (form && part) {
  form.q.addEventListener("input", () => look(false));
  form.addEventListener("change", ({ target }) => target.matches("select") && look(false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look(true);
  });
}
