"""A ticket's own pages: for its attendee, who sees nothing else of the order."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from forum.http import Request, be_about, private
from registration.badges import Badge
from registration.calendar import calendar_of
from registration.models import Ticket
from registration.models.questionnaire import Answered


def opened(request: Request, secret: str) -> Ticket:
    """The ticket that a link opens, its edition the one that the page is about; 404 for any other link."""
    ticket = get_object_or_404(Ticket.objects.opened_by(secret))
    be_about(request, ticket.edition)
    return ticket


def _admitting(request: Request, secret: str) -> Ticket:
    ticket = opened(request, secret)
    if not ticket.admits:
        raise Http404
    return ticket


@private
@require_safe
def ticket(request: Request, secret: str) -> HttpResponse:
    """Show the ticket: its state, the attendee's answers, badge and calendar file."""
    ticket = opened(request, secret)
    [ticket.answered] = Answered.of([ticket])
    return render(request, "registration/ticket.html", {"ticket": ticket})


@private
@require_safe
def badge(request: Request, secret: str) -> HttpResponse:
    """Give the badge as PDF (A6). Only a confirmed ticket has one."""
    ticket = _admitting(request, secret)
    return _file(Badge.of(ticket).pdf(), "application/pdf", "badge.pdf")


@private
@require_safe
def calendar(request: Request, secret: str) -> HttpResponse:
    """Give the days of a confirmed ticket as calendar file."""
    ticket = _admitting(request, secret)
    return _file(calendar_of(ticket), "text/calendar; charset=utf-8", "forum.ics")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
