// Shows times as the visitor's clock has them, on demand. Each <time> says the moment; what was written there before is
// kept beside it, so that it can be had again.
const place = document.querySelector("[data-times]");
const button = place?.querySelector("button");
const said = place?.querySelector("[aria-live]");
const KEY = "times";
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const CLOCK = /\d\d:\d\d/;
const format = (options) => new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: zone, ...options });
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
const weekday = format({ weekday: "short" });

const named = (text) => text.replace("{zone}", zone.replaceAll("_", " "));
const times = () => [...document.querySelectorAll('time[datetime*="T"]')].filter((time) => CLOCK.test(time.textContent));

function remembered() {
  try {
    return localStorage.getItem(KEY) === "own";
  } catch {
    return false;
  }
}

function remember(isOwn) {
  try {
    localStorage.setItem(KEY, isOwn ? "own" : "forum");
  } catch {
    // Then it is for this page only.
  }
}

// A moment on another day than the one under whose heading it stands says so; of two in a row the second, for both.
function own({ dateTime, nextElementSibling: next }) {
  const moment = new Date(dateTime);
  const day = date.format(moment);
  const isSaidNext = next?.matches('time[datetime*="T"]') && date.format(new Date(next.dateTime)) === day;
  const isOtherDay = day !== dateTime.slice(0, 10) && !isSaidNext;
  return isOtherDay ? `${clock.format(moment)} (${weekday.format(moment)})` : clock.format(moment);
}

function show(isOwn) {
  for (const time of times()) {
    time.dataset.forum ??= time.textContent;
    const text = isOwn ? time.dataset.forum.replace(CLOCK, own(time)) : time.dataset.forum;
    if (time.textContent !== text) time.textContent = text;
  }
  for (const one of document.querySelectorAll("[data-zone]")) {
    one.dataset.forum ??= one.textContent;
    one.textContent = isOwn ? named(place.dataset.own) : one.dataset.forum;
  }
  for (const hours of document.querySelectorAll(".hours")) {
    hours.hidden = isOwn; // they name hours of the forum's place
  }
  button.textContent = isOwn ? place.dataset.back : named(place.dataset.show);
}

if (place && times().some((time) => !own(time).startsWith(time.textContent.match(CLOCK)[0]))) {
  let isOwn = remembered();
  button.hidden = false;
  show(isOwn);
  button.addEventListener("click", () => {
    isOwn = !isOwn;
    remember(isOwn);
    show(isOwn);
    said.textContent = isOwn ? named(place.dataset.own) : place.dataset.forum;
  });
  const part = document.getElementById("found");
  if (part) new MutationObserver(() => show(isOwn)).observe(part, { childList: true });
}
