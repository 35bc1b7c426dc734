"""Whatever happens to tickets, payments, waiting lists and refunds, in whichever order and at whichever same instant:
what must hold, holds after every step.

Hypothesis makes the histories up, the same in every run; how rivals in real threads meet, PostgreSQL decides. What a
verb refuses is part of it; anything else that it raises is a fault. HISTORIES=100 in the environment looks for longer.
"""

from __future__ import annotations

import os
from contextlib import suppress

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OuterRef
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from forum.errors import Refusal
from forum.models import Message
from registration.models import (
    Figures,
    Invoice,
    InvoiceSeries,
    Ledger,
    Order,
    Payment,
    PlaceOffer,
    Quota,
    Standing,
    Ticket,
    Voucher,
    wrongly_billed,
)
from tests.registration.deeds import SOMEBODY, Deeds
from tests.registration.test_places import at_once

pytestmark = pytest.mark.django_db(transaction=True)

REGISTERING = ("place", "place", "press_twice", "add", "invite", "use_invitation")
WAITING = ("join", "join", "leave", "pass_to_the_next", "offer_out_of_turn", "use_offer")
PAYING = ("pay", "pay", "pay_too_little", "pay_too_much", "pay_late", "tell_of_payment_again")
ENDING = ("sweep", "cancel_one", "cancel_all", "be_cancelled", "give_up_order")
MONEY_BACK = ("refund", "refund", "hear_of_refund", "keep", "refund_many")
CHANGING = ("change_type", "change_type", "withdraw_change", "pass_on", "change_group", "correct_address")
ORGANIZING = ("approve", "approve", "decline", "confirm_by_hand", "resize", "share", "set_aside", "release")
BILLING = ("bill", "write_details")
TIME = ("let_time_pass", "let_time_pass")
ALL = REGISTERING + WAITING + PAYING + ENDING + MONEY_BACK + CHANGING + ORGANIZING + BILLING + TIME

# Some are there when a history begins: confirmed, reserved, requested, and more of them than there are places.
BEGINNING = (
    *(("place", 0), ("place", 3), ("pay", 1), ("place", 8), ("place", 7), ("approve", 0), ("place", 12)),
    *(("pay", 2), ("bill", 1), ("join", 1), ("join", 4), ("invite", 2)),
)

NUMBERS = st.integers(0, 999)
HISTORIES = int(os.environ.get("HISTORIES", "5"))


class Histories(RuleBasedStateMachine):
    """One edition, and what happens at it."""

    def __init__(self) -> None:
        super().__init__()
        self.deeds = Deeds()
        for name, number in BEGINNING:
            with suppress(Refusal):
                self.deeds.ready(name, number)()
        self.is_sound = True

    @rule(name=st.sampled_from(ALL), number=NUMBERS)
    def happens(self, name: str, number: int) -> None:
        self.is_sound = False
        with suppress(Refusal):
            self.deeds.ready(name, number)()

    @rule(one=st.sampled_from(ALL), other=st.sampled_from(ALL), number=NUMBERS, more=st.integers(0, 1))
    def rivals(self, one: str, other: str, number: int, more: int) -> None:
        self.is_sound = False
        deeds = [self.deeds.ready(one, number), self.deeds.ready(other, number + more)]
        for result in at_once(deeds):
            if isinstance(result, Exception) and not isinstance(result, Refusal):
                raise result

    @rule()
    def all_is_billed(self) -> None:
        self.is_sound = False
        assert_billed_as_paid(self.deeds)

    # --- what must hold --------------------------------------------------------------------------------------------

    @invariant()
    def all_holds(self) -> None:
        assert_counted(self.deeds)
        assert_waiting_makes_sense(self.deeds)
        assert_told(self.deeds)
        assert_no_more_is_paid_back_than_came(self.deeds)
        assert_numbered_without_gap(self.deeds)
        assert_every_place_says_the_same(self.deeds)
        self.is_sound = True

    def teardown(self) -> None:
        if self.is_sound:
            assert_billed_as_paid(self.deeds)
            self.all_holds()


