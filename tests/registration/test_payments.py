"""Money that comes in: booked once and never refused, whatever has become of the ticket meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forum.actor import Actor
from forum.models import Message
from registration.models import Order, Payment, Quota, Ticket
from tests import make
from tests.registration.test_places import at_once, kinds

BANK = Actor.system()


def book(order: Order, amount: int = 25000, reference: str = "transfer") -> Payment:
    return Payment.book(
        order, provider="bank-transfer", reference=reference, amount=amount, currency="USD", by=BANK
    )


def reserved(*, size: int = 5, tickets: int = 1, **fields: Any) -> Order:
    kind = make.ticket_type(price=25000, size=size)
    return make.order(status="reserved", tickets=tickets, ticket_type=kind, **fields)


def overdue(*, size: int = 5) -> Order:
    return reserved(size=size, reserved_until=timezone.now() - timedelta(minutes=1))


@pytest.mark.django_db
def test_money_confirms_what_it_pays_for_and_the_same_money_is_booked_once() -> None:
    order = reserved(tickets=2)

    states = []
    for reference in ("first", "first", "second"):
        book(order, reference=reference)
        states.append({ticket.status for ticket in order.tickets.all()})

    assert states == [{"reserved", "confirmed"}, {"reserved", "confirmed"}, {"confirmed"}]
    assert Payment.objects.count() == Message.objects.count() == 2


@pytest.mark.django_db
def test_money_that_comes_late_takes_the_place_again_while_there_is_one() -> None:
    order = overdue(size=1)
    order.tickets.get().expire(by=BANK)

    book(order)

    assert order.tickets.get().status == "confirmed"
    assert Quota.objects.get().taken == 1
    assert not Order.objects.overpaid().exists()
    assert Message.objects.order_by("pk").last().letter == "ticket-confirmed"


@pytest.mark.django_db
def test_late_money_without_a_place_stays_booked_and_raises_an_alarm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    order = overdue(size=1)
    order.tickets.get().expire(by=BANK)
    make.ticket(ticket_type=order.tickets.get().ticket_type)

    book(order)

    assert (order.tickets.get().status, Payment.objects.get().amount) == ("expired", 25000)
    assert list(Order.objects.overpaid()) == [order]
    assert f"order {order.code}: 25000 too much was received" in caplog.text
    assert Quota.objects.get().taken == 1
    assert not Message.objects.about(order.tickets.get()).filter(letter="ticket-confirmed").exists()


@pytest.mark.django_db
def test_late_money_that_does_not_reach_revives_nothing() -> None:
    order = overdue()
    order.tickets.get().expire(by=BANK)

    book(order, amount=24999)

    assert order.tickets.get().status == "expired"


@pytest.mark.django_db
def test_money_for_a_cancelled_ticket_is_booked_and_owed_back() -> None:
    order = reserved()
    order.cancel(by=BANK)

    book(order)

    assert order.tickets.get().status == "cancelled"
    assert list(Order.objects.overpaid()) == [order]


@pytest.mark.django_db
def test_only_orders_that_received_more_than_they_cost_are_overpaid() -> None:
    unpaid, paid, twice = (reserved(tickets=2) for _ in range(3))
    make.order()
    for order, times in ((unpaid, 1), (paid, 2), (twice, 3)):
        for number in range(times):
            book(order, reference=f"{order.code}-{number}")

    assert list(Order.objects.overpaid()) == [twice]


@pytest.mark.django_db(transaction=True)
def test_money_that_comes_in_the_moment_of_expiry_is_always_booked_and_leaves_the_ticket_confirmed() -> None:
    orders = [overdue() for _ in range(20)]
    tickets = [order.tickets.get() for order in orders]
    paying = [lambda order=order: book(order, reference=order.code) for order in orders]  # type: ignore[misc]
    expiring = [lambda pk=ticket.pk: Ticket.objects.get(pk=pk).expire(by=BANK) for ticket in tickets]  # type: ignore[misc]

    results = at_once([deed for pair in zip(paying, expiring, strict=True) for deed in pair])

    assert kinds(results)["Payment"] == Payment.objects.count() == 20
    assert set(kinds(results)) <= {"Payment", "NoneType", "Refusal"}
    assert {ticket.status for ticket in Ticket.objects.all()} == {"confirmed"}
    assert not Quota.objects.miscounted().exists()
    assert not Ticket.objects.misplaced().exists()
