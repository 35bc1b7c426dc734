"""Registering: the questions, the answers with the price and the texts, and the order. Nothing is stored before the
last of them; what was typed travels with the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forum import briefly, drawn_for_all, throttle
from forum.actor import Actor
from forum.errors import Refusal
from forum.http import Request, private
from forum.models import Edition
from forum.outage import may_be_sent_again
from registration.forms import AgreementForm, RegistrationForm
from registration.forms.questions import as_initial
from registration.forms.registering import shown_to_all
from registration.models import Order
from registration.models.questionnaire import questionnaire

# Offices share one address, and an assistant registers several people with one.
FROM_ONE_PLACE, FOR_ONE_ADDRESS = 60, 10
UNKNOWN_VOUCHERS = 30
WANTED = {
    "group": "group",
    "ticket_type": "ticket",
    "voucher": "voucher",
}  # what a link may choose beforehand
AN_HOUR = timedelta(hours=1)


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: Request) -> HttpResponse:
    """Ask, show the answers, or place the order: `step` says which button was pressed."""
    edition = request.edition
    if edition is None:
        raise Http404
    step = request.POST.get("step", "")
    agreement = AgreementForm(edition, request.POST) if step == "confirm" else None
    if agreement and (placed := Order.objects.placed_with(agreement.key, edition)):
        return redirect(placed)
    if not edition.takes_registrations:
        return render(request, "registration/closed.html", {"phase": edition.phase})
    if request.method != "POST":
        return _begin(request, edition)
    if step == "change":
        return _ask(request, _form(request, initial=as_initial(request.POST, questionnaire(edition))))
    if step == "voucher":
        form = _form(request, request.POST)
        form.look_only_at("voucher")
        return _ask(request, form)
    answer = _answer(request, edition, agreement or AgreementForm(edition))
    # Of two presses at once, the second may have found the last place taken: by the first, a moment ago.
    is_page = answer.status_code == 200
    if agreement and is_page and (placed := Order.objects.placed_with(agreement.key, edition)):
        return redirect(placed)
    return answer


def _begin(request: Request, edition: Edition) -> HttpResponse:
    wanted = {name: request.GET.get(other) for name, other in WANTED.items()}

    def context() -> dict[str, Any]:
        return {"form": _form(request, initial=wanted), "here": "register"}

    return drawn_for_all.page(
        request, "registration/register.html", context, shows=lambda: shown_to_all(edition)
    )


def _answer(request: Request, edition: Edition, agreement: AgreementForm) -> HttpResponse:
    step = request.POST.get("step", "")
    form = _form(request, request.POST)
    if form.has_error("ticket_type"):
        form = _afresh(request)
    if not form.is_valid() and not (step == "further" and form.is_wrong_in_further_only):
        return _ask(request, form)
    if form.errors or form.further:
        return render(request, "registration/further.html", {"form": form, "here": "register"})
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
        form = _afresh(request)
        if form.is_valid():  # else it says itself what is not to be had any more
            form.refuse(refusal)
        return _ask(request, form)
    return redirect(order)


def _form(request: Request, *args: Any, **kwargs: Any) -> RegistrationForm:
    """The questions. Who has tried many codes that are none gets no further answer about codes for an hour: apart for
    links, so that a page full of them does not shut out who types one. The same code counts once."""
    form = RegistrationForm(request.edition, *args, may_try=may_try_codes(request), **kwargs)
    count_code(request, form)
    return form


def may_try_codes(request: Request) -> bool:
    """Whether the visitor has not tried too many codes yet that are none."""
    return not throttle.is_used_up(_voucher(request), throttle.visitor(request), times=UNKNOWN_VOUCHERS)


def count_code(request: Request, form: RegistrationForm) -> None:
    """Count the code that was tried when it is none."""
    if not form.has_unknown_voucher:
        return
    what, visitor = _voucher(request), throttle.visitor(request)
    if throttle.allows(f"{what}-code", f"{visitor} {form.voucher_code}", times=1, within=AN_HOUR):
        throttle.allows(what, visitor, times=UNKNOWN_VOUCHERS, within=AN_HOUR)


def _voucher(request: Request) -> str:
    return f"voucher-{request.method}"


def _afresh(request: Request) -> RegistrationForm:
    """What was typed, beside what is on offer now: who was just told that a place is gone is not offered it again."""
    with briefly.afresh():
        return _form(request, request.POST)


def is_calm(request: Request, email: str) -> bool:
    """Whether so many registered from one place, or for one address, that it is no accident any more. Counts this."""
    return throttle.allows(
        "register", throttle.visitor(request), times=FROM_ONE_PLACE, within=AN_HOUR
    ) and throttle.allows("register-as", email, times=FOR_ONE_ADDRESS, within=AN_HOUR)


def _ask(request: Request, form: RegistrationForm) -> HttpResponse:
    return render(request, "registration/register.html", {"form": form, "here": "register"})


def _show(request: Request, answers: RegistrationForm, agreement: AgreementForm) -> HttpResponse:
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


def actor(request: Request) -> Actor:
    return Actor.of(request.user) if request.user.is_authenticated else Actor.holder("a registration page")
