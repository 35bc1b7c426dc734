"""A link that a stranger has is replaced: the old one ends, and the new one goes to the known address alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forum.errors import Refusal
from forum.models import Message
from registration.models import Order, Ticket
from tests import make, staff

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
SOMEBODY = make.Actor.system()


def mails() -> set[tuple[str, str]]:
    return {(mail.letter, mail.to) for mail in Message.objects.all()}


def secrets_of(order: Order) -> set[str]:
    tickets = Ticket.objects.filter(order=order)
    return {Order.objects.get(pk=order.pk).secret} | {
        secret for one in tickets for secret in (one.secret, one.badge_token)
    }


def test_replacing_an_orders_link_ends_its_tickets_links_and_mails_everybody_their_own() -> None:
    order = make.order(email="buyer@example.org")
    make.ticket(order=order, email="colleague@example.org")
    old = secrets_of(order)

    order.replace_links(by=SOMEBODY)

    assert not secrets_of(order) & old
    assert mails() == {
        ("ticket-confirmed", "buyer@example.org"),
        ("ticket-confirmed", "colleague@example.org"),
    }


def test_a_buyer_who_does_not_attend_gets_the_new_link_of_the_order() -> None:
    order = make.order(tickets=0, email="buyer@example.org")
    make.ticket(order=order, email="colleague@example.org")

    order.replace_links(by=SOMEBODY)

    assert ("order-links", "buyer@example.org") in mails()


def test_without_an_address_the_link_stays_and_the_page_says_whom_to_ask() -> None:
    order = make.order(email="")
    old = secrets_of(order)

    with pytest.raises(Refusal, match="no e-mail address"):
        order.replace_links(by=SOMEBODY)

    assert secrets_of(order) == old


def test_the_links_of_an_order_that_is_over_are_not_replaced() -> None:
    order = make.order(status="cancelled")
    old = secrets_of(order)

    with pytest.raises(Refusal, match="over"):
        order.replace_links(by=SOMEBODY)

    assert secrets_of(order) == old


def test_replacing_a_tickets_link_leaves_the_order_and_its_other_tickets_as_they_are() -> None:
    order = make.order(email="buyer@example.org")
    ticket = make.ticket(order=order, email="colleague@example.org")
    old = ticket.secret, ticket.badge_token
    others = secrets_of(order) - set(old)

    ticket.replace_link(by=SOMEBODY)

    assert others < secrets_of(order)
    assert not secrets_of(order) & set(old)
    assert ("ticket-confirmed", "colleague@example.org") in mails()


def test_who_replaces_a_link_is_not_shown_the_new_one_since_they_may_be_the_stranger(client: Client) -> None:
    order = make.order(email="buyer@example.org")
    old = order.get_absolute_url()

    asked = client.get(f"{old}new-link/")
    done = client.post(f"{old}new-link/", follow=True)

    [now] = Order.objects.all()
    assert "Yes, replace the link" in asked.content.decode()
    assert "The link is replaced" in done.content.decode()
    assert not {now.secret, "buyer@example.org"} & set(done.content.decode().split())
    assert now.secret not in done.content.decode()
    assert client.get(old).status_code == 404
    assert client.get(now.get_absolute_url()).status_code == 200


def test_looking_at_the_question_replaces_nothing(client: Client) -> None:
    order = make.order(email="buyer@example.org")
    old = secrets_of(order)

    client.get(f"{order.get_absolute_url()}new-link/")
    client.get(f"{order.tickets.get().get_absolute_url()}new-link/")

    assert secrets_of(order) == old
    assert not mails()


def test_an_attendee_replaces_the_link_of_their_own_ticket(client: Client) -> None:
    ticket = make.order(email="buyer@example.org").tickets.get()
    old = ticket.get_absolute_url()

    done = client.post(f"{old}new-link/", follow=True)

    ticket.refresh_from_db()
    assert "The link is replaced" in done.content.decode()
    assert ticket.secret not in done.content.decode()
    assert client.get(old).status_code == 404


def test_a_link_is_replaced_three_times_an_hour_and_no_more(client: Client) -> None:
    order = make.order(email="buyer@example.org")

    for _ in range(4):
        order.refresh_from_db()
        before = order.secret
        client.post(f"{order.get_absolute_url()}new-link/")

    order.refresh_from_db()
    assert order.secret == before


def test_registration_replaces_links_for_who_calls_and_others_may_not() -> None:
    order = make.order(email="buyer@example.org")
    old = secrets_of(order)
    address = f"/admin/registration/order/{order.pk}/replace-links/"

    refused = staff.at_work("finance", order.edition).post(address, {"confirmed": "yes"})
    unchanged = secrets_of(order)
    staff.at_work("registration", order.edition).post(address, {"confirmed": "yes"})

    assert refused.status_code == 404
    assert unchanged == old
    assert not secrets_of(order) & old
