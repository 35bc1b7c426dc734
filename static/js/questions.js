// Shows the questions that are asked, as things stand: by ticket, by group, by whether it is a request, by an answer before. What is not asked is
// switched off and not sent. Without this, the next page asks what follows from the answers.
const form = document.querySelector("[data-question]")?.form;

function said(name) {
  const sent = new FormData(form).getAll(name);
  return sent.filter((value) => typeof value === "string");
}

function allows(list, name) {
  const allowed = list.split(" ").filter(Boolean);
  // On a ticket's own page both are settled, and only questions that fit them are there.
  const isAsked = form.elements.namedItem(name) !== null;
  return allowed.length === 0 || !isAsked || said(name).some((value) => allowed.includes(value));
}

function fitsRequest(question) {
  const chosen = form.querySelector("input[name=ticket_type]:checked");
  // On a ticket's own page only questions that fit it are there.
  const isRequest = chosen === null || chosen.labels[0].querySelector("[data-approval]") !== null;
  return question.dataset.forRequests === undefined || isRequest;
}

function follows(question) {
  const { after, answer } = question.dataset;
  return after === undefined || said(after).includes(answer);
}

function isChosen() {
  return ["ticket_type", "group"].every((name) => form.elements.namedItem(name) === null || said(name).length > 0);
}

function show() {
  // In their order: what is switched off has no answer from which others could follow.
  for (const question of form.querySelectorAll("[data-question]")) {
    const { tickets, groups } = question.dataset;
    const fits = allows(tickets, "ticket_type") && allows(groups, "group") && fitsRequest(question);
    const isAsked = isChosen() && fits && follows(question);
    question.hidden = !isAsked;
    question.disabled = !isAsked;
  }
  for (const part of form.querySelectorAll("[data-questions]")) {
    part.hidden = ![...part.querySelectorAll(".field")].some((field) => !field.closest("[data-question][hidden]"));
  }
}

if (form) {
  form.addEventListener("change", show);
  addEventListener("pageshow", show); // also when the browser fills the form again on the way back
  show();
}
