"""Paying back: done by a worker at the provider, and noted when somebody did it at the provider itself."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from registration.models import Order, Outcome, Payment, Refund, Ticket
from registration.payments import answers, checkouts, stripe_checkout
from registration.payments.answers import SaidOfRefund

log = logging.getLogger(__name__)


def cancel(ticket: Ticket, by: Actor, reason: str = "", amount: int | None = None) -> None:
    """Cancel a ticket and pay `amount` of its price back (minor units); one mail tells both. The rest of it is kept.

    None leaves open what is paid back: the order then waits for somebody to decide it. An open payment page is ended
    first. Raises Refusal, and changes nothing, when the ticket is not live any more, when less was paid, or when the
    provider cannot be asked.
    """
    checkouts.close(ticket.order, by=by)
    with transaction.atomic():
        ticket.cancel(by=by, reason=reason)
        if amount is None:
            return
        left = amount
        for payment in ticket.order.payments.in_currency(ticket.order.edition.currency):
            if part := min(left, payment.refundable):
                Refund.ask(payment, amount=part, by=by, reason=reason, ticket=ticket)
                left -= part
        if left or amount > ticket.price:
            raise Refusal(_("Choose an amount up to what was paid for this ticket."), field="amount")
        order = Order.objects.with_tickets().get(pk=ticket.order_id)
        if rest := min(ticket.price - amount, order.overpaid):
            order.keep(rest, by=by)


def send(refund: Refund) -> None:
    """Have a claimed refund done. What may pass is tried again later; what the provider refuses has failed."""
    try:
        said = stripe_checkout.refund(refund)
    except answers.Unreachable as fault:
        refund.is_not_answered(str(fault), is_broken=isinstance(fault, answers.Broken))
    except Refusal as refusal:
        log.error("refund %s: refused: %s", refund.pk, refusal)
        refund.was_refused(str(refusal))
    else:
        if said.is_done:
            refund.went(said.reference)
        else:
            refund.came_back(said.reference, said.reason)


def settle(said: SaidOfRefund, *, by: Actor) -> tuple[Order | None, Outcome]:
    """Take note of what the provider says of a refund; which order it is about, and what came of it.

    One of a payment that is not booked yet brings its payment along. Raises Unreachable.
    """
    refund = Refund.objects.told_of(said.reference, said.key)
    if refund:
        if said.is_done:
            return refund.payment.order, refund.went(said.reference)
        return refund.payment.order, refund.came_back(said.reference, said.reason)
    payment = Payment.objects.of_provider(Payment.Provider.STRIPE, said.payment)
    if payment is None and (page := stripe_checkout.of_payment(said.payment)):
        checkouts.settle(page, by=by)
        payment = Payment.objects.of_provider(Payment.Provider.STRIPE, said.payment)
    if payment is None:
        return None, Outcome.NOT_OURS
    outcome = Refund.was_made_elsewhere(
        payment, amount=said.amount, reference=said.reference, is_done=said.is_done
    )
    return payment.order, outcome
