"""An order's own pages: for whoever holds its link."""

from __future__ import annotations

import re
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forum import throttle
from forum.actor import Actor
from forum.errors import Refusal
from forum.http import Request, be_about, let_forms_lead_to, private
from forum.outage import may_be_sent_again
from registration.forms import CorrectEmailForm
from registration.models import Order, Settlement, Ticket
from registration.models.questionnaire import Answered
from registration.models.shown_order import shown_order
from registration.payments import cancelling, checkouts, stripe_checkout
from registration.views.changes import ticket_of

CORRECTIONS = 5
AN_HOUR = timedelta(hours=1)


def _opened(request: Request, code: str, secret: str) -> Order:
    order = get_object_or_404(Order.objects.with_tickets().opened_by(code, secret))
    be_about(request, order.edition)
    return order


@private
@require_safe
def order(request: Request, code: str, secret: str) -> HttpResponse:
    """Show the order: the state of its tickets, what was answered, and what can be done."""
    order = shown_order(code, secret, request.edition)
    if order is None:
        raise Http404
    be_about(request, order.edition)
    for answered in Answered.of(order.tickets.all(), has_answers=order.has_answers):
        answered.ticket.answered = answered
    context = {
        "order": order,
        "email_form": CorrectEmailForm(),
        "pays_online": stripe_checkout.is_offered(),
    }
    page = render(request, "registration/order.html", context)
    if order.is_payable and stripe_checkout.is_offered():
        let_forms_lead_to(page, settings.STRIPE_PAGES)
    return page


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: Request, code: str, secret: str) -> HttpResponse:
    """Set a mistyped address right, and go to the order's new address."""
    order = _opened(request, code, secret)
    form = CorrectEmailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not throttle.allows("correct-email", order.code, times=CORRECTIONS, within=AN_HOUR):
            form.add_error(
                "email", _("This was changed often just now. Please try again in an hour, or write to us.")
            )
        else:
            had_none = not order.email
            try:
                order.correct_email(form.cleaned_data["email"], by=Actor.holder(f"order {order.code}"))
            except Refusal as refusal:
                form.add_error(None, refusal.reason)
            else:
                sent = (
                    _("We sent your ticket to %(email)s.")
                    if had_none
                    else _(
                        "We sent everything again, to %(email)s. This page has a new address: keep this one."
                    )
                )
                messages.success(request, sent % {"email": order.email})
                return redirect(order)
    return render(request, "registration/correct_email.html", {"order": order, "form": form})


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def cancellation(request: Request, code: str, secret: str) -> HttpResponse:
    """Ask whether the order is really to be given up, and give it up."""
    order = _opened(request, code, secret)
    return _cancel(request, order, [ticket for ticket in order.tickets.all() if ticket.is_live])


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_cancellation(request: Request, code: str, secret: str, number: int) -> HttpResponse:
    """Ask whether one ticket of several is really to be given up, and give it up."""
    ticket = ticket_of(request, code, secret, number)
    return _cancel(request, ticket.order, [ticket] if ticket.is_live else [])


def _cancel(request: Request, order: Order, tickets: list[Ticket]) -> HttpResponse:
    """Give these tickets up, for what the page says that comes back; or ask, and say it."""
    if request.method == "POST":
        return _give_up(request, order, tickets)
    if not tickets or not order.is_cancellable:
        return redirect(order)
    context = {
        "order": order,
        "tickets": tickets,
        "is_part": any(one.is_live and one not in tickets for one in order.tickets.all()),
        "settlement": Settlement.of_cancelling(order, tickets),
    }
    return render(request, "registration/cancel.html", context)


def _give_up(request: Request, order: Order, tickets: list[Ticket]) -> HttpResponse:
    holder, was_paid = Actor.holder(f"order {order.code}"), order.paid
    shown = set(request.POST.getlist("ticket")) or {str(ticket.pk) for ticket in tickets}
    keys = [ticket.pk for ticket in tickets if str(ticket.pk) in shown]
    try:
        if not keys:
            raise Refusal(_("This order is over, so there is nothing left to cancel."))
        checkouts.close(order, by=holder)
        if Order.objects.with_tickets().get(pk=order.pk).paid != was_paid:
            messages.info(request, _("Your payment had just arrived, so nothing was cancelled."))
            return redirect(order)
        cancelling.cancel(order, keys, back=_amount(request.POST.get("back", "")), by=holder)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect(request.path if refusal.field == "back" else order)
    return redirect(order)


def _amount(posted: str) -> int | None:
    return int(posted) if re.fullmatch(r"[0-9]{1,12}", posted) else None
