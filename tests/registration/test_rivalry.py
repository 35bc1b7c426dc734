"""Rivals for places and money at the same instant, in threads and in processes of their own, on PostgreSQL. Whatever
they do, counters equal places, no place is sold twice, and no money is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from registration.models import Checkout, Order, Payment, Quota, Ticket, TicketType
from registration.payments import checkouts, refunds
from registration.tasks import sweep_checkouts, sweep_reservations
from tests import make
from tests.registration.test_checkouts import opened, reserved
from tests.registration.test_notices import paid, tell
from tests.registration.test_places import at_once, kinds, placing
from tests.servers import ROOT, StripeStandIn, environment_of

SOMEBODY = Actor.system()
PAST = timedelta(minutes=-1)

pytestmark = pytest.mark.django_db(transaction=True)


def assert_all_is_counted() -> None:
    assert not Quota.objects.miscounted().exists()
    assert not Ticket.objects.misplaced().exists()


def in_processes(wishes: list[dict[str, Any]], *, processes: int, threads: int) -> list[str]:
    """Let rivals place these wishes, each process an equal share of them; all begin at the same instant."""
    start, running = time.time() + 6, []
    for number in range(processes):
        share = {"threads": threads, "at": start, "wishes": wishes[number::processes]}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.registration.rivals"],
            cwd=ROOT,
            env={**environment_of(connection.settings_dict), "LOG_LEVEL": "ERROR"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(share))
        process.stdin.close()
        running.append(process)
    results: list[str] = []
    for process in running:
        assert process.stdout is not None
        results += json.loads(process.stdout.read())
        process.stdout.close()
        process.wait(60)
    return results


def test_two_hundred_rivals_in_processes_for_a_hundred_places_over_two_quotas_buy_exactly_a_hundred() -> None:
    edition = make.edition()
    group = make.group(edition)
    forum, workshop = make.ticket_type(edition), make.ticket_type(edition)
    hall = make.quota(forum, workshop, size=100)
    lunch = make.quota(workshop, forum, size=100)
    wishes = [
        {"ticket_type": (forum, workshop)[number % 2].pk, "group": group.pk, "key": f"rival-{number}"}
        for number in range(200)
    ]

    results = in_processes(wishes, processes=4, threads=8)

    sold = [result for result in results if result != "refused"]
    assert Counter(result == "refused" for result in results) == {True: 100, False: 100}, results
    assert Order.objects.filter(code__in=sold).count() == Ticket.objects.count() == 100
    for quota in (hall, lunch):
        quota.refresh_from_db()
        assert quota.taken == quota.places.count() == 100
    assert_all_is_counted()


def test_pressing_confirm_twice_at_the_same_instant_in_two_processes_gives_both_the_same_order() -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, size=10)
    group = make.group(edition)
    wishes = [{"ticket_type": kind.pk, "group": group.pk, "key": f"pressed-{number}"} for number in range(10)]

    results = in_processes([wish for wish in wishes for _ in range(2)], processes=2, threads=4)

    assert sorted(Counter(results).values()) == [2] * 10, results
    assert Ticket.objects.count() == Quota.objects.get().taken == 10
    assert_all_is_counted()


@pytest.mark.parametrize("round_number", range(5))
def test_of_the_last_place_and_a_late_payer_one_wins_and_the_money_is_never_lost(round_number: int) -> None:
    kind = make.ticket_type(price=25000, size=1)
    late = make.order(status="reserved", ticket_type=kind, reserved_until=timezone.now() + PAST)
    late.tickets.get().expire(by=SOMEBODY)
    wish = make.wish(kind)

    def pay() -> object:
        return Payment.receive(
            late, provider="stripe", reference="pi_1", amount=25000, currency="USD", by=SOMEBODY
        )

    outcome, placed = at_once([pay, placing(wish)])

    states = {ticket.order_id: ticket.status for ticket in Ticket.objects.all()}
    if outcome == "late":
        assert isinstance(placed, Refusal)
        assert states == {late.pk: "confirmed"}
    else:
        assert (outcome, states[late.pk], states[placed.pk]) == ("owed", "expired", "reserved")
        assert list(Order.objects.overpaid()) == [late]
    assert Payment.objects.count() == Quota.objects.get().taken == 1
    assert_all_is_counted()


def test_payments_in_the_moment_of_expiry_always_win(stripe_stand_in: StripeStandIn) -> None:
    kind = make.ticket_type(price=25000, size=8)
    orders = [make.order(status="reserved", ticket_type=kind) for _ in range(8)]
    events = [paid(stripe_stand_in, order) for order in orders]
    Checkout.objects.update(expires_at=timezone.now() + PAST)
    Ticket.objects.update(reserved_until=timezone.now() + PAST)
    deeds: list[Callable[[], Any]] = []
    for event, order in zip(events, orders, strict=True):
        deeds += [
            lambda event=event: tell(stripe_stand_in, event).status_code,  # type: ignore[misc]
            sweep_checkouts,
            lambda order=order: checkouts.look(order.checkouts.get(), by=SOMEBODY),  # type: ignore[misc]
            sweep_reservations,
            placing(make.wish(kind)),
        ]

    results = at_once(deeds)

    assert set(kinds(results)) <= {"int", "NoneType", "Outcome", "Refusal"}, results
    assert {ticket.status for ticket in Ticket.objects.all()} == {"confirmed"}
    assert Payment.objects.count() == Quota.objects.get().taken == 8
    assert_all_is_counted()


def test_no_payment_page_is_ever_open_for_a_ticket_that_lost_its_place(
    stripe_stand_in: StripeStandIn,
) -> None:
    orders = [reserved(size=2) for _ in range(6)]
    deeds: list[Callable[[], Any]] = []
    for order in orders:
        deeds += [
            lambda order=order: opened(order),  # type: ignore[misc]
            lambda order=order: refunds.cancel(order.tickets.get(), SOMEBODY),  # type: ignore[misc]
            lambda order=order: Order.objects.get(pk=order.pk).cancel(by=SOMEBODY),  # type: ignore[misc]
        ]

    results = at_once(deeds)

    assert set(kinds(results)) <= {"Checkout", "NoneType", "Refusal"}, results
    lost = {ticket.order_id for ticket in Ticket.objects.all() if ticket.status != "reserved"}
    payable = {checkout.order_id for checkout in Checkout.objects.open()}
    assert not lost & payable
    for checkout in Checkout.objects.all():
        if checkout.order_id in lost:
            assert stripe_stand_in.pay(checkout.reference)[0] != 303
    assert_all_is_counted()


def test_buying_paying_cancelling_refunding_and_sweeping_all_at_once_leave_everything_counted(
    stripe_stand_in: StripeStandIn,
) -> None:
    kind = make.ticket_type(price=25000)
    first, second = make.quota(kind, size=12), make.quota(kind, size=12)
    bought = [make.order(status="reserved", ticket_type=kind) for _ in range(6)]
    events = [paid(stripe_stand_in, order) for order in bought[:3]]
    deeds: list[Callable[[], Any]] = []
    for number in range(6):
        deeds += [
            placing(make.wish(kind)),
            lambda event=events[number % 3]: tell(stripe_stand_in, event).status_code,  # type: ignore[misc]
            lambda order=bought[number]: refunds.cancel(order.tickets.get(), SOMEBODY),  # type: ignore[misc]
            sweep_checkouts,
            sweep_reservations,
            lambda: TicketType.objects.get().quotas.first().resize(12),
        ]

    results = at_once(deeds)

    assert set(kinds(results)) <= {"Order", "int", "NoneType", "Refusal"}, results
    assert Payment.objects.count() == 3
    for quota in (first, second):
        quota.refresh_from_db()
        assert quota.taken == Ticket.objects.holding_places().count()
    assert_all_is_counted()
