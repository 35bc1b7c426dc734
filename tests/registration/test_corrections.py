"""Answers that are set right, by the order's holder and by who comes; and what is not possible any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import compose
from forum.models import Edition, Message
from registration.models import Order, Ticket
from registration.models.deed import Deed
from tests import make
from tests.registration.test_order_page import text

pytestmark = pytest.mark.django_db

SOMEBODY = Actor.holder("an order")
ANSWERS = {
    "name": "Daw Khin Mar",
    "badge_name": "",
    "organisation": "River Union",
    "country": "MM",
    "diet": "No nuts",
    "access_needs": "",
    "interpretation": "",
    "photo_consent": "no",
}


def address_of(ticket: Ticket, what: str) -> str:
    return f"{ticket.order.get_absolute_url()}tickets/{ticket.pk}/{what}/"


def over_for_names(**fields: Any) -> Edition:
    """An edition in which people may not be replaced any more."""
    edition = make.edition(**fields)
    Edition.objects.filter(pk=edition.pk).update(replace_until=edition.starts_on - timedelta(days=90))
    edition.refresh_from_db()
    return edition


# --- correcting ------------------------------------------------------------------------------------------------


def test_the_orders_holder_corrects_the_answers_of_each_ticket(client: Client) -> None:
    ticket, other = make.order(tickets=2).tickets.all()

    page = text(client.get(address_of(ticket, "correction")))
    done = client.post(address_of(ticket, "correction"), ANSWERS)

    ticket.attendee.refresh_from_db()
    other.attendee.refresh_from_db()
    assert f'value="{ticket.attendee.name}"' not in page
    assert done.url == ticket.order.get_absolute_url()
    assert {name: getattr(ticket.attendee, name) for name in ANSWERS} == ANSWERS
    assert other.attendee.organisation == ""


def test_an_attendee_corrects_their_own_answers_on_their_tickets_page(client: Client) -> None:
    ticket = make.ticket(name="Khin")
    path = f"{ticket.get_absolute_url()}correction/"

    page = text(client.get(path))
    done = client.post(path, ANSWERS)

    ticket.attendee.refresh_from_db()
    assert 'value="Khin"' in page
    assert "Your name" in page
    assert done.url == ticket.get_absolute_url()
    assert ticket.attendee.name == "Daw Khin Mar"


def test_an_attendee_cannot_move_their_ticket_to_another_address(client: Client) -> None:
    ticket = make.ticket(email="mine@example.org")

    client.post(f"{ticket.get_absolute_url()}correction/", {**ANSWERS, "email": "thief@example.org"})

    ticket.attendee.refresh_from_db()
    assert ticket.attendee.email == "mine@example.org"


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(client: Client) -> None:
    ticket = make.ticket()

    page = text(
        client.post(
            address_of(ticket, "correction"), {**ANSWERS, "name": "", "diet": "Halal", "country": "XX"}
        )
    )

    assert 'id="id_name_error"' in page
    assert 'id="id_country_error"' in page
    assert 'value="Halal"' in page


def test_a_badge_that_looks_different_is_mailed_again_once_for_several_corrections() -> None:
    ticket = make.ticket()

    for organisation in ("River Union", "Hill Union"):
        ticket.correct({"organisation": organisation}, by=SOMEBODY)

    mail = Message.objects.get()
    assert (mail.letter, mail.to) == ("ticket-confirmed", ticket.attendee.email)
    assert "badge.pdf" in [attached[0] for attached in compose(mail).attachments]


@pytest.mark.parametrize(
    ("status", "answers"),
    [("confirmed", {"diet": "Halal"}), ("confirmed", {}), ("reserved", {"organisation": "River Union"})],
)
def test_what_changes_no_badge_is_told_by_no_mail(status: str, answers: dict[str, str]) -> None:
    ticket = make.ticket(status=status)

    ticket.correct(answers, by=SOMEBODY)

    assert not Message.objects.exists()


def test_after_the_day_for_replacing_only_needs_photo_and_badge_name_can_be_changed(client: Client) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=over_for_names()), name="Khin")

    page = text(client.get(address_of(ticket, "correction")))
    client.post(address_of(ticket, "correction"), {**ANSWERS, "badge_name": "K."})
    ticket.correct({"name": "Somebody Else"}, by=SOMEBODY)

    ticket.attendee.refresh_from_db()
    person = ticket.attendee
    assert 'name="name"' not in page
    assert "cannot be changed here any more" in page
    assert (person.name, person.organisation, person.badge_name, person.diet) == ("Khin", "", "K.", "No nuts")


@pytest.mark.parametrize("what", ["correction", "email", "replacement", "type"])
def test_after_the_forum_nothing_can_be_changed_and_the_page_says_whom_to_ask(
    client: Client, what: str
) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=make.edition("past")))

    page = text(client.get(address_of(ticket, what), follow=True))

    assert "The forum is over. For anything else write to hello@example.org." in page
    with pytest.raises(Refusal):
        ticket.correct({"diet": "Halal"}, by=SOMEBODY)


def test_what_is_not_possible_any_more_stands_on_the_orders_page_with_the_reason(client: Client) -> None:
    edition = over_for_names()
    order = make.order(edition=edition)

    page = text(client.get(order.get_absolute_url()))

    assert "That was possible until" in page
    assert "If somebody else has to come, write to" in page
    assert "replacement/" not in page
    assert "correction/" in page


@pytest.mark.parametrize("status", ["cancelled", "declined", "expired"])
def test_a_ticket_that_leads_nobody_in_offers_nothing(client: Client, status: str) -> None:
    order = make.order(status=status)
    ticket = order.tickets.get()

    page = text(client.get(order.get_absolute_url()))

    assert ticket.deeds == []
    assert "correction/" not in page
    assert "already in the state" in str(Deed.of(ticket, "correct").why_not)
    assert client.get(f"{ticket.get_absolute_url()}correction/").status_code == 302


def test_a_ticket_opens_by_its_own_order_only(client: Client) -> None:
    ticket, other = make.ticket(), make.ticket()

    for what in ("correction", "email", "replacement", "type", "type/withdrawal", "cancellation"):
        path = f"{ticket.order.get_absolute_url()}tickets/{other.pk}/{what}/"
        assert client.get(path).status_code == client.post(path).status_code == 404
    assert client.get(f"/en/tickets/{ticket.order.secret}/correction/").status_code == 404


def test_pages_about_a_ticket_are_kept_by_no_cache_and_need_the_token_of_their_form() -> None:
    ticket, strict = make.ticket(), Client(enforce_csrf_checks=True)

    for what in ("correction", "email", "replacement", "type", "cancellation"):
        assert "no-store" in strict.get(address_of(ticket, what))["Cache-Control"]
        assert strict.post(address_of(ticket, what), ANSWERS).status_code == 403


def test_an_orders_page_asks_as_often_for_three_tickets_as_for_one(client: Client, queries: Any) -> None:
    edition = make.edition()
    kind = make.ticket_type(edition)
    one, three = (make.order(edition=edition, ticket_type=kind, tickets=number) for number in (1, 3))
    client.get(one.get_absolute_url())

    with queries() as for_one:
        client.get(one.get_absolute_url())
    with queries() as for_three:
        client.get(three.get_absolute_url())

    assert len(for_three) == len(for_one), for_three


# --- an attendee's address -------------------------------------------------------------------------------------


def test_an_attendees_new_address_gets_the_ticket_and_the_old_link_opens_nothing(client: Client) -> None:
    ticket = make.ticket(email="wrnog@example.org")
    old = ticket.get_absolute_url()

    answer = client.post(address_of(ticket, "email"), {"email": " right@example.org"})

    ticket.refresh_from_db()
    assert answer.url == ticket.order.get_absolute_url()
    assert client.get(old).status_code == 404
    assert client.get(ticket.get_absolute_url()).status_code == 200
    assert ticket.attendee.email == "right@example.org"
    mail = Message.objects.get()
    assert (mail.letter, mail.to) == ("ticket-confirmed", "right@example.org")


def test_the_same_address_again_sends_nothing_and_keeps_the_link() -> None:
    ticket = make.ticket(email="right@example.org")

    ticket.correct_email("right@example.org", by=SOMEBODY)

    assert Ticket.objects.get().secret == ticket.secret
    assert not Message.objects.exists()


def test_an_attendee_without_an_address_gets_one_and_their_slip_stays_good() -> None:
    ticket = make.ticket(email="")

    ticket.correct_email("now@example.org", by=SOMEBODY)

    assert Ticket.objects.get().secret == ticket.secret
    assert Message.objects.get().to == "now@example.org"


def test_an_attendees_address_can_be_changed_five_times_an_hour(client: Client) -> None:
    ticket = make.ticket()

    answers = [
        client.post(address_of(ticket, "email"), {"email": f"right-{number}@example.org"}).status_code
        for number in range(6)
    ]

    assert answers == [302] * 5 + [200]
    assert Order.objects.get().email == ticket.order.email
