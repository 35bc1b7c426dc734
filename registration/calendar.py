"""The calendar file of a ticket: the forum's days that it admits to, for the attendee's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from icalendar import Event, vDDDTypes

from agenda.ical import new_calendar, organizer_of, place_of, time_zone, uid

if TYPE_CHECKING:
    from agenda.models import Day
    from registration.models import Ticket


def calendar_of(ticket: Ticket, *, changed_at: datetime | None = None, version: int = 0) -> bytes:
    """Write the days as an iCalendar file, texts in the active language. After the dates have changed, `changed_at`
    (UTC) and how often they did (`version`) make it newer than the file that people have.

    One VEVENT for each day, in local time with its VTIMEZONE; its UID is the day's and stays the same, so that a newer
    file replaces an older one. It says nothing of the attendee, the order or the group: calendars are shared.
    Source: RFC 5545, RFC 5546 (PUBLISH, 2.1.4).
    """
    edition = ticket.edition
    days = list(ticket.ticket_type.days.all()) or list(edition.days.all())
    calendar = new_calendar(edition)
    if days:
        calendar.add_component(time_zone(edition.time_zone, edition.starts_on, edition.ends_on))
    for day in days:
        calendar.add_component(_of_day(ticket, day))
    if not days:
        calendar.add_component(_of_whole(ticket))
    if changed_at:
        for event in calendar.events:
            event["dtstamp"] = vDDDTypes(changed_at.astimezone(UTC))
            event.add("sequence", version)
    return calendar.to_ical()


def _event(ticket: Ticket, name: str, summary: str) -> Event:
    edition = ticket.edition
    event = Event()
    event.add("uid", uid(name))
    event.add("dtstamp", ticket.status_changed_at.astimezone(UTC))
    event.add("summary", summary)
    where = gettext("Online") if ticket.ticket_type.is_remote else place_of(edition, in_full=True)
    event.add("location", where)
    event.add("organizer", organizer_of(edition))
    event.add("status", "CONFIRMED")
    return event


def _of_day(ticket: Ticket, day: Day) -> Event:
    edition = ticket.edition
    event = _event(
        ticket, f"day-{day.pk}", f"{edition.name}: {day.focus}" if day.focus else str(edition.name)
    )
    link = edition.link(edition.path("agenda-day", date=day.date))
    event.add("description", gettext("The agenda of the day: %(link)s") % {"link": link})
    event.add("url", link)
    event.add("dtstart", day.starts_at.astimezone(edition.zone))
    event.add("dtend", day.ends_at.astimezone(edition.zone))
    return event


def _of_whole(ticket: Ticket) -> Event:
    edition = ticket.edition
    event = _event(ticket, f"edition-{edition.pk}", str(edition.name))
    event.add("url", edition.link(edition.path("home")))
    event.add("dtstart", edition.starts_on)
    event.add("dtend", edition.ends_on + timedelta(days=1))  # exclusive
    return event
