"""Registering with a place that was kept for who waited: as on the registration page, with the ticket fixed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forum.errors import Refusal
from forum.http import Request, be_about, private
from forum.outage import may_be_sent_again
from registration.forms import AgreementForm
from registration.forms.waiting import OfferForm
from registration.models import Order, PlaceOffer
from registration.views.register import actor, count_code, is_calm, may_try_codes


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: Request, secret: str) -> HttpResponse:
    """Ask, show the answers, or place the order for which the place is kept: `step` says which button was pressed."""
    offer = get_object_or_404(PlaceOffer.objects.opened_by(secret))
    edition = offer.edition
    be_about(request, edition)
    step = request.POST.get("step", "")
    agreement = AgreementForm(edition, request.POST if step == "confirm" else None)
    if step == "confirm" and (placed := Order.objects.placed_with(agreement.key, edition)):
        return redirect(placed)
    if not edition.takes_registrations:
        return render(request, "registration/closed.html", {"phase": edition.phase})
    if not offer.is_open:
        return render(request, "registration/offer_over.html", {"offer": offer})
    if request.method != "POST":
        return _ask(request, _form(request, offer))
    if step == "change":
        return _ask(request, _form(request, offer, initial=request.POST.dict()))
    form = _form(request, offer, request.POST)
    if step == "voucher":
        form.look_only_at("voucher")
        return _ask(request, form)
    if not form.is_valid():
        return _ask(request, form)
    return _answer(request, form, agreement)


def _answer(request: Request, form: OfferForm, agreement: AgreementForm) -> HttpResponse:
    if not agreement.is_valid():
        return _show(request, form, agreement)
    if not is_calm(request, form.cleaned_data["email"]):
        agreement.add_error(
            None, _("Many people registered from here just now. Please try again in an hour, or write to us.")
        )
        return _show(request, form, agreement)
    try:
        order = Order.place(form.wish(agreement), by=actor(request))
    except Refusal as refusal:
        # Of two presses at once, the second may find the offer used: by the first, a moment ago.
        if placed := Order.objects.placed_with(agreement.key, form.edition):
            return redirect(placed)
        offer = PlaceOffer.objects.opened_by(form.offer.secret).get()
        if not offer.is_open:
            return render(request, "registration/offer_over.html", {"offer": offer})
        form.refuse(refusal)
        return _ask(request, form)
    return redirect(order)


def _form(request: Request, offer: PlaceOffer, *args: Any, **kwargs: Any) -> OfferForm:
    form = OfferForm(offer.edition, offer, *args, may_try=may_try_codes(request), **kwargs)
    count_code(request, form)
    return form


def _ask(request: Request, form: OfferForm) -> HttpResponse:
    return render(
        request, "registration/register.html", {"form": form, "offer": form.offer, "here": "register"}
    )


def _show(request: Request, answers: OfferForm, agreement: AgreementForm) -> HttpResponse:
    ticket_type, now = answers.cleaned_data["ticket_type"], timezone.now()
    context = {
        "form": agreement,
        "answers": answers,
        "here": "register",
        **answers.cleaned_data,
        # Of one moment: who confirms agrees to the price that stands there.
        "price": ticket_type.offered_at(now),
        "terms": ticket_type.terms_at(now),
    }
    return render(request, "registration/review.html", context)
