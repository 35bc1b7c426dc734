// Shows only the tickets that are for the chosen group, and whether places are left for it. Without this, all are shown
// and a mismatch is an error.
const form = document.querySelector("form.registration");
const note = form.querySelector("[data-hidden-note]");
const tickets = [...form.querySelectorAll('input[name="ticket_type"]')];
const slugs = (text) => (text ?? "").split(" ").filter(Boolean);

function sayWhatIsLeft(ticket, group) {
  if (!("fullFor" in ticket.dataset)) {
    return;
  }
  const isFull = slugs(ticket.dataset.fullFor).includes(group);
  const choice = ticket.closest(".choice");
  choice.querySelector("[data-full]").hidden = Boolean(group) && !isFull;
  choice.querySelector("[data-left]").hidden = isFull;
  ticket.disabled = isFull;
  ticket.checked &&= !isFull;
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
