"""The public agenda: all days, one day, one session."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from agenda.filters import WAYS, Filter
from agenda.models import Agenda, Day, ListedSlot, Release, ShownSession
from agenda.structured_data import edition_event, session_event
from agenda.timetable import Timetable, by_day, next_turn, now_and_next
from forum.caching import changes_at, public_page
from forum.http import Request, words_of


@public_page
def agenda(request: Request) -> HttpResponse:
    """Show all days of the released agenda, or the sessions that fit what was chosen and the words in `q`."""
    if any(request.GET.get(name) == "" for name in WAYS):
        return redirect(_without_what_is_empty(request))
    edition = request.edition
    days = Day.objects.of(edition)
    words = words_of(request)
    slots = Agenda.of(edition)
    chosen = Filter(request.GET, slots, days)
    if chosen.chosen:
        slots = [slot for slot in slots if chosen.keeps(slot)]
    if words:
        slots = Agenda.about(edition, words, slots)
    asked = {**({"q": words} if words else {}), **chosen.chosen}
    context = {
        "here": "agenda",
        "words": words,
        "filter": chosen,
        "found_by": asked,
        "found": len(slots),
        "days": days,
        "timetables": list(by_day(slots, days)) if slots else [],
        "release": Release.objects.current(edition),
        "structured": edition_event(edition, slots),
        **_now_and_next(request, [] if asked else slots, edition.begins_at, edition.over_at),
    }
    return render(request, "agenda/agenda.html", context)


def _without_what_is_empty(request: Request) -> str:
    # A form sends each of its boxes; an address that people pass on should say what was chosen and no more.
    said = {name: value for name, value in request.GET.items() if str(value).strip()}
    return f"{request.path}?{urlencode(said)}" if said else request.path


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
        **_now_and_next(request, slots, day.starts_at, day.ends_at),
    }
    return render(request, "agenda/day.html", context)


def _now_and_next(
    request: Request, slots: list[ListedSlot], begins_at: datetime, over_at: datetime
) -> dict[str, list[ListedSlot]]:
    """What the page shows as on now and next, from `begins_at` until `over_at`; and that it changes by the clock."""
    now = timezone.now()
    if now < begins_at:
        changes_at(request, begins_at)
    if not begins_at <= now < over_at:
        return {"running": [], "coming": []}
    running, coming = now_and_next(slots, now)
    changes_at(request, min(next_turn(slots, now) or over_at, over_at))
    return {"running": running, "coming": coming}


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
    beside = [other for other in around if other.session_id != shown.pk and _is_beside(other, shown)]
    room = shown.room.pk if shown.room else None
    later = (other for other in around if other.starts_at >= shown.ends_at and not other.is_cancelled)
    context = {
        "session": shown,
        "beside": beside,
        "next_here": next((other for other in later if other.room_id in {room, None}), None),
        "before": around[place - 1] if place else None,
        "after": around[place + 1] if place is not None and place + 1 < len(around) else None,
        "structured": session_event(edition, shown),
    }
    return render(request, "agenda/session.html", context)


def _is_beside(other: ListedSlot, shown: ShownSession) -> bool:
    is_meanwhile = other.starts_at < shown.ends_at and shown.starts_at < other.ends_at
    return is_meanwhile and not other.is_cancelled
