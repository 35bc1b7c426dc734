"""What a provider tells us unasked: read, kept, and dealt with, once however often it comes."""

from __future__ import annotations

import logging

from forum.actor import Actor
from registration.models import Notice, Outcome, Payment
from registration.payments import answers, checkouts, disputes, refunds, stripe_checkout
from registration.payments.answers import SaidOfDispute, SaidOfRefund

log = logging.getLogger(__name__)

PROVIDER = Payment.Provider.STRIPE


def receive(body: bytes, signature: str) -> Notice | None:
    """Take a notice of Stripe's; None when it is of a kind that is of no concern here.

    Raises Forged or TooOld, which an organizer sees too, and whatever keeps it from being dealt with: it stays noted as
    waiting, and Stripe sends it again.
    """
    try:
        told = stripe_checkout.read(body, signature)
    except (answers.Forged, answers.TooOld) as fault:
        outcome = Outcome.TOO_OLD if isinstance(fault, answers.TooOld) else Outcome.FORGED
        log.warning("notice refused: %s", outcome)
        Notice.refuse(provider=PROVIDER, outcome=outcome)
        raise
    if told.said is None:
        return None
    notice = Notice.keep(provider=PROVIDER, reference=told.reference, kind=told.kind)
    if notice.outcome != Outcome.WAITING:
        return notice
    said, by = told.said, Actor.system()
    if isinstance(said, SaidOfRefund):
        order, outcome = refunds.settle(said, by=by)
    elif isinstance(said, SaidOfDispute):
        order, outcome = disputes.settle(said, by=by)
    else:
        order, outcome = checkouts.settle(said, by=by)
    notice.conclude(outcome, order=order, amount=said.amount, currency=said.currency)
    log.info("notice %s, %s: %s", notice.pk, told.kind, outcome)
    return notice