def assert_counted(deeds: Deeds) -> None:
    """Counters are what there is, and no quota has more than its size."""
    assert not Quota.objects.of_edition(deeds.edition).miscounted().exists()
    assert not Voucher.objects.of_edition(deeds.edition).miscounted().exists()
    assert not Ticket.objects.misplaced().filter(order__edition=deeds.edition).exists()
    assert not Ticket.objects.misplaced_in(deeds.edition).exists()
    assert not PlaceOffer.objects.misplaced().of_edition(deeds.edition).exists()
    assert not deeds.edition.quotas.filter(taken__gt=F("size")).exists()
    assert not deeds.edition.vouchers.filter(used__gt=F("max_uses")).exists()


def assert_waiting_makes_sense(deeds: Deeds) -> None:
    """A place is kept for whom one was offered, and only a ticket that admits waits to become dearer."""
    offered = deeds.entries.filter(status="offered").values_list("pk", flat=True)
    kept = deeds.offers.filter(status="open").order_by("entry").values_list("entry", flat=True)
    assert list(offered) == list(kept)
    assert not deeds.changes.filter(status="waiting").exclude(ticket__status="confirmed").exists()


def assert_told(deeds: Deeds) -> None:
    """Who has a confirmed ticket and an address was sent it there."""
    told = Message.objects.filter(
        letter__in=("ticket-confirmed", "speaker-place"),
        about_type=ContentType.objects.get_for_model(Ticket),
        about_id=OuterRef("pk"),
        to__iexact=OuterRef("attendee__email"),
    )
    mute = deeds.tickets.filter(~Exists(told), status="confirmed").exclude(attendee__email="")
    assert not mute.exists()


def assert_no_more_is_paid_back_than_came(deeds: Deeds) -> None:
    assert not Payment.objects.overrefunded(deeds.edition).exists()
    for payment in deeds.money.prefetch_related("refunds", "disputes"):
        assert sum(one.amount for one in payment.refunds.all() if one.counts) <= payment.amount
        assert payment.refundable >= 0


def assert_numbered_without_gap(deeds: Deeds) -> None:
    """Each kind of document has the numbers 1, 2, 3 …, and no two have the same."""
    assert not InvoiceSeries.objects.broken().filter(edition=deeds.edition).exists()
    documents = list(Invoice.objects.of_edition(deeds.edition).order_by("kind", "pk"))
    assert len({one.number for one in documents}) == len(documents)
    for kind in ("invoice", "credit-note"):
        counts = sorted(one.count for one in documents if one.kind == kind)
        assert counts == list(range(1, len(counts) + 1)), counts


def assert_every_place_says_the_same(deeds: Deeds) -> None:
    """What the orders say of themselves, the money page, its tables, the lists and the sweep of invoices say too."""
    orders = list(deeds.orders.with_billing().prefetch_related("invoices__lines"))
    ledger = Ledger(deeds.edition)
    total: Figures = ledger.total
    assert (total.received, total.refunded) == (ledger.moved.received, ledger.moved.refunded)
    assert total.received == sum(one.received for one in orders)
    assert total.refunded == sum(one.refunded for one in orders)
    assert total.agreed + total.kept == sum(one.total for one in orders)
    assert total.kept == sum(one.kept for one in orders)
    assert total.due == sum(max(0, one.balance) for one in orders)
    assert total.too_much == sum(one.overpaid for one in orders)
    for table in (ledger.by_type, ledger.by_group):
        assert sum((line.figures for line in table), Figures()) == total
    ours = Order.objects.of_edition(deeds.edition)
    owing = ours.standing(Standing.OWING.sql, deeds.edition)
    assert set(owing) == {one for one in orders if one.balance > 0}
    assert set(ours.overpaid(deeds.edition)) == {one for one in orders if one.overpaid}
    wrong = set(wrongly_billed().of_edition(deeds.edition))
    assert wrong == {one for one in orders if not one.billed.is_right}


def assert_billed_as_paid(deeds: Deeds) -> None:
    """When all is billed, what is billed for an order that is at rest is what came for it and did not go back."""
    for order in deeds.orders:
        Invoice.bring_up_to_date(order, by=SOMEBODY)
    assert not wrongly_billed().of_edition(deeds.edition).exists()
    for order in deeds.orders:
        assert order.billed.is_right
        if order.is_settled:
            assert order.billed.amount == order.received - order.refunded == order.total


def test_whatever_happens_in_whichever_order_what_must_hold_holds() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=20,
            derandomize=True,
            database=None,
            deadline=None,
            # What rivals do is never the same twice, so that a shorter history would be looked for in vain.
            phases=(Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
