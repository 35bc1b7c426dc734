// Shows only the tickets that are for the chosen group. Without this, all are shown and a mismatch is an error.
const form = document.querySelector("form.registration");
const note = form.querySelector("[data-hidden-note]");
const tickets = [...form.querySelectorAll('input[name="ticket_type"]')];

function showTicketsFor(group) {
  let hidden = 0;
  for (const ticket of tickets) {
    const groups = ticket.dataset.groups.split(" ").filter(Boolean);
    const fits = !group || groups.length === 0 || groups.includes(group);
    ticket.closest(".choice").hidden = !fits;
    if (!fits) {
      ticket.checked = false;
      hidden += 1;
    }
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
