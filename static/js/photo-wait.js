// While a photo is being prepared, looks from time to time whether it is ready, and shows it then.
const standing = document.getElementById("photo-standing");
let pause = 800;

async function look() {
  const answer = await fetch(location.href, { redirect: "error" }).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const now = page?.getElementById(standing.id);
  if (now && !("preparing" in now.dataset)) {
    delete standing.dataset.preparing;
    standing.replaceChildren(...now.childNodes);
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

if ("preparing" in standing.dataset) {
  wait();
}
