// While a job is under way, looks from time to time how far it is, and shows that. A page without script has a link.
const standing = document.getElementById("job-standing");
let pause = 700;

async function look() {
  const answer = await fetch(location.href, { redirect: "error" }).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const now = page?.getElementById(standing.id);
  if (now && now.innerHTML !== standing.innerHTML) {
    pause = 700;
    standing.replaceChildren(...now.childNodes);
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
