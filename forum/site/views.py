"""The roof's own pages: the home of an edition, what machines read, and what is said when something went wrong."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agenda.models import Agenda, Day
from agenda.structured_data import edition_event
from agenda.timetable import by_day, next_turn, now_and_next
from forum.admin_site import staff_only
from forum.caching import changes_at, public_page
from forum.colours import Pair
from forum.http import Request, private
from forum.models import Edition, Partner, Phase, StakeholderGroup
from forum.site.styleguide import StyleguideForm
from forum.templatetags.addresses import edition_style as path_of_edition_style
from speakers.models import ListedSpeaker

A_YEAR = 365 * 24 * 3600


@public_page
def home(request: Request) -> HttpResponse:
    """Show what the edition is, and the one thing to do about it now."""
    edition = request.edition
    if edition is None:
        return render(request, "forum/no_edition.html", status=404)
    phase = edition.phase
    slots = Agenda.of(edition) if phase == Phase.RUNNING else []
    now = timezone.now()
    running, coming = now_and_next(slots, now) if phase == Phase.RUNNING else ([], [])
    if phase == Phase.RUNNING:
        changes_at(request, next_turn(slots, now))
    context = {
        "here": "home",
        "phase": phase,
        "days": Day.objects.of(edition),
        "groups": StakeholderGroup.objects.shown(edition),
        "featured": ListedSpeaker.in_front(edition),
        "partners": Partner.objects.shown(edition),
        "sessions": Agenda.sessions_in(edition),
        "speakers": ListedSpeaker.number_in(edition),
        "running": running,
        "coming": coming,
        "structured": edition_event(edition),
    }
    return render(request, "forum/home.html", context)


@public_page
@require_safe
def edition_style(request: Request, version: str) -> HttpResponse:
    """Serve what changes with an edition: accent, colours of groups and tracks, the grid of each day.

    The version makes the address new when something changed. An outdated page gets the style of today, to keep nowhere.
    """
    edition = request.edition
    timetables = list(by_day(Agenda.of(edition, people=False), Day.objects.of(edition)))
    context = {
        "accent": Pair(edition.accent),
        "groups": [
            (group.pk, Pair(group.public.colour)) for group in edition.groups.select_related("shown_as")
        ],
        "tracks": [(track.pk, Pair(track.colour)) for track in edition.tracks.all()],
        "rooms": sorted({room.pk for timetable in timetables for room in timetable.rooms}),
        "times": sorted({time for timetable in timetables for time in timetable.times}),
        "timetables": timetables,
        "grid_from": max(60, 12 + 11 * max((len(timetable.rooms) for timetable in timetables), default=0)),
    }
    style = render(request, "forum/edition_style.css", context, content_type="text/css; charset=utf-8")
    if request.path == path_of_edition_style(edition):
        patch_cache_control(style, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(style, no_store=True)
    return style


@public_page
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines what to leave alone. Source: RFC 9309."""
    return render(request, "forum/robots.txt", content_type="text/plain; charset=utf-8")


@private
@staff_only
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component with the lines that make it. For staff."""
    form = StyleguideForm({"email": "somebody@", "diet": ["vegan"]} if "wrong" in request.GET else None)
    edition = getattr(request, "edition", None)
    context = {
        "form": form,
        "colours": [
            "paper",
            "surface",
            "sunk",
            "ink",
            "ink-soft",
            "accent",
            "accent-tint",
            "good",
            "warn",
            "bad",
        ],
        "groups": StakeholderGroup.objects.shown(edition) if edition else [],
        "tracks": list(edition.tracks.all()) if edition else [],
        "people": list(edition.speakers.all()[:4]) if edition else [],
        "slots": Agenda.of(edition)[:3] if edition else [],
        "days": list(edition.days.all()) if edition else [],
    }
    return render(request, "forum/styleguide.html", context)


def _with_edition(request: Any) -> Any:
    """An error may come before the address was understood: show the current edition's frame all the same."""
    if getattr(request, "edition", None) is None:
        request.edition = Edition.objects.current()
    return request


@never_cache
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page, and where to go on."""
    return render(_with_edition(request), "404.html", status=404)


@never_cache
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that this page is for others."""
    return render(_with_edition(request), "403.html", status=403)


@never_cache
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the browser sent something that makes no sense here."""
    return render(request, "400.html", status=400)


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say why a form was not taken, and how it works."""
    return render(_with_edition(request), "403_csrf.html", status=403)
