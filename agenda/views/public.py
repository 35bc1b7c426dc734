"""The public agenda: all days, one day, one session."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render

from agenda.models import Agenda, Day, Release, ShownSession
from agenda.structured_data import edition_event, session_event
from agenda.timetable import Timetable, by_day
from forum.caching import public_page
from forum.http import Request, words_of


@public_page
def agenda(request: Request) -> HttpResponse:
    """Show all days of the released agenda, or the sessions that the words in `q` find."""
    edition = request.edition
    days = Day.objects.of(edition)
    words = words_of(request)
    slots = Agenda.about(edition, words) if words else Agenda.of(edition)
    context = {
        "here": "agenda",
        "words": words,
        "found": len(slots),
        "days": days,
        "timetables": list(by_day(slots, days)) if slots else [],
        "release": Release.objects.current(edition),
        "structured": edition_event(edition, slots),
    }
    return render(request, "agenda/agenda.html", context)


@public_page
def agenda_day(request: Request, date: date) -> HttpResponse:
    """Show one day of the released agenda."""
    edition = request.edition
    days = Day.objects.of(edition)
    day = next((day for day in days if day.date == date), None)
    if day is None:
        raise Http404
    slots = Agenda.on(day, edition)
    place = days.index(day)
    context = {
        "here": "agenda",
        "days": days,
        "day": day,
        "number": place + 1,
        "before": days[place - 1] if place else None,
        "after": days[place + 1] if place + 1 < len(days) else None,
        "timetable": Timetable(day, slots),
        "release": Release.objects.current(edition),
    }
    return render(request, "agenda/day.html", context)


@public_page
def session(request: Request, slug: str) -> HttpResponse:
    """Show one released session, and the ways to the one before it and the one after."""
    edition = request.edition
    shown = ShownSession.find(edition, slug)
    if shown is None:
        raise Http404
    around = [other for other in Agenda.on(shown.day_id, edition, people=False) if not other.is_break]
    # A release may come between the two questions; the session then has no neighbours for once.
    place = next((at for at, other in enumerate(around) if other.session_id == shown.pk), None)
    context = {
        "session": shown,
        "before": around[place - 1] if place else None,
        "after": around[place + 1] if place is not None and place + 1 < len(around) else None,
        "structured": session_event(edition, shown),
    }
    return render(request, "agenda/session.html", context)
