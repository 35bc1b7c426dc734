// Adds one row at a time without asking the server. Without this, a button brings more rows.
const people = document.querySelector("[data-people]");
const blank = document.querySelector("[data-empty-row]");
const total = document.querySelector('[name="people-TOTAL_FORMS"]');
const more = document.querySelector('button[name="step"][value="rows"]');
const most = Number(people.dataset.most);

more?.addEventListener("click", (event) => {
  event.preventDefault();
  const index = Number(total.value);
  const number = String(index + 1);
  const made = document.createElement("div");
  made.innerHTML = blank.innerHTML.replaceAll("__prefix__", String(index)).replaceAll("__number__", number);
  const row = made.firstElementChild;
  people.append(row);
  total.value = number;
  more.hidden = index + 1 >= most;
  row.querySelector("input")?.focus();
});
