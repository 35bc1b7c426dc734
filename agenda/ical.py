"""The released agenda as a calendar to subscribe to. Source: RFC 5545, RFC 5546 (PUBLISH), RFC 7986."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, timedelta
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext
from django_countries import countries
from icalendar import Calendar, Event, Timezone, vCalAddress, vDuration, vText, vUri

from agenda.models import ReleasedSlot
from forum.markdown import plain
from forum.models import Edition

REFRESH = timedelta(hours=1)


def new_calendar(name: str) -> Calendar:
    """An empty calendar of this name, to be published."""
    calendar = Calendar()
    calendar.add("prodid", "-//Plenary//Plenary//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    return calendar


def uid(name: object) -> str:
    """The UID of an event: a name that stays the same for as long as there is the event, made unique by the host."""
    return f"{name}@{urlsplit(settings.SITE_URL).hostname}"


def organizer_of(name: str, email: str) -> vCalAddress:
    """Who organizes: an edition of this name, by the address to which people write."""
    organizer = vCalAddress(f"mailto:{email}")
    organizer.params["CN"] = vText(name)
    return organizer


def place_of(edition: Edition, *, room: str = "", in_full: bool = False) -> str:
    """Where it is, from the room outwards; `in_full` with street and country, for who has yet to come there.

    The city is left out where the venue's name or street address has it already.
    """
    venue = [str(edition.place), *([str(edition.address)] if in_full else [])]
    city = "" if any(str(edition.city) in part for part in venue) else str(edition.city)
    country = countries.name(str(edition.country)) if in_full else ""
    return ", ".join(part for part in (room, *venue, city, country) if part)


def calendar_of(edition: Edition, slots: Iterable[ReleasedSlot], *, url: str, is_own: bool = False) -> bytes:
    """Write sessions as an iCalendar file, texts in the active language. `url` is where the file itself lies. Whose
    own calendar it is, is busy in each of them.

    An event keeps its UID for as long as there is the session, so that a calendar follows it when it is moved. The
    same agenda gives the same bytes: an event is dated by its last change, not by the clock.
    """
    calendar = new_calendar(str(edition.name))
    calendar.add("x-wr-timezone", edition.time_zone)
    calendar.add("url", edition.link(edition.path("agenda")))
    calendar.add("source", vUri(url, params={"VALUE": "URI"}))
    refresh = vDuration(REFRESH)
    refresh.params["VALUE"] = "DURATION"
    calendar.add("refresh-interval", refresh)
    calendar.add("x-published-ttl", vDuration(REFRESH))
    slots = [slot for slot in slots if slot.session]
    if slots:
        dates = [slot.starts_at.date() for slot in slots]
        calendar.add_component(time_zone(edition.time_zone, min(dates), max(dates)))
    for slot in slots:
        calendar.add_component(_event(edition, slot, is_own=is_own))
    return calendar.to_ical()


@lru_cache(maxsize=64)
def time_zone(name: str, starts_on: date, ends_on: date) -> Timezone:
    """The time zone with the changes of the clock around these dates. To find those takes long: it is kept."""
    begins, ends = starts_on - timedelta(days=370), ends_on + timedelta(days=370)
    return Timezone.from_tzinfo(ZoneInfo(name), first_date=begins, last_date=ends)


def _event(edition: Edition, slot: ReleasedSlot, *, is_own: bool) -> Event:
    session = slot.session
    assert session is not None
    changed_at = max(slot.changed_at, session.updated_at).astimezone(UTC)
    event = Event()
    event.add("uid", uid(session.guid))
    event.add("sequence", slot.sequence)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("summary", str(session.title))
    event.add("dtstart", slot.starts_at.astimezone(edition.zone))
    event.add("dtend", slot.ends_at.astimezone(edition.zone))
    room = str(slot.room.name) if slot.room else gettext("All rooms")
    event.add("location", place_of(edition, room=room))
    if description := _description(slot):
        event.add("description", description)
    event.add("url", edition.link(edition.path("session", slug=session.slug)))
    categories = [str(one.name) for one in (session.track, session.format) if one]
    if categories:
        event.add("categories", categories)
    event.add("status", "CANCELLED" if slot.is_cancelled else "CONFIRMED")
    # Who follows all sessions is not busy in each of them.
    event.add("transp", "OPAQUE" if is_own and not slot.is_cancelled else "TRANSPARENT")
    event.add("organizer", organizer_of(str(edition.name), edition.contact_email))
    return event


def _description(slot: ReleasedSlot) -> str:
    session = slot.session
    assert session is not None
    names = ", ".join(one.speaker.name for one in session.speaking)  # type: ignore[attr-defined]
    who = f"{gettext('Who speaks')}: {names}" if names else ""
    return "\n\n".join(part for part in (plain(session.abstract), who) if part)
