"""Disputes: what Stripe says of a payer who wants money back by way of their bank, and what is noted of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from forum.actor import Actor
from registration.models import Dispute, Order, Outcome, Payment
from registration.payments import checkouts, stripe_checkout
from registration.payments.answers import SaidOfDispute


def settle(said: SaidOfDispute, *, by: Actor) -> tuple[Order | None, Outcome]:
    """Take note of what Stripe says of a dispute; which order it is about, and what came of it.

    One of a payment that is not booked yet brings its payment along. Raises Unreachable.
    """
    payment = Payment.objects.of_provider(Payment.Provider.STRIPE, said.payment)
    if payment is None and (page := stripe_checkout.of_payment(said.payment)):
        checkouts.settle(page, by=by)
        payment = Payment.objects.of_provider(Payment.Provider.STRIPE, said.payment)
    if payment is None:
        return None, Outcome.NOT_OURS
    outcome = Dispute.learn(
        payment,
        reference=said.reference,
        amount=said.amount,
        currency=said.currency,
        reason=said.reason,
        status=said.status,
        movements=said.movements,
        is_withdrawn=said.is_withdrawn,
        due_by=_moment(said.due_by),
        opened_at=_moment(said.opened_at) or datetime.now(UTC),
        told_at=_moment(said.told_at) or datetime.now(UTC),
    )
    return payment.order, outcome


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
