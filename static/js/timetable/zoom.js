// Chooses how many minutes a step is, without asking the server; the tabs of the days keep it.
import { draw } from "./layout.js";
import { scale, scroller, zoomChoice } from "./page.js";

let before = scale();

zoomChoice.addEventListener("change", () => {
  const middle = scroller.scrollTop / before;
  draw();
  before = scale();
  scroller.scrollTop = middle * before;
  for (const link of [...document.querySelectorAll(".tt-days a"), location]) {
    const address = new URL(link.href);
    address.searchParams.set("zoom", zoomChoice.value);
    if (link === location) history.replaceState(null, "", address);
    else link.href = address;
  }
});
