// While a job is under way, looks from time to time how far it is, and shows that. A page without script has a link.
// The sentence that says the state stays the same element, so that screen readers read it out when it changes.
const standing = document.getElementById("job-standing");
const parts = [document.getElementById("job-says"), standing];
let pause = 700;

async function look() {
  const answer = await fetch(location.href, { redirect: "error" }).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const now = page?.getElementById(standing.id);
  for (const part of now ? parts : []) {
    const anew = page.getElementById(part.id);
    if (anew.innerHTML !== part.innerHTML) {
      pause = 700;
      part.replaceChildren(...anew.childNodes);
    }
  }
  if (now && !("waiting" in now.dataset)) {
    delete standing.dataset.waiting;
    return;
  }
  wait();
}

function wait() {
  if (pause < 60_000) {
    setTimeout(look, pause);
    pause *= 1.4;
  }
}

if ("waiting" in standing.dataset) {
  wait();
}
