"""Disputes: learned from the provider in whatever order it tells, shown where money stands, and never paid twice."""

from __future__ import annotations

import itertools
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from registration.models import Account, Dispute, Order, Refund
from registration.tasks import send_refund
from tests import make, staff
from tests.registration.test_checkouts import reserved
from tests.registration.test_notices import outcome, paid, tell
from tests.registration.test_places import at_once
from tests.registration.test_refunds import paid_order
from tests.servers import StripeStandIn

pytestmark = pytest.mark.django_db


def disputed(stand_in: StripeStandIn, order: Order) -> str:
    """Let the payer dispute what was paid for the order; what the dispute is called."""
    return stand_in.dispute(order.payments.get().reference)


def events(stand_in: StripeStandIn) -> list[dict[str, Any]]:
    return [event for event in stand_in.events() if event["type"].startswith("charge.dispute.")]


@pytest.mark.embedded
def test_a_dispute_is_kept_at_its_payment_and_raises_an_alarm(
    stripe_stand_in: StripeStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    order = paid_order(stripe_stand_in)
    reference = disputed(stripe_stand_in, order)

    with caplog.at_level(logging.ERROR):
        for event in events(stripe_stand_in):
            tell(stripe_stand_in, event)

    dispute = Dispute.objects.get()
    assert (dispute.reference, dispute.payment, dispute.amount) == (reference, order.payments.get(), 25000)
    assert (dispute.status, dispute.is_withdrawn, dispute.reason) == ("needs_response", True, "fraudulent")
    assert dispute.due_by is not None
    assert reference in caplog.text


def test_a_dispute_needs_somebody_until_it_is_seen_to(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    disputed(stripe_stand_in, order)

    tell(stripe_stand_in, events(stripe_stand_in)[0])

    notice = order.notices.latest("pk")
    assert (notice.outcome, notice.needs_somebody, notice.amount) == ("disputed", True, 25000)


@pytest.mark.parametrize("turns", list(itertools.permutations(range(4))))
def test_in_whatever_order_it_is_told_a_dispute_ends_as_it_ended(
    turns: tuple[int, ...], stripe_stand_in: StripeStandIn
) -> None:
    order = paid_order(stripe_stand_in)
    stripe_stand_in.decide(disputed(stripe_stand_in, order), "won")
    told = events(stripe_stand_in)

    for turn in turns:
        tell(stripe_stand_in, told[turn])

    dispute = Dispute.objects.get()
    assert len(told) == 4
    assert (dispute.status, dispute.is_withdrawn, dispute.holds_money) == ("won", False, False)


def test_the_same_notice_again_changes_nothing(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    disputed(stripe_stand_in, order)
    [created, _withdrawn] = events(stripe_stand_in)

    for _ in range(3):
        tell(stripe_stand_in, created)
    tell(stripe_stand_in, created | {"id": "evt_again"})

    assert (Dispute.objects.count(), outcome()) == (1, "known")


@pytest.mark.django_db(transaction=True)
def test_notices_of_a_dispute_all_at_once_are_kept_as_one(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    disputed(stripe_stand_in, order)
    told = events(stripe_stand_in)

    answers = at_once([lambda event=event: tell(stripe_stand_in, event).status_code for event in told * 4])

    assert set(answers) == {200}
    assert (Dispute.objects.get().status, Dispute.objects.get().is_withdrawn) == ("needs_response", True)


def test_a_dispute_that_is_told_before_its_payment_brings_the_payment_along(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)
    stripe_stand_in.dispute(event["data"]["object"]["payment_intent"])

    tell(stripe_stand_in, events(stripe_stand_in)[0])

    assert Dispute.objects.get().payment == order.payments.get()


def test_a_dispute_of_something_else_at_the_same_provider_is_no_concern_here(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = paid_order(stripe_stand_in)
    disputed(stripe_stand_in, order)
    [event, _withdrawn] = events(stripe_stand_in)
    event["data"]["object"]["payment_intent"] = "pi_of_a_shop"

    tell(stripe_stand_in, event)

    assert (Dispute.objects.count(), outcome()) == (0, "not-ours")


def test_a_lost_dispute_is_an_alarm_of_its_own(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    stripe_stand_in.decide(disputed(stripe_stand_in, order), "lost")
    for event in events(stripe_stand_in):
        tell(stripe_stand_in, event)

    assert outcome() == "lost"
    assert Dispute.objects.get().holds_money


@pytest.mark.parametrize("status", ["needs_response", "under_review", "lost", "warning_needs_response"])
def test_what_a_payer_takes_back_is_not_paid_back_too(status: str) -> None:
    payment = make.payment(provider="stripe")
    make.dispute(payment, status=status, is_withdrawn=False)

    with pytest.raises(Refusal, match="disputes"):
        Refund.ask(payment, amount=1, by=Actor.system())

    assert payment.refundable == 0


def test_money_that_a_payer_took_back_for_good_is_not_paid_any_more() -> None:
    order = make.order(ticket_type=make.ticket_type(price=25000), status="confirmed")
    make.dispute(make.payment(order), status="lost")

    now = Order.objects.with_tickets().get()

    assert (now.received, now.refunded, now.paid, now.balance) == (25000, 25000, 0, 25000)
    assert not now.is_payable
    [account] = Account.disagreeing(order.edition)
    assert account.lacking == 25000


def test_after_a_won_dispute_money_may_be_paid_back_again() -> None:
    payment = make.payment(provider="stripe")
    make.dispute(payment, status="won", is_withdrawn=False)

    assert payment.refundable == payment.amount


def test_a_dispute_without_a_day_to_answer_by_names_none() -> None:
    dispute = make.dispute()

    assert (
        dispute.in_words == f"The payment of order {dispute.payment.order.code} is disputed: answer at Stripe"
    )


def test_a_card_whose_owner_disputes_does_so_by_itself(stripe_stand_in: StripeStandIn) -> None:
    paid_order(stripe_stand_in, "4000000000000259")

    stripe_stand_in.move_clock(60)
    stripe_stand_in.wait_until(lambda: len(events(stripe_stand_in)) == 2)

    assert [event["type"].rpartition(".")[2] for event in events(stripe_stand_in)] == [
        "created",
        "funds_withdrawn",
    ]


def test_the_provider_refunds_nothing_that_is_disputed(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    refund = Refund.ask(order.payments.get(), amount=25000, by=Actor.system())
    disputed(stripe_stand_in, order)

    send_refund(refund.pk)

    refund.refresh_from_db()
    assert (refund.status, "charged back" in refund.error) == ("failed", True)


@pytest.mark.parametrize("duty", ["registration", "finance"])
def test_a_dispute_is_seen_at_its_payment_its_order_and_in_both_lists(duty: str) -> None:
    payment = make.payment(provider="stripe")
    dispute = make.dispute(payment)
    organizer = staff.at_work(duty, payment.order.edition)

    pages = [
        organizer.get(address).content.decode()
        for address in (
            "/admin/registration/payment/",
            f"/admin/registration/payment/{payment.pk}/change/",
            f"/admin/registration/order/{payment.order_id}/change/",
            "/admin/registration/dispute/",
            f"/admin/registration/dispute/{dispute.pk}/change/",
        )
        if duty == "registration" or "order" not in address
    ]

    assert all("To be answered" in page for page in pages)


@pytest.mark.parametrize("duty", ["programme", "door", "protection"])
def test_a_dispute_is_not_seen_by_those_who_do_not_see_payments(duty: str) -> None:
    dispute = make.dispute()
    organizer = staff.at_work(duty, dispute.edition)

    answer = organizer.get(f"/admin/registration/dispute/{dispute.pk}/change/")

    assert answer.status_code == 403


def test_nobody_changes_a_dispute_by_hand() -> None:
    dispute = make.dispute()
    owner = staff.at_work("owner", dispute.edition)
    address = f"/admin/registration/dispute/{dispute.pk}"

    answers = [owner.post(f"{address}/change/", {"status": "won"}), owner.post(f"{address}/delete/")]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_the_first_page_says_until_when_a_dispute_is_to_be_answered() -> None:
    dispute = make.dispute(due_by=timezone.now() + timedelta(days=7))
    finance = staff.at_work("finance", dispute.edition)

    [matter] = [matter for matter in finance.get("/admin/").context["matters"] if "disputed" in matter.text]

    assert dispute.payment.order.code in matter.text
    assert finance.get(matter.address).status_code == 200
