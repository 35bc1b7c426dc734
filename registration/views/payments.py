"""Paying online: off to the provider's page, and back from it."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forum.actor import Actor
from forum.errors import Refusal
from forum.http import Request, be_about, private
from registration.models import Checkout, Order
from registration.payments import answers, checkouts, stripe_checkout

log = logging.getLogger(__name__)

PAYING = "paying"  # in the session: a mark of the order whose payment was begun in this browser


@private
@require_http_methods(["GET", "HEAD", "POST"])
def payment(request: Request, code: str, secret: str) -> HttpResponse:
    """Lead to the page on which the order is paid now. Pressing twice leads to the same one."""
    order = get_object_or_404(Order.objects.with_tickets().opened_by(code, secret))
    be_about(request, order.edition)
    if request.method != "POST" or not stripe_checkout.is_offered():
        return redirect(order)
    try:
        checkout = checkouts.open_for(order, by=Actor.holder(f"order {order.code}"))
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect(order)
    request.session[PAYING] = _mark(order)
    return redirect(checkout.url)


@private
@require_safe
def payment_return(request: Request, secret: str) -> HttpResponse:
    """Ask the provider what came of the payment page. To have come here proves nothing.

    The provider keeps this address, and who pays may be somebody else than who registered: only the browser in which
    the payment was begun is led on to the order, and only while the link by which it was begun is good.
    """
    checkout = get_object_or_404(Checkout.objects.opened_by(secret))
    be_about(request, checkout.order.edition)
    try:
        checkouts.look(checkout, by=Actor.system())
    except answers.Unreachable as fault:
        log.warning("order %s: no answer about its payment: %s", checkout.order.code, fault)
        level, words = (
            messages.INFO,
            _("The payment service does not answer just now. We ask it again, and write to you."),
        )
    else:
        order = Order.objects.with_tickets().get(pk=checkout.order_id)
        checkout.refresh_from_db(fields=["status"])
        level, words = _in_words(checkout, order)
    if request.session.get(PAYING) != _mark(checkout.order):
        return render(request, "registration/payment_return.html", {"words": words, "checkout": checkout})
    messages.add_message(request, level, words)
    return redirect(checkout.order)


def _mark(order: Order) -> str:
    """What tells an order with its present link from all others, and is no link."""
    return salted_hmac(PAYING, f"{order.pk}/{order.secret}", algorithm="sha256").hexdigest()


def _in_words(checkout: Checkout, order: Order) -> tuple[int, str]:
    """What came of the payment, for who comes back from it."""
    if checkout.status == Checkout.Status.PAID:
        if order.overpaid:
            return messages.WARNING, _(
                "Your payment has arrived, but not all of it is needed. We write to whoever registered."
            )
        return messages.SUCCESS, _("Thank you. Your payment has arrived.")
    if checkout.status == Checkout.Status.PROCESSING:
        return messages.INFO, _("Your bank is at work on your payment. We write to you when it has arrived.")
    if checkout.status == Checkout.Status.FAILED:
        return messages.ERROR, _("Your bank did not make the payment.")
    if order.is_payable:
        return messages.INFO, _("Nothing was paid. It can still be paid on the order’s page.")
    return messages.INFO, _("Nothing was paid.")
