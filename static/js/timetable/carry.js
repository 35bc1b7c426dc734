// Carrying something over the grid, however it is held: where it would stand is shown, and said.
import { draw, showAway, showRivals, stand } from "./layout.js";
import { cellsOf, describe, hands, word } from "./page.js";

export class Carried {
  constructor(cell) {
    this.cell = cell;
    this.frame = document.createElement("div");
    this.frame.className = "tt-frame";
    this.frame.setAttribute("aria-hidden", "true");
    this.place = null;
    cell.classList.add("tt-lifted");
    hands.busy = true;
    this.hideAway = showAway(cell, word("away"));
    showRivals(cell, true);
  }

  over(place) {
    this.place = place;
    if (place?.from === undefined) {
      this.frame.remove();
      return;
    }
    this.frame.textContent = describe(place);
    stand(this.frame, place.from, place.minutes);
    cellsOf(place.room).append(this.frame);
  }

  drop() {
    this.frame.remove();
    this.cell.classList.remove("tt-lifted");
    this.hideAway();
    showRivals(this.cell, false);
    hands.busy = false;
    draw();
  }
}
