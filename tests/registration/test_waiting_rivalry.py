"""Rivals for a place that somebody waits for, in real threads on PostgreSQL: newcomers, vouchers, late payers, sweeps,
organizers. Counters equal places, none is given twice, and nobody who is not entitled to passes by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from registration.models import (
    Order,
    Payment,
    PlaceOffer,
    Quota,
    Ticket,
    TicketType,
    WaitingEntry,
    WaitingList,
)
from registration.tasks import sweep_reservations, sweep_waiting_lists
from tests import make
from tests.registration.test_place_offers import let_pass, wish_with
from tests.registration.test_places import at_once, kinds, placing

SOMEBODY = Actor.system()
PAST = timedelta(minutes=-1)

pytestmark = pytest.mark.django_db(transaction=True)


def assert_all_is_counted() -> None:
    assert not Quota.objects.miscounted().exists()
    assert not Ticket.objects.misplaced().exists()
    assert not PlaceOffer.objects.misplaced().exists()


def cancelling(ticket: Ticket) -> Callable[[], Any]:
    return lambda: Ticket.objects.get(pk=ticket.pk).cancel(by=SOMEBODY)


@pytest.mark.parametrize("round_number", range(5))
def test_a_place_that_is_given_back_goes_to_who_waits_and_to_no_newcomer(round_number: int) -> None:
    kind = make.ticket_type(size=2)
    tickets = [make.ticket(ticket_type=kind) for _ in range(2)]
    entries = [make.waiting_entry(kind) for _ in range(2)]
    group = make.group(kind.edition)
    newcomers = [placing(make.wish(kind, group)) for _ in range(6)]

    results = at_once([*map(cancelling, tickets), *newcomers, sweep_waiting_lists, sweep_waiting_lists])
    sweep_waiting_lists()

    assert kinds(results) == {"NoneType": 4, "Refusal": 6}, results
    assert {entry.status for entry in WaitingEntry.objects.all()} == {"offered"}
    assert {offer.entry for offer in PlaceOffer.objects.open()} == set(entries)
    assert Quota.objects.get().taken == 2
    assert_all_is_counted()


@pytest.mark.parametrize("round_number", range(3))
def test_an_offer_used_by_many_at_once_gives_one_ticket(round_number: int) -> None:
    offer = make.place_offer()

    results = at_once([placing(wish_with(offer, key=f"key-{number}-offer")) for number in range(8)])

    assert kinds(results) == {"Order": 1, "Refusal": 7}, results
    assert Ticket.objects.count() == Quota.objects.get().taken == 1
    assert_all_is_counted()


def test_pressing_confirm_twice_at_the_same_instant_gives_both_the_same_order() -> None:
    offer = make.place_offer()
    wish = wish_with(offer, key="the-same-key-for-all")

    results = at_once([placing(wish)] * 6)

    assert kinds(results) == {"Order": 6}, results
    assert len({order.pk for order in results}) == 1
    assert_all_is_counted()


@pytest.mark.embedded
@pytest.mark.parametrize("round_number", range(5))
def test_of_leaving_and_registering_with_the_same_offer_one_wins(round_number: int) -> None:
    offer = make.place_offer()

    def leave() -> None:
        WaitingEntry.objects.get(pk=offer.entry_id).leave(by=SOMEBODY)

    left, placed = at_once([leave, placing(wish_with(offer))])

    status = WaitingEntry.objects.get().status
    assert isinstance(left, Refusal) != isinstance(placed, Refusal), (left, placed)
    assert status == ("left" if left is None else "registered")
    assert Quota.objects.get().taken == (left is not None)
    assert_all_is_counted()


@pytest.mark.parametrize("round_number", range(5))
def test_of_the_last_place_a_late_payer_and_who_waits_one_wins_and_the_money_is_never_lost(
    round_number: int,
) -> None:
    kind = make.ticket_type(price=25000, size=1)
    late = make.order(status="reserved", ticket_type=kind, reserved_until=timezone.now() + PAST)
    make.waiting_entry(kind)
    voucher = make.voucher(kind.edition, effect="none", value=0)

    def pay() -> object:
        return Payment.receive(
            late, provider="stripe", reference="pi_1", amount=25000, currency="USD", by=SOMEBODY
        )

    outcome, placed, *_rest = at_once(
        [pay, placing(make.wish(kind, voucher=voucher)), sweep_reservations, sweep_waiting_lists]
    )
    sweep_waiting_lists()

    payers = Ticket.objects.get(order=late).status
    entry = WaitingEntry.objects.get().status
    assert isinstance(placed, Refusal), placed
    assert (payers, entry) in {("confirmed", "waiting"), ("expired", "offered")}, (outcome, payers, entry)
    assert Payment.objects.count() == Quota.objects.get().taken == 1
    if payers == "expired":
        assert list(Order.objects.overpaid()) == [late]
    assert_all_is_counted()


def test_offers_that_lapse_while_they_are_used_and_passed_on_leave_everything_counted() -> None:
    kind = make.ticket_type()
    quota = make.quota(kind, size=8)
    make.quota(kind, size=8)
    group = make.group(kind.edition)
    offers = [make.place_offer(make.waiting_entry(kind, group)) for _ in range(8)]
    for _ in range(8):
        make.waiting_entry(kind, group)
    for offer in offers[:4]:
        let_pass(offer)
    deeds: list[Callable[[], Any]] = []
    for offer in offers:
        deeds += [
            placing(wish_with(offer)),
            sweep_waiting_lists,
            placing(make.wish(kind, group)),
            lambda entry=offer.entry: WaitingEntry.objects.get(pk=entry.pk).leave(by=SOMEBODY),  # type: ignore[misc]
            lambda: Quota.objects.get(pk=quota.pk).share_among([TicketType.objects.get()]),
        ]

    results = at_once(deeds)
    sweep_waiting_lists()

    assert set(kinds(results)) <= {"Order", "NoneType", "Refusal"}, results
    waiting = WaitingEntry.objects.waiting().count()
    quota.refresh_from_db()
    assert quota.taken <= 8
    assert quota.taken == 8 or waiting == 0
    assert_all_is_counted()


def test_who_joins_many_times_at_once_waits_once() -> None:
    kind = make.ticket_type(size=0)
    group = make.group(kind.edition)

    def join() -> int:
        return WaitingEntry.join(kind, group, email="a@example.org", language="en", key="the-key").pk

    results = at_once([join] * 8)

    assert kinds(results) == {"int": 8}, results
    assert len(set(results)) == WaitingEntry.objects.count() == 1


def test_reordering_while_places_are_offered_never_waits_in_a_circle() -> None:
    kind = make.ticket_type(size=0)
    group = make.group(kind.edition)
    entries = [make.waiting_entry(kind, group) for _ in range(12)]
    Quota.objects.get().resize(6)
    deeds: list[Callable[[], Any]] = []
    for entry in entries:
        deeds += [
            lambda entry=entry: WaitingEntry.objects.get(pk=entry.pk).move_to_front(
                by=SOMEBODY, reason="Why"
            ),  # type: ignore[misc]
            lambda: WaitingList(kind.edition).pass_on(by=SOMEBODY),
        ]

    results = at_once(deeds)

    assert set(kinds(results)) <= {"int", "NoneType", "Refusal"}, results
    assert PlaceOffer.objects.open().count() == Quota.objects.get().taken == 6
    assert_all_is_counted()
