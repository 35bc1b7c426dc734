// Shows only the tickets that are for the chosen group, and whether places are left for it. Without this, all are shown
// and a mismatch is an error.
const form = document.querySelector("form.registration");
const note = form.querySelector("[data-hidden-note]");
const tickets = [...form.querySelectorAll('input[name="ticket_type"]')];
const slugs = (text) => (text ?? "").split(" ").filter(Boolean);

function sayWhatIsLeft(ticket, group) {
  const choice = ticket.closest(".choice");
  const finds = (words) => slugs(ticket.dataset[`${words}For`]).includes(group);
  for (const words of ["full", "few"]) {
    const said = choice.querySelector(`[data-${words}]`);
    if (said) {
      said.hidden = Boolean(group) && !finds(words);
    }
  }
  const left = choice.querySelector("[data-left]");
  if (left) {
    left.hidden = finds("full") || finds("few");
    ticket.disabled = finds("full");
    ticket.checked &&= !ticket.disabled;
  }
}

function showTicketsFor(group) {
  let hidden = 0;
  for (const ticket of tickets) {
    const groups = slugs(ticket.dataset.groups);
    const fits = !group || groups.length === 0 || groups.includes(group);
    ticket.closest(".choice").hidden = !fits;
    if (!fits) {
      ticket.checked = false;
      hidden += 1;
    }
    sayWhatIsLeft(ticket, group);
  }
  note.hidden = hidden === 0;
}

form.addEventListener("change", (event) => {
  if (event.target.name === "group") {
    showTicketsFor(event.target.value);
  }
});

// Also when the browser fills the form again on the way back.
const chosen = () => form.querySelector('input[name="group"]:checked')?.value;
showTicketsFor(chosen());
addEventListener("pageshow", () => showTicketsFor(chosen()));
