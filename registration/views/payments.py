"""Paying online: off to the provider's page, and back from it."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forum.actor import Actor
from forum.errors import Refusal
from forum.http import Request, be_about, private
from registration.models import Checkout, Order
from registration.payments import checkouts, stripe_checkout

log = logging.getLogger(__name__)


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
    return redirect(checkout.url)


@private
@require_safe
def payment_return(request: Request, secret: str) -> HttpResponse:
    """Ask the provider what came of the payment page, and go on to the order. To have come here proves nothing."""
    checkout = get_object_or_404(Checkout.objects.opened_by(secret))
    order = checkout.order
    be_about(request, order.edition)
    try:
        checkouts.look(checkout, by=Actor.system())
    except stripe_checkout.Unreachable as fault:
        log.warning("order %s: no answer about its payment: %s", order.code, fault)
        messages.info(
            request, _("The payment service does not answer just now. We ask it again, and write to you.")
        )
        return redirect(order)
    checkout.refresh_from_db(fields=["status"])
    if checkout.status == Checkout.Status.PAID:
        messages.success(request, _("Thank you. Your payment has arrived."))
    elif checkout.status == Checkout.Status.PROCESSING:
        messages.info(
            request, _("Your bank is at work on your payment. We write to you when it has arrived.")
        )
    elif checkout.status == Checkout.Status.FAILED:
        messages.error(request, _("Your bank did not make the payment. You can try again here."))
    else:
        messages.info(
            request, _("Nothing was paid. You can pay whenever you are ready, until the time below.")
        )
    return redirect(order)
