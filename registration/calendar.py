"""The calendar file of a ticket: the forum's days that it admits to, for the attendee's own calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext
from icalendar import Event

from agenda.ical import new_calendar, organizer_of, place_of, time_zone, uid

if TYPE_CHECKING:
    from agenda.models import Day
    from forum.models import Edition
    from registration.models import Ticket

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # stands where the time of a change will
STAMP = b"\r\nDTSTAMP:%s\r\n"


class _Entry(NamedTuple):
    """What a calendar file says of a day, or of the whole forum."""

    name: str
    summary: str
    description: str
    url: str
    begins: date
    ends: date  # exclusive


def calendar_of(ticket: Ticket, *, changed_at: datetime | None = None, version: int = 0) -> bytes:
    """Write the days as an iCalendar file, texts in the active language. After the dates have changed, `changed_at`
    (UTC) and how often they did (`version`) make it newer than the file that people have.

    One VEVENT for each day, in local time with its VTIMEZONE; its UID is the day's and stays the same, so that a newer
    file replaces an older one. It says nothing of the attendee, the order or the group: calendars are shared.
    Source: RFC 5545, RFC 5546 (PUBLISH, 2.1.4).
    """
    edition, kind = ticket.edition, ticket.ticket_type
    days = list(kind.days.all()) or list(edition.days.all())
    written = _written(
        str(edition.name),
        edition.contact_email,
        gettext("Online") if kind.is_remote else place_of(edition, in_full=True),
        (edition.time_zone, edition.starts_on, edition.ends_on) if days else None,
        tuple(_of_day(edition, day) for day in days) or (_of_whole(edition),),
        version if changed_at else None,
    )
    return written.replace(STAMP % _moment(NEVER), STAMP % _moment(changed_at or ticket.status_changed_at))


def _moment(moment: datetime) -> bytes:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}".encode()


@lru_cache(maxsize=64)
def _written(
    forum: str,
    email: str,
    where: str,
    zone: tuple[str, date, date] | None,
    entries: tuple[_Entry, ...],
    version: int | None,
) -> bytes:
    """The file, but for when it was changed last. It is the same for everybody with tickets for the same days, and is
    written anew when one word of it is another."""
    calendar = new_calendar(forum)
    if zone:
        calendar.add_component(time_zone(*zone))
    for entry in entries:
        event = Event()
        event.add("uid", uid(entry.name))
        event.add("dtstamp", NEVER)
        event.add("summary", entry.summary)
        event.add("location", where)
        event.add("organizer", organizer_of(forum, email))
        event.add("status", "CONFIRMED")
        if entry.description:
            event.add("description", entry.description)
        event.add("url", entry.url)
        event.add("dtstart", entry.begins)
        event.add("dtend", entry.ends)
        if version is not None:
            event.add("sequence", version)
        calendar.add_component(event)
    return calendar.to_ical()


def _of_day(edition: Edition, day: Day) -> _Entry:
    link = edition.link(edition.path("agenda-day", date=day.date))
    return _Entry(
        f"day-{day.pk}",
        f"{edition.name}: {day.focus}" if day.focus else str(edition.name),
        gettext("The agenda of the day: %(link)s") % {"link": link},
        link,
        day.starts_at.astimezone(edition.zone),
        day.ends_at.astimezone(edition.zone),
    )


def _of_whole(edition: Edition) -> _Entry:
    link = edition.link(edition.path("home"))
    after = edition.ends_on + timedelta(days=1)
    return _Entry(f"edition-{edition.pk}", str(edition.name), "", link, edition.starts_on, after)
