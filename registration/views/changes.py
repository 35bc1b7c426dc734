"""What can be changed about one ticket of an order, by whoever holds the order's link; and what its attendee may
correct by their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forum import throttle
from forum.actor import Actor
from forum.errors import Refusal
from forum.http import Request, be_about, private
from forum.outage import may_be_sent_again
from registration.forms.changing import (
    AttendeeEmailForm,
    ChangeForm,
    CorrectionForm,
    ReplacementForm,
    TypeChoice,
    TypeForm,
)
from registration.models import Order, Settlement, Ticket, TypeOffer
from registration.models.deed import CORRECT, EMAIL, REPLACE, TYPE, Deed
from registration.payments import changing

AT_MOST = 5  # mails to new addresses, for one ticket
AN_HOUR = timedelta(hours=1)


def ticket_of(request: Request, code: str, secret: str, number: int) -> Ticket:
    """One ticket of the order that code and secret open together, with its order; else there is no such page."""
    order = get_object_or_404(Order.objects.with_tickets().opened_by(code, secret))
    be_about(request, order.edition)
    for ticket in order.tickets.all():
        if ticket.pk == number:
            return ticket
    raise Http404


def holder_of(ticket: Ticket) -> Actor:
    """Whoever holds the link of a ticket's order."""
    return Actor.holder(f"order {ticket.order.code}")


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: Request, code: str, secret: str, number: int) -> HttpResponse:
    """Set the answers about an attendee right."""
    ticket = ticket_of(request, code, secret, number)
    form = CorrectionForm(ticket, *_sent(request))
    return _correct(request, ticket, form, ticket.order, by=holder_of(ticket))


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def own_correction(request: Request, secret: str) -> HttpResponse:
    """Let an attendee set their own answers right."""
    ticket = get_object_or_404(Ticket.objects.opened_by(secret))
    be_about(request, ticket.edition)
    form = CorrectionForm(ticket, *_sent(request), is_own=True)
    return _correct(request, ticket, form, ticket, by=Actor.holder(f"ticket {ticket.pk}"))


def _correct(
    request: Request, ticket: Ticket, form: CorrectionForm, leads_to: Order | Ticket, *, by: Actor
) -> HttpResponse:
    def correct() -> str:
        if not ticket.correct(form.cleaned_data, by=by):
            return _("Nothing was changed.")
        return _("The answers are changed. If the badge looks different now, the new one comes by mail.")

    context = {"ticket": ticket, "form": form, "back": leads_to.get_absolute_url()}
    return _answer(request, ticket, CORRECT, form, correct, "registration/correct.html", context)


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def attendee_email(request: Request, code: str, secret: str, number: int) -> HttpResponse:
    """Send an attendee's ticket to another address."""
    ticket = ticket_of(request, code, secret, number)
    form = AttendeeEmailForm(*_sent(request))

    def correct() -> str:
        _must_be_calm("attendee-email", ticket)
        email = form.cleaned_data["email"]
        ticket.correct_email(email, by=holder_of(ticket))
        return _("The ticket is on its way to %(email)s.") % {"email": email}

    context = {"ticket": ticket, "form": form, "back": ticket.order.get_absolute_url()}
    return _answer(request, ticket, EMAIL, form, correct, "registration/attendee_email.html", context)


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def replacement(request: Request, code: str, secret: str, number: int) -> HttpResponse:
    """Let somebody else come with a ticket."""
    ticket = ticket_of(request, code, secret, number)
    form = ReplacementForm(ticket.attendee, *_sent(request))

    def pass_on() -> str:
        _must_be_calm("pass-on", ticket)
        before = form.cleaned_data["before"]
        now = ticket.pass_on(form.person, before=before, by=holder_of(ticket))
        return _("The ticket is %(name)s’s now; we write to both.") % {"name": now.name}

    context = {"ticket": ticket, "form": form, "back": ticket.order.get_absolute_url()}
    return _answer(request, ticket, REPLACE, form, pass_on, "registration/pass_on.html", context)


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_type(request: Request, code: str, secret: str, number: int) -> HttpResponse:
    """Change a ticket to another type; what that costs stands at each of them."""
    ticket = ticket_of(request, code, secret, number)
    newest = ticket.type_changes.newest()
    if newest and newest.is_as_asked(ticket) and newest.was_chosen_by(request.POST.get("ticket_type", "")):
        return redirect(ticket.order)  # pressed twice
    choices = _choices(ticket)
    if request.method == "POST" and not choices:
        return redirect(request.path)
    form = TypeForm(choices, *_sent(request))

    def change() -> str:
        chosen = form.chosen
        kind, price = chosen.offer.ticket_type, chosen.offer.price
        done = changing.change_type(ticket, kind, price=price, back=chosen.back or 0, by=holder_of(ticket))
        if done.is_waiting:
            return _("The ticket becomes “%(type)s” when the difference is paid.") % {"type": kind}
        return _("The ticket is “%(type)s” now.") % {"type": kind}

    context = {
        "ticket": ticket,
        "form": form,
        "choices": choices,
        "back": ticket.order.get_absolute_url(),
    }
    return _answer(request, ticket, TYPE, form, change, "registration/change_type.html", context)


def _choices(ticket: Ticket) -> list[TypeChoice]:
    order, choices = ticket.order, []
    for offer in TypeOffer.all_for(ticket, order, timezone.now()):
        difference, back = offer.price - ticket.price, None
        if ticket.admits and difference < 0:
            settlement = Settlement.of_cheaper(order, ticket, offer.price)
            back = settlement.total_back if settlement.is_decided else None
        if not offer.is_full:
            choices.append(TypeChoice(offer, difference, back, is_paid=ticket.admits))
    return choices


@private
@require_http_methods(["GET", "HEAD", "POST"])
def withdrawal(request: Request, code: str, secret: str, number: int) -> HttpResponse:
    """Leave a ticket as it is, though a change of it waits for its payment."""
    ticket = ticket_of(request, code, secret, number)
    if request.method == "POST":
        try:
            changing.withdraw(ticket, by=holder_of(ticket))
        except Refusal as refusal:
            messages.error(request, refusal.reason)
    return redirect(ticket.order)


def _sent(request: Request) -> tuple[Any, ...]:
    return (request.POST,) if request.method == "POST" else ()


def _must_be_calm(what: str, ticket: Ticket) -> None:
    if not throttle.allows(what, str(ticket.pk), times=AT_MOST, within=AN_HOUR):
        raise Refusal(
            _("This was changed often just now. Please try again in an hour, or write to us."), field="email"
        )


def _answer(
    request: Request,
    ticket: Ticket,
    name: str,
    form: ChangeForm,
    do: Callable[[], str],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Ask with the form; do it, say what was done and lead back. What is not possible any more is said where it leads
    back to."""
    if why_not := Deed.of(ticket, name).why_not:
        messages.error(request, why_not)
        return redirect(context["back"])
    if request.method == "POST" and form.is_valid():
        try:
            said = do()
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said)
            return redirect(context["back"])
    return render(request, template, context)
