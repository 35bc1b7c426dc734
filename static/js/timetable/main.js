// The timetable: each behaviour is a file of its own, and the page does without any of them.
import { remember } from "./send.js";
import { draw } from "./layout.js";
import "./rooms.js";
import "./zoom.js";
import "./find.js";
import "./panel.js";
import "./keys.js";
import "./drag.js";
import "./fresh.js";

remember();
draw();
document.querySelector("[data-with-script]").hidden = false;
document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: "center" });
