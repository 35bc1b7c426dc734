"""Why somebody wants to come: asked with a request, read beside it, and asked of nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from forum import briefly
from forum.models import Edition
from registration.models import Answer, Question
from registration.models.questionnaire import Answered
from tests import make, staff
from tests.registration.test_register_page import answers, text
from tests.registration.test_registration_questions import PATH, asks, confirmed, go_on

pytestmark = pytest.mark.django_db
LIST = "/admin/registration/ticket/"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def why(edition: Edition) -> Question:
    return make.question(edition, label="Why do you want to come?", for_requests=True, is_required=True)


def answered(ticket: Any) -> Answered:
    briefly.forget()
    [found] = Answered.of([ticket])
    return found


def test_who_asks_for_a_ticket_says_why_before_it_is_sent(
    client: Client, edition: Edition, why: Question
) -> None:
    kind = make.ticket_type(edition, needs_approval=True)

    page = text(client.post(PATH, answers(edition, ticket_type=kind)))
    silent = text(go_on(client, page, "further"))
    review = text(go_on(client, silent, "further", **{why.name: "To compare hotlines"}))
    order = confirmed(client, review)

    assert asks(page, why)
    assert asks(silent, why)
    assert order.tickets.get().status == "requested"
    assert Answer.objects.get().value == "To compare hotlines"


def test_who_takes_a_ticket_that_needs_nobodys_yes_is_not_asked_why(
    client: Client, edition: Edition, why: Question
) -> None:
    kind = make.ticket_type(edition)

    page = text(client.post(PATH, answers(edition, ticket_type=kind)))

    assert not asks(page, why)
    assert confirmed(client, page).tickets.get().status == "confirmed"


def test_a_request_that_came_without_a_reason_is_asked_for_it_on_its_page_until_it_is_decided(
    edition: Edition, why: Question
) -> None:
    kind = make.ticket_type(edition, needs_approval=True)
    ticket = make.ticket(order=make.order(tickets=0, edition=edition), ticket_type=kind, status="requested")

    while_it_waits = answered(ticket).missing
    ticket.approve(by=make.Actor.system())
    ticket.refresh_from_db()
    afterwards = answered(ticket).missing

    assert while_it_waits == [why]
    assert afterwards == []


def test_the_reason_stays_to_be_read_when_the_request_is_decided(edition: Edition, why: Question) -> None:
    kind = make.ticket_type(edition, needs_approval=True)
    ticket = make.ticket(order=make.order(tickets=0, edition=edition), ticket_type=kind, status="confirmed")
    make.answer(why, "To compare hotlines", attendee=ticket.attendee)

    said = answered(ticket).said

    assert [one.words for one in said] == ["To compare hotlines"]


def test_the_list_of_requests_shows_the_reason_beside_each(edition: Edition, why: Question) -> None:
    kind = make.ticket_type(edition, needs_approval=True)
    ticket = make.ticket(order=make.order(tickets=0, edition=edition), ticket_type=kind, status="requested")
    make.answer(why, "To compare hotlines", attendee=ticket.attendee)
    organizer = staff.at_work("registration", edition)

    requests = text(organizer.get(f"{LIST}?status__exact=requested"))
    everybody = text(organizer.get(LIST))
    page = text(organizer.get(f"{LIST}{ticket.pk}/change/"))

    assert "To compare hotlines" in requests
    assert "To compare hotlines" not in everybody
    assert "To compare hotlines" in page


def test_who_books_payments_does_not_read_why_somebody_wants_to_come(edition: Edition, why: Question) -> None:
    kind = make.ticket_type(edition, needs_approval=True)
    ticket = make.ticket(order=make.order(tickets=0, edition=edition), ticket_type=kind, status="requested")
    make.answer(why, "To compare hotlines", attendee=ticket.attendee)
    finance = staff.at_work("finance", edition)

    pages = [
        text(finance.get(address))
        for address in (f"{LIST}?status__exact=requested", f"{LIST}{ticket.pk}/change/")
    ]

    assert not any("To compare hotlines" in page for page in pages)


@pytest.mark.parametrize("number", [1, 3])
def test_reasons_cost_the_same_however_many_requests_there_are(
    number: int, edition: Edition, why: Question, django_assert_max_num_queries: Any
) -> None:
    kind = make.ticket_type(edition, needs_approval=True)
    for _ in range(number):
        order = make.order(tickets=0, edition=edition)
        ticket = make.ticket(order=order, ticket_type=kind, status="requested")
        make.answer(why, "To compare hotlines", attendee=ticket.attendee)
    organizer = staff.at_work("registration", edition)

    with django_assert_max_num_queries(17):
        organizer.get(f"{LIST}?status__exact=requested")


def test_a_question_whose_answer_decides_cannot_be_protected(edition: Edition) -> None:
    question = make.question(edition, for_requests=True, is_protected=True)

    with pytest.raises(ValidationError, match="cannot be protected"):
        question.clean()
