"""The calendar file of a ticket: the forum's days that it admits to, for the attendee's own calendar."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext
from django_countries import countries
from icalendar import Calendar, Event, vCalAddress, vText

from agenda.ical import time_zone

if TYPE_CHECKING:
    from agenda.models import Day
    from registration.models import Ticket


def calendar_of(ticket: Ticket) -> bytes:
    """Write the days as an iCalendar file, texts in the active language.

    One VEVENT for each day, in local time with its VTIMEZONE; its UID is the day's and stays the same, so that a newer
    file replaces an older one. It says nothing of the attendee, the order or the group: calendars are shared.
    Source: RFC 5545, RFC 5546 (PUBLISH).
    """
    edition = ticket.edition
    days = list(ticket.ticket_type.days.all()) or list(edition.days.all())
    calendar = Calendar()
    calendar.add("prodid", "-//Plenary//Plenary//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", str(edition.name))
    if days:
        calendar.add_component(time_zone(edition.time_zone, edition.starts_on, edition.ends_on))
    for day in days:
        calendar.add_component(_of_day(ticket, day))
    if not days:
        calendar.add_component(_of_whole(ticket))
    return calendar.to_ical()


def _event(ticket: Ticket, uid: str, summary: str) -> Event:
    edition = ticket.edition
    event = Event()
    event.add("uid", f"{uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", ticket.status_changed_at.astimezone(UTC))
    event.add("summary", summary)
    if ticket.ticket_type.is_remote:
        event.add("location", gettext("Online"))
    else:
        address = str(edition.address)
        city = "" if str(edition.city) in address else str(edition.city)
        where = (str(edition.place), address, city, countries.name(str(edition.country)))
        event.add("location", ", ".join(part for part in where if part))
    organizer = vCalAddress(f"mailto:{edition.contact_email}")
    organizer.params["CN"] = vText(str(edition.name))
    event.add("organizer", organizer)
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
