"""Somebody else comes instead: at no cost, until a day, and nothing of who came before stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import compose
from forum.models import Edition, Message
from registration.models import Attendee, Order, Place, Ticket
from tests import make
from tests.registration.test_corrections import address_of, over_for_names
from tests.registration.test_order_page import text
from tests.registration.test_places import at_once, kinds

pytestmark = pytest.mark.django_db

SOMEBODY = Actor.holder("an order")
OTHER = {"name": "Nang Hseng", "email": "nang@example.org", "organisation": "Hill Union", "country": "MM"}


def sent(ticket: Ticket, **fields: Any) -> dict[str, Any]:
    return {**OTHER, "before": ticket.attendee.pk, **fields}


def test_a_ticket_is_passed_on_at_no_cost_and_both_are_told(client: Client) -> None:
    order = make.order(price=25000, name="Khin Mar", email="khin@example.org")
    make.payment(order)
    ticket = order.tickets.get()
    places = set(Place.objects.values_list("pk", flat=True))

    done = client.post(address_of(ticket, "replacement"), sent(ticket))

    ticket.refresh_from_db()
    assert done.url == order.get_absolute_url()
    assert (ticket.attendee.name, ticket.attendee.email) == ("Nang Hseng", "nang@example.org")
    assert (ticket.status, ticket.price) == ("confirmed", 25000)
    assert set(Place.objects.values_list("pk", flat=True)) == places
    assert Order.objects.with_tickets().get().balance == 0
    told = {mail.letter: mail.to for mail in Message.objects.exclude(letter="order-state")}
    assert told == {"ticket-passed-on": "khin@example.org", "ticket-confirmed": "nang@example.org"}


def test_nothing_of_who_came_before_stays() -> None:
    ticket = make.ticket(
        name="Khin Mar", badge_name="K.", diet="Halal", access_needs="A ramp", photo_consent="yes"
    )
    old = ticket.attendee

    ticket.pass_on(OTHER, before=old.pk, by=SOMEBODY)

    now = Attendee.objects.get()
    assert now.pk != old.pk
    assert (now.badge_name, now.diet, now.access_needs, now.photo_consent) == ("", "", "", "ask")


def test_the_old_link_and_badge_code_open_nothing_and_the_new_ones_do(client: Client) -> None:
    ticket = make.ticket()
    old = ticket.get_absolute_url(), ticket.badge_token

    ticket.pass_on(OTHER, before=ticket.attendee.pk, by=SOMEBODY)

    ticket.refresh_from_db()
    assert client.get(old[0]).status_code == 404
    assert ticket.badge_token != old[1]
    assert "Nang Hseng" in text(client.get(ticket.get_absolute_url()))


def test_the_mail_to_who_came_before_names_nobody_else_and_opens_nothing() -> None:
    ticket = make.ticket(name="Khin Mar", email="khin@example.org")

    ticket.pass_on(OTHER, before=ticket.attendee.pk, by=SOMEBODY)

    ticket.refresh_from_db()
    body = str(compose(Message.objects.get(letter="ticket-passed-on")).body)
    assert "Hello Khin Mar," in body
    assert "Nang" not in body
    assert ticket.secret not in body
    assert ticket.order.secret not in body


def test_a_mail_that_still_waits_for_who_came_before_is_not_sent_any_more() -> None:
    ticket = make.ticket(order=make.order(tickets=0), email="khin@example.org")
    waiting = make.message("ticket-confirmed", about=ticket, to="khin@example.org")

    ticket.pass_on(OTHER, before=ticket.attendee.pk, by=SOMEBODY)

    with pytest.raises(Exception, match="corrected"):
        compose(waiting)


def test_pressing_twice_passes_it_on_once(client: Client) -> None:
    ticket = make.ticket()
    data = sent(ticket)

    answers = [client.post(address_of(ticket, "replacement"), data).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Message.objects.filter(letter="ticket-confirmed").count() == 1
    link = Ticket.objects.get().get_absolute_url()
    assert link in str(compose(Message.objects.get(letter="ticket-confirmed")).body)


def test_a_page_of_before_somebody_else_passed_it_on_changes_nothing(client: Client) -> None:
    ticket = make.ticket()
    data = sent(ticket)
    ticket.pass_on({**OTHER, "name": "Third Person"}, before=ticket.attendee.pk, by=SOMEBODY)

    page = text(client.post(address_of(ticket, "replacement"), data))

    assert "was passed on a moment ago" in page
    assert Attendee.objects.get().name == "Third Person"


@pytest.mark.parametrize(
    ("days", "is_possible"), [(-1, False), (0, True), (1, True)], ids=["yesterday", "today", "tomorrow"]
)
def test_people_are_replaced_until_the_end_of_the_day_that_is_set(days: int, is_possible: bool) -> None:
    edition = make.edition()
    today = timezone.now().astimezone(edition.zone).date()
    Edition.objects.filter(pk=edition.pk).update(replace_until=today + timedelta(days=days))
    ticket = make.ticket(order=make.order(tickets=0, edition=Edition.objects.get()))

    assert next(deed for deed in ticket.deeds if deed.name == "replace").is_possible is is_possible


def test_without_a_day_people_are_replaced_until_the_forum_begins() -> None:
    coming, begun = make.ticket(), make.ticket(order=make.order(tickets=0, edition=make.edition("running")))

    assert [deed.is_possible for deed in coming.deeds if deed.name == "replace"] == [True]
    with pytest.raises(Refusal, match="That was possible until"):
        begun.pass_on(OTHER, before=begun.attendee.pk, by=SOMEBODY)


def test_too_late_is_said_on_the_page_and_changes_nothing(client: Client) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=over_for_names()), name="Khin")

    page = text(client.post(address_of(ticket, "replacement"), sent(ticket), follow=True))

    assert "That was possible until" in page
    assert Attendee.objects.get().name == "Khin"


def test_a_request_is_a_persons_own_and_cannot_be_passed_on() -> None:
    ticket = make.ticket(status="requested")

    with pytest.raises(Refusal, match="We have not answered your request yet"):
        ticket.pass_on(OTHER, before=ticket.attendee.pk, by=SOMEBODY)


def test_who_comes_instead_needs_a_name_and_an_address(client: Client) -> None:
    ticket = make.ticket(name="Khin")

    page = text(client.post(address_of(ticket, "replacement"), sent(ticket, name="", email="no")))

    assert 'id="id_name_error"' in page
    assert "Write the name of the person who comes." in page  # it is another who reads it
    assert 'id="id_email_error"' in page
    assert Attendee.objects.get().name == "Khin"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_a_ticket_is_cancelled_or_passed_on_and_never_left_half_done(round_number: int) -> None:
    order = make.order(ticket_type=make.ticket_type(size=1))
    ticket = order.tickets.get()
    before = ticket.attendee.pk

    results = at_once(
        [
            lambda: Ticket.objects.get().pass_on(OTHER, before=before, by=SOMEBODY),
            lambda: Order.objects.get().cancel(by=SOMEBODY),
            lambda: Ticket.objects.get().pass_on({**OTHER, "name": "Third"}, before=before, by=SOMEBODY),
        ]
    )

    assert set(kinds(results)) <= {"Attendee", "NoneType", "Refusal"}, results
    assert Attendee.objects.count() == 1
    assert Ticket.objects.get().status == "cancelled"
    assert not Ticket.objects.misplaced().exists()
    assert Message.objects.filter(letter="ticket-passed-on").count() == kinds(results)["Attendee"]
