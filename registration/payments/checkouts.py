"""Paying an order online: opened by its holder, settled by what the provider says, closed before places go back.

Nothing here holds a lock while the provider is asked.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from registration.models import Checkout, Order, Outcome, Payment, Said
from registration.payments import stripe_checkout
from registration.payments.answers import AskedOtherwise, Broken, Unreachable

log = logging.getLogger(__name__)

UNDER_WAY = _("A payment for this order is under way. Please try again in some minutes.")
PROVIDER = Payment.Provider.STRIPE
AT_STRIPE_AT_LEAST = timedelta(minutes=31)


def open_for(order: Order, *, by: Actor) -> Checkout:
    """The page on which the order is paid now: the open one, or a new one.

    Raises Refusal when nothing is to be paid, too little time is left, or the provider cannot be reached.
    """
    for current in Checkout.objects.open().of_order(order):
        too_late = current.expires_at < timezone.now() + AT_STRIPE_AT_LEAST
        if not current.url and too_late:
            # Its answer got lost long ago. Nobody was ever sent there, and nobody can be.
            current.never_came_about()
        elif current.url and not current.is_good:
            close(order, by=by)
    checkout = Checkout.begin(order, by=by)
    if checkout.url:
        return checkout
    try:
        _make(checkout)
    except Unreachable as fault:
        log.warning("order %s: no payment page: %s", order.code, fault)
        raise Refusal(
            _(
                "The payment service does not answer just now. Your place stays yours; please try again in some "
                "minutes."
            )
        ) from fault
    return checkout


def _make(checkout: Checkout) -> None:
    """Have the page made at the provider. Raises Unreachable; and Refusal when it says no, or when the page was given
    up meanwhile."""
    try:
        try:
            said = stripe_checkout.create(checkout)
        except AskedOtherwise:
            checkout.begin_anew()  # since the first try, something about the order was corrected
            said = stripe_checkout.create(checkout)
    except Broken:
        checkout.begin_anew()
        raise
    except Refusal:
        checkout.never_came_about()
        raise
    if not checkout.came_about(said):
        checkout.reference = said.reference
        stripe_checkout.expire(checkout)
        raise Refusal(UNDER_WAY)


def look(checkout: Checkout, *, by: Actor) -> Outcome:
    """Ask the provider how a page stands that is not known to be paid, and take note. Raises Unreachable."""
    if checkout.status == Checkout.Status.PAID or not checkout.reference:
        return Outcome.KNOWN
    return _note(checkout, stripe_checkout.look(checkout), by=by)


def close(order: Order, *, by: Actor) -> None:
    """End the order's open page at the provider, so that no money can come through it any more.

    Money that has come meanwhile is booked. Raises Refusal when the provider cannot be asked, or its bank is at work.
    """
    for checkout in Checkout.objects.open().of_order(order):
        try:
            end(checkout, by=by)
        except Unreachable as fault:
            raise Refusal(UNDER_WAY) from fault


def end(checkout: Checkout, *, by: Actor) -> Outcome:
    """End one open page at the provider and take note of how it ended. Raises Unreachable."""
    if checkout.status == Checkout.Status.PROCESSING:
        return look(checkout, by=by)
    if not checkout.reference:
        # Whoever made it has not told us yet, or died over it: the same key gives the same page.
        try:
            _make(checkout)
        except Refusal:
            return Outcome.EXPIRED
    return _note(checkout, stripe_checkout.expire(checkout), by=by)


def settle(said: Said, *, by: Actor) -> tuple[Order | None, Outcome]:
    """Take note of what the provider says of a page, of its own accord; which order it is about, and what came of it.

    Money for an order of ours is booked even when the page is not known here, as after a backup was put back.
    """
    checkout = Checkout.objects.told_of(said)
    if checkout:
        return checkout.order, checkout.learn(said, by=by)
    order = Order.objects.coded(said.order)
    if order is None or said.state != Checkout.Status.PAID:
        return order, Outcome.KNOWN if order else Outcome.UNKNOWN
    reference = said.payment or said.reference
    outcome = Payment.receive(
        order, provider=PROVIDER, reference=reference, amount=said.amount, currency=said.currency, by=by
    )
    return order, outcome


def _note(checkout: Checkout, said: Said | None, *, by: Actor) -> Outcome:
    if said is None:
        log.error("order %s: the provider knows no checkout %s", checkout.order.code, checkout.reference)
        said = Said(checkout.reference, Checkout.Status.EXPIRED, checkout.amount, checkout.currency)
    return checkout.learn(said, by=by)
