"""Replacing a link that somebody else has: the old one ends, and the new one goes to the known address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forum import throttle
from forum.actor import Actor
from forum.errors import Refusal
from forum.http import Request, be_about, private
from forum.outage import may_be_sent_again
from registration.models import Order, Ticket
from registration.views.tickets import opened

AT_MOST = 3  # times that one order's or ticket's link is replaced
AN_HOUR = timedelta(hours=1)


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def order_link(request: Request, code: str, secret: str) -> HttpResponse:
    """Ask whether an order's link and its tickets' are to end, and replace them."""
    order = get_object_or_404(Order.objects.with_tickets().opened_by(code, secret))
    be_about(request, order.edition)
    by = Actor.holder(f"order {order.code}")
    several = len(order.tickets.all()) > 1
    return _replace(
        request, order, f"order {order.code}", lambda: order.replace_links(by=by), several=several
    )


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_link(request: Request, secret: str) -> HttpResponse:
    """Ask whether a ticket's link is to end, and replace it."""
    ticket = opened(request, secret)
    by = Actor.holder(f"ticket {ticket.pk}")
    return _replace(request, ticket, f"ticket {ticket.pk}", lambda: ticket.replace_link(by=by), several=False)


def _replace(
    request: Request, of: Order | Ticket, name: str, replace: Callable[[], None], *, several: bool
) -> HttpResponse:
    if request.method != "POST":
        return render(request, "registration/new_link.html", {"of": of, "several": several})
    if not throttle.allows("replace-link", name, times=AT_MOST, within=AN_HOUR):
        messages.error(
            request, _("This was changed often just now. Please try again in an hour, or write to us.")
        )
        return redirect(of)
    try:
        replace()
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect(of)
    return redirect("new-link-sent")


@private
@require_safe
def new_link_sent(request: Request) -> HttpResponse:
    """Say where the new link went. Whoever asked may be the stranger, so it is not shown, nor the address."""
    return render(request, "registration/new_link_sent.html")
