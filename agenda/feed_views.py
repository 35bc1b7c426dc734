"""The released agenda for programs: calendars, and apps that show programmes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.views.decorators.http import require_safe

from agenda.frab.programme import Programme
from agenda.frab.released import programme_of
from agenda.frab.write_json import write_json
from agenda.frab.write_xml import write_xml
from agenda.ical import calendar_of
from agenda.models import Release, ReleasedSlot
from forum.caching import public_page
from forum.http import Request


def feed(content_type: str) -> Callable[[Callable[..., bytes]], Callable[..., HttpResponse]]:
    """Mark what makes a feed. It speaks the language of its address; where that names none, the edition's main one.

    It may be read by scripts of other sites: it holds nothing that is not public.
    """

    def decorated(make: Callable[..., bytes]) -> Callable[..., HttpResponse]:
        @public_page
        @require_safe
        @wraps(make)
        def view(request: Request, **kwargs: Any) -> HttpResponse:
            if request.META.get("QUERY_STRING"):
                return redirect(request.path)  # else each would be made anew: a feed takes no question
            language = translation.get_language_from_path(request.path_info) or request.edition.main_language
            with translation.override(language):
                response = HttpResponse(make(request, **kwargs), content_type=content_type)
            response.headers["Content-Language"] = language
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            return response

        return view

    return decorated


@feed("text/calendar; charset=utf-8")
def calendar(request: Request) -> bytes:
    """All sessions as a calendar to subscribe to; cancelled ones say so."""
    return calendar_of(request.edition, _slots(request), url=_own(request))


@feed("text/calendar; charset=utf-8")
def session_calendar(request: Request, slug: str) -> bytes:
    """One session as a calendar file."""
    slot = get_object_or_404(_slots(request), session__slug=slug)
    return calendar_of(request.edition, [slot], url=_own(request))


@feed("application/xml; charset=utf-8")
def schedule_xml(request: Request) -> bytes:
    """The sessions that take place as frab's schedule.xml."""
    return write_xml(_programme(request))


@feed("application/json")
def schedule_json(request: Request) -> bytes:
    """The sessions that take place as schedule.json."""
    return write_json(_programme(request))


def _slots(request: Request) -> Any:
    return ReleasedSlot.objects.public().of_edition(request.edition).of_sessions()


def _own(request: Request) -> str:
    return request.edition.link(request.path)


def _programme(request: Request) -> Programme:
    edition = request.edition
    release = Release.objects.current(edition)
    return programme_of(edition, release, _slots(request).taking_place(), url=_own(request))
