"""Registering by a personal invitation: the same two pages as everybody's, with group and ticket decided already."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from forum.actor import Actor
from forum.errors import Refusal
from forum.http import Request, be_about, private
from forum.outage import may_be_sent_again
from registration.forms import AgreementForm
from registration.forms.guests import GuestRegistrationForm, RegretsForm
from registration.models import Guest, Order
from registration.views.register import count_code, may_try_codes


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def guest(request: Request, secret: str) -> HttpResponse:
    """Ask, show the answers, or place the order: `step` says which button was pressed."""
    guest = _opened(request, secret)
    step = request.POST.get("step", "")
    agreement = AgreementForm(guest.edition, request.POST) if step == "confirm" else None
    if agreement and (placed := Order.objects.placed_with(agreement.key, guest.edition)):
        return redirect(placed)
    if guest.obstacle:
        return _closed(request, guest)
    if request.method != "POST":
        return _ask(request, _form(request, guest))
    guest.begin()
    if step == "change":
        return _ask(request, _form(request, guest, initial=request.POST.dict()))
    if step == "voucher":
        form = _form(request, guest, request.POST)
        form.look_only_at("voucher")
        return _ask(request, form)
    answer = _answer(request, guest, agreement or AgreementForm(guest.edition))
    # Of two presses at once, the second may find the link used: by the first, a moment ago.
    is_page = answer.status_code != 302
    if agreement and is_page and (placed := Order.objects.placed_with(agreement.key, guest.edition)):
        return redirect(placed)
    return answer


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def regrets(request: Request, secret: str) -> HttpResponse:
    """Ask whether they really do not come, and note it."""
    guest = _opened(request, secret)
    if not guest.is_open:
        return redirect(guest)
    form = RegretsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with suppress(Refusal):  # it was answered a moment ago: its page says how
            guest.decline(by=_holder(guest), reason=form.cleaned_data["reason"])
        return redirect(guest)
    return render(request, "registration/guest_regrets.html", {"guest": guest, "form": form})


def _opened(request: Request, secret: str) -> Guest:
    guest = get_object_or_404(Guest.objects.opened_by(secret))
    be_about(request, guest.edition)
    return guest


def _holder(guest: Guest) -> Actor:
    return Actor.holder(f"invitation of guest {guest.pk}")


def _answer(request: Request, guest: Guest, agreement: AgreementForm) -> HttpResponse:
    form = _form(request, guest, request.POST)
    if not form.is_valid():
        return _ask(request, form)
    if not agreement.is_valid():
        return _show(request, form, agreement)
    try:
        order = Order.place(form.wish(agreement), by=_holder(guest))
    except Refusal as refusal:
        guest = _opened(request, guest.secret)
        if guest.obstacle:
            return _closed(request, guest)
        form = _form(request, guest, request.POST)
        if form.is_valid():  # else it says itself what is not to be had any more
            form.refuse(refusal)
        return _ask(request, form)
    return redirect(order)


def _form(request: Request, guest: Guest, *args: Any, **kwargs: Any) -> GuestRegistrationForm:
    form = GuestRegistrationForm(guest, *args, may_try=may_try_codes(request), **kwargs)
    count_code(request, form)
    return form


def _ask(request: Request, form: GuestRegistrationForm) -> HttpResponse:
    context = {"form": form, "guest": form.guest, "ticket_type": form.kind, "here": "register"}
    return render(request, "registration/guest.html", context)


def _show(request: Request, answers: GuestRegistrationForm, agreement: AgreementForm) -> HttpResponse:
    ticket_type, now = answers.cleaned_data["ticket_type"], timezone.now()
    context = {
        "form": agreement,
        "answers": answers,
        "here": "register",
        **answers.cleaned_data,
        # Which group stands behind the one that others see, an organizer chose: they were not asked.
        "group": answers.guest.group.public,
        "price": ticket_type.offered_at(now),
        "terms": ticket_type.terms_at(now),
    }
    return render(request, "registration/review.html", context)


def _closed(request: Request, guest: Guest) -> HttpResponse:
    return render(request, "registration/guest_closed.html", {"guest": guest, "why": guest.obstacle})
