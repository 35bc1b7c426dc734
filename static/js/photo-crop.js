// Lets a person draw the square of their photo that is shown: by pointer, by keyboard, or by three sliders.
// Without this script, or for a picture that the browser cannot read, the choice of places below stays.
const form = document.querySelector(".own-photo-form");
const crop = form.querySelector("[data-crop]");
const places = form.querySelector("[data-places]");
const kept = Object.fromEntries(["left", "top", "size"].map((name) => [name, form.elements[`crop_${name}`]]));
const SMALLEST = 0.2;

// The square, in fractions: `size` of the shorter side, `across` and `down` of the room that it leaves.
const square = { size: 1, across: 0.5, down: 0.25 };
let picture = { width: 1, height: 1 };

const between = (least, value, most) => Math.min(Math.max(value, least), most);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const canvas = element("canvas", { "aria-hidden": "true" });
const corner = element("span", { class: "crop-corner", "aria-hidden": "true" });
const frame = element(
  "div",
  { class: "crop-frame", tabindex: "0", role: "group", "aria-label": crop.dataset.frame, "aria-describedby": "crop-help" },
  corner,
);
const sliders = Object.fromEntries(
  ["across", "down", "size"].map((name) => {
    const least = name === "size" ? SMALLEST : 0;
    return [name, element("input", { type: "range", id: `crop-${name}`, min: least, max: 1, step: 0.01 })];
  }),
);
crop.append(
  element("p", { class: "crop-title" }, crop.dataset.title),
  element("p", { class: "field-hint", id: "crop-help" }, crop.dataset.help),
  element("div", { class: "crop-stage" }, canvas, frame),
  ...Object.entries(sliders).map(([name, slider]) =>
    element("div", { class: "crop-slider" }, element("label", { for: slider.id }, crop.dataset[name]), slider),
  ),
);

function show() {
  const side = square.size * Math.min(picture.width, picture.height);
  const left = (square.across * (picture.width - side)) / picture.width;
  const top = (square.down * (picture.height - side)) / picture.height;
  frame.style.left = `${left * 100}%`;
  frame.style.top = `${top * 100}%`;
  frame.style.width = `${(side / picture.width) * 100}%`;
  frame.style.height = `${(side / picture.height) * 100}%`;
  kept.left.value = left.toFixed(5);
  kept.top.value = top.toFixed(5);
  kept.size.value = square.size.toFixed(5);
  for (const [name, slider] of Object.entries(sliders)) {
    slider.value = square[name];
  }
  sliders.across.disabled = side >= picture.width;
  sliders.down.disabled = side >= picture.height;
}

// Moves the square by pixels of the picture.
function move(right, down) {
  const side = square.size * Math.min(picture.width, picture.height);
  const [wide, high] = [picture.width - side, picture.height - side];
  square.across = wide > 0 ? between(0, square.across + right / wide, 1) : square.across;
  square.down = high > 0 ? between(0, square.down + down / high, 1) : square.down;
  show();
}

function resize(by) {
  square.size = between(SMALLEST, square.size + by, 1);
  show();
}

function drag(event, moved) {
  event.preventDefault();
  event.stopPropagation();
  frame.focus({ preventScroll: true });
  const target = event.currentTarget;
  const scale = picture.width / canvas.clientWidth;
  let [x, y] = [event.clientX, event.clientY];
  const onMove = (next) => {
    moved((next.clientX - x) * scale, (next.clientY - y) * scale);
    [x, y] = [next.clientX, next.clientY];
  };
  target.setPointerCapture(event.pointerId);
  target.addEventListener("pointermove", onMove);
  target.addEventListener("lostpointercapture", () => target.removeEventListener("pointermove", onMove), { once: true });
}

// The corner keeps the opposite one where it is.
function pull(right, down) {
  const shorter = Math.min(picture.width, picture.height);
  const before = square.size * shorter;
  const [left, top] = [square.across * (picture.width - before), square.down * (picture.height - before)];
  const side = between(
    SMALLEST * shorter,
    before + (right + down) / 2,
    Math.min(shorter, picture.width - left, picture.height - top),
  );
  square.size = side / shorter;
  square.across = picture.width > side ? left / (picture.width - side) : 0;
  square.down = picture.height > side ? top / (picture.height - side) : 0;
  show();
}

const step = () => Math.min(picture.width, picture.height) / 50;
const keys = {
  ArrowLeft: () => move(-step(), 0),
  ArrowRight: () => move(step(), 0),
  ArrowUp: () => move(0, -step()),
  ArrowDown: () => move(0, step()),
  "+": () => resize(0.04),
  "=": () => resize(0.04),
  "-": () => resize(-0.04),
};

frame.addEventListener("keydown", (event) => {
  if (event.key in keys) {
    event.preventDefault();
    keys[event.key]();
  }
});
frame.addEventListener("pointerdown", (event) => drag(event, move));
corner.addEventListener("pointerdown", (event) => drag(event, pull));
for (const [name, slider] of Object.entries(sliders)) {
  slider.addEventListener("input", () => {
    square[name] = Number(slider.value);
    show();
  });
}

function offer(isDrawn) {
  crop.hidden = !isDrawn;
  places.hidden = isDrawn;
  if (!isDrawn) {
    for (const field of Object.values(kept)) {
      field.value = "";
    }
  }
}

async function read() {
  const file = form.elements.photo.files[0];
  if (!file) {
    offer(false);
    return;
  }
  try {
    picture = await createImageBitmap(file, { resizeWidth: 1000, resizeQuality: "medium" });
  } catch {
    offer(false); // no picture, or of a kind that this browser does not know: the answer to sending it says more
    return;
  }
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d").drawImage(picture, 0, 0);
  Object.assign(square, { size: 1, across: 0.5, down: 0.25 });
  offer(true);
  show();
}

form.elements.photo.addEventListener("change", read);
read();
