// Marks sessions for one's own agenda, at once and without a network: a button on each session's card and page. What is
// marked lies on the device, so that pages which are the same for everybody can show it; the server is told as soon
// as it can be reached.
const way = document.querySelector("[data-my-agenda]");
const said = document.querySelector("[data-marks-said]");
const KEY = `my-agenda/${way?.dataset.myAgenda}`;
const NOTHING = { marks: [], unsent: {}, account: false };
const isOwnPage = way?.dataset.own !== undefined;
let token;
let ofThisPage; // for a browser that keeps nothing: its marks are sent all the same

function kept() {
  try {
    return { ...NOTHING, ...ofThisPage, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return { ...NOTHING, ...ofThisPage };
  }
}

function keep(changed) {
  const all = { ...kept(), ...changed };
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    ofThisPage = all;
  }
}

// Of the server's marks and those that it has not been told yet, the latter count.
function marked({ marks, unsent } = kept()) {
  const slugs = new Set(marks);
  for (const [slug, isMarked] of Object.entries(unsent)) {
    slugs[isMarked ? "add" : "delete"](slug);
  }
  return slugs;
}

function button(slug, kind) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `mark-button ${kind}`;
  made.dataset.mark = slug;
  return made;
}

function show() {
  const slugs = marked();
  for (const one of document.querySelectorAll("[data-mark]")) {
    const isMarked = slugs.has(one.dataset.mark);
    if (one.matches(".button")) {
      one.textContent = isMarked ? way.dataset.markedWord : way.dataset.markWord;
      one.setAttribute("aria-label", `${one.textContent}: ${one.title}`);
      one.classList.toggle("is-marked", isMarked);
    } else {
      one.setAttribute("aria-pressed", isMarked);
    }
  }
  way.querySelector("[data-count]").textContent = slugs.size ? ` (${slugs.size})` : "";
}

function addButtons() {
  for (const link of document.querySelectorAll(".session-card:not(:has([data-mark])) .session-card-title a")) {
    const made = button(link.pathname.split("/").at(-2), "mark-button-small");
    made.setAttribute("aria-label", `${way.dataset.markedWord}: ${link.textContent}`);
    link.closest(".session-card").append(made);
  }
  const page = document.querySelector("a[data-session]");
  if (page) {
    const made = button(page.dataset.session, "button button-quiet");
    made.title = page.dataset.title;
    page.replaceWith(made);
  }
  show();
}

async function ask(options) {
  const answer = await fetch(way.dataset.marks, { credentials: "same-origin", ...options });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function learn({ marks, account, token: fresh }, sent = {}) {
  const { unsent } = kept();
  for (const [slug, isMarked] of Object.entries(sent)) {
    if (unsent[slug] === isMarked) delete unsent[slug];
  }
  token = fresh;
  keep({ marks, account, unsent });
  show();
}

// One at a time, in all tabs: of two first marks each would begin an agenda of its own.
async function send() {
  const { unsent } = kept();
  if (!Object.keys(unsent).length) return;
  token ??= (await ask()).token;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  learn(await ask({ method: "POST", headers, body: JSON.stringify({ marks: unsent }) }), unsent);
  if (isOwnPage) location.reload();
}

async function inTurn(deed) {
  try {
    await (navigator.locks ? navigator.locks.request(KEY, deed) : deed());
    said.textContent = "";
  } catch {
    token = undefined;
    said.textContent = Object.keys(kept().unsent).length ? way.dataset.unsent : "";
  }
}

// Who has marked something here may have done so elsewhere too: asked once while the browser is open.
function mayBeOld() {
  try {
    const isOld = localStorage.getItem(KEY) !== null && sessionStorage.getItem(KEY) === null;
    sessionStorage.setItem(KEY, "asked");
    return isOld;
  } catch {
    return false;
  }
}

if (way) {
  if (isOwnPage) {
    keep({ marks: way.dataset.own.split(" ").filter(Boolean), account: Boolean(way.dataset.account) });
    show();
  } else {
    addButtons();
    const part = document.getElementById("found");
    if (part) new MutationObserver(addButtons).observe(part, { childList: true });
  }
  document.addEventListener("click", ({ target }) => {
    const pressed = target.closest("[data-mark]");
    if (!pressed) return;
    const { unsent } = kept();
    keep({ unsent: { ...unsent, [pressed.dataset.mark]: !marked().has(pressed.dataset.mark) } });
    show();
    inTurn(send);
  });
  addEventListener("online", () => inTurn(send));
  addEventListener("storage", show);
  addEventListener("pageshow", show);
  inTurn(isOwnPage || Object.keys(kept().unsent).length || !mayBeOld() ? send : async () => learn(await ask()));
}
