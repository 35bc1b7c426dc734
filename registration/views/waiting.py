"""Waiting for a place that is full: joining the list, seeing whose turn it is, leaving."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forum import throttle
from forum.actor import Actor
from forum.errors import Refusal
from forum.http import Request, be_about, private
from forum.outage import may_be_sent_again
from registration.forms.waiting import WaitingForm
from registration.models import TicketType, WaitingEntry

# As for registering: offices share one address.
FROM_ONE_PLACE, FOR_ONE_ADDRESS = 60, 10
AN_HOUR = timedelta(hours=1)


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: Request) -> HttpResponse:
    """Ask for an address, and put it on the list of a ticket type. The answer is the same whether it was there."""
    edition = request.edition
    if not edition.takes_registrations:
        return render(request, "registration/closed.html", {"phase": edition.phase})
    asked = request.POST if request.method == "POST" else request.GET
    kind = TicketType.objects.on_offer(edition).with_places().with_key(asked.get("ticket", ""))
    if kind is None or not kind.takes_waiting:
        raise Http404
    groups = list(edition.groups.select_related("shown_as"))
    theirs = [one for one in groups if one.slug == asked.get("group") and kind.is_for(one)] or groups
    if not any(kind.is_full_for(group) for group in theirs):
        messages.info(request, _("There are places again. You can register now."))
        return redirect(f"{edition.path('register')}?ticket={kind.pk}")
    if "key" in request.POST:
        form = WaitingForm(kind, groups, request.POST)
        if form.is_valid() and _has_joined(request, kind, form):
            return redirect(edition.path("waiting-joined"))
    else:
        # What was chosen and typed on the registration page comes along unseen: in no address, and so in no log.
        form = WaitingForm(kind, groups, initial={name: asked.get(name) for name in ("group", "email")})
    return render(
        request, "registration/waiting.html", {"form": form, "ticket_type": kind, "here": "register"}
    )


def _has_joined(request: Request, kind: TicketType, form: WaitingForm) -> bool:
    email, visitor = form.cleaned_data["email"], throttle.visitor(request)
    if not throttle.allows("waiting", visitor, times=FROM_ONE_PLACE, within=AN_HOUR):
        form.add_error(
            None, _("Many people joined from here just now. Please try again in an hour, or write to us.")
        )
        return False
    if not throttle.allows("waiting-as", email, times=FOR_ONE_ADDRESS, within=AN_HOUR):
        return True  # it has had its mails, and who asks for it learns nothing
    language = get_language() or request.edition.main_language
    try:
        WaitingEntry.join(kind, form.cleaned_data["group"], email=email, language=language, key=form.key)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.reason)
        return False
    return True


@private
@require_safe
def joined(request: Request) -> HttpResponse:
    """Say what was done, whether or not the address was on the list before."""
    return render(request, "registration/waiting_joined.html", {"here": "register"})


def _opened(request: Request, secret: str) -> WaitingEntry:
    entry = get_object_or_404(WaitingEntry.objects.opened_by(secret))
    be_about(request, entry.edition)
    return entry


@private
@require_safe
def entry(request: Request, secret: str) -> HttpResponse:
    """Show where somebody stands on the list: in words, since numbers would tell who else comes."""
    return render(request, "registration/waiting_entry.html", {"entry": _opened(request, secret)})


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def leaving(request: Request, secret: str) -> HttpResponse:
    """Ask whether somebody really wants to leave the list, and take them off it."""
    entry = _opened(request, secret)
    if not entry.is_live:
        return redirect(entry)
    if request.method == "POST":
        try:
            entry.leave(by=Actor.holder(f"waiting entry {entry.pk}"))
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        return redirect(entry)
    return render(request, "registration/waiting_leave.html", {"entry": entry})
