"""Making sense of what a file says, and saying in plain words what makes none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from agenda.frab import times
from agenda.frab.clock import NIGHT_ENDS, Clock, is_of
from agenda.frab.identity import everywhere, guid_in, made_guid, number_in, secret_guid, slug_in
from agenda.frab.limits import Met
from agenda.frab.programme import EVERYWHERE, Day, Event, Person, Programme, Remark, Room, Track
from agenda.frab.raw import Raw, Words
from agenda.frab.texts import clean, line, markdown

LONGEST_TITLE, LONGEST_NAME, LONGEST_TEXT = 300, 200, 20_000

_DROPPED = {"REJECTED", "WITHDRAWN", "DELETED"}
_DRAFT = {"DRAFT", "SUBMITTED"}
_PROFILE = re.compile(r".*/speakers/([a-z0-9][a-z0-9_-]{0,79})/?", re.I)


class Lenient:
    """One reading of a file. Times without an offset are local to the file's time zone, else to `zone`."""

    def __init__(self, raw: Raw, zone: ZoneInfo) -> None:
        conference = raw.conference
        name = line(conference.get("time_zone_name"))
        is_known = name in available_timezones()
        self._zone = ZoneInfo(name) if is_known else zone
        self._clock = Clock(self._zone, times.a_time(conference.get("day_change")) or NIGHT_ENDS)
        self._everywhere = everywhere()
        self._seen: set[UUID] = set()
        self._met = Met()
        self.programme = Programme(
            title=line(conference.get("title"))[:LONGEST_TITLE],
            acronym=line(conference.get("acronym"))[:80],
            zone_name=name if is_known else "",
        )
        self._read_frame(raw)
        for day in raw.days:
            for words in day.events:
                self._read_event(words, times.a_date(day.words.get("date")))
        if raw.links:
            said = _("Links and files beside the sessions are not taken over (%(count)s).")
            self._say(said % {"count": raw.links})

    def _say(self, text: str, *, skipped: str = "") -> None:
        self.programme.remarks.append(Remark(text, skipped))

    # --- days, rooms, tracks ---

    def _read_frame(self, raw: Raw) -> None:
        for words in raw.tracks:
            self._track(words.get("name"), line(words.get("color")))
        for words in raw.rooms:
            self._room(words.get("name"), words)
        for day in raw.days:
            on = times.a_date(day.words.get("date"))
            for words in day.rooms:
                self._room(words.get("name"), words)
            if on is not None:
                start, end = (times.a_moment(day.words.get(name), self._zone) for name in ("start", "end"))
                self._day(on, start, end)
            elif day.words:
                written = line(day.words.get("date"))[:40] or "–"
                said = _("A day has no date that can be read (%(date)s); its sessions go by their own dates.")
                self._say(said % {"date": written}, skipped="days")

    def _day(self, on: date, start: datetime | None = None, end: datetime | None = None) -> None:
        if not self._met.is_new("days", on):
            return
        is_whole = start and end and timedelta() < times.lasting(start, end) <= 2 * times.LONGEST
        is_there = is_whole and start is not None and is_of(start, on)
        self.programme.days.append(Day(on, start, end) if is_there else Day(on))

    def _track(self, name: Any, colour: str = "") -> str:
        text = line(name)[:LONGEST_TITLE]
        if text and self._met.is_new("tracks", text):
            is_colour = re.fullmatch(r"#[0-9a-fA-F]{6}", colour)
            self.programme.tracks.append(Track(text, colour.lower() if is_colour else ""))
        return text

    def _kind(self, name: Any) -> str:
        text = line(name)[:LONGEST_TITLE]
        self._met.is_new("types", text)
        return text

    def _room(self, name: Any, words: Words) -> str | None:
        text = line(name)[:LONGEST_TITLE]
        if name is None or text in self._everywhere:
            return EVERYWHERE if text else None
        if self._met.is_new("rooms", text):
            capacity = words.get("capacity")
            is_number = isinstance(capacity, int) and not isinstance(capacity, bool) and 0 < capacity < 10**6
            self.programme.rooms.append(
                Room(text, guid_in(words.get("guid")), capacity if is_number else None)
            )
        return text

    # --- events ---

    def _read_event(self, words: Words, day: date | None) -> None:
        title = self._title(words)
        if title is None:
            return
        own, number = guid_in(words.get("guid")), number_in(words.get("id"))
        known_by = number or line(words.get("code") or words.get("slug"))
        guid = own or made_guid(
            self.programme.title, "event", known_by or (title, words.get("date"), words.get("start"))
        )
        if guid in self._seen:
            said = _("“%(title)s” has the same identity as a session before it, and was left out.")
            self._say(said % {"title": title[:80]}, skipped="sessions")
            return
        self._seen.add(guid)
        state = line(words.get("state")).upper()
        event = Event(
            title=title,
            guid=guid,
            has_own_guid=own is not None,
            number=number,
            slug=slug_in(words.get("slug"), self.programme.acronym, number),
            abstract=self._abstract(words, title),
            track=self._track(words.get("track")),
            kind=self._kind(words.get("type")),
            language=_language(words.get("language")),
            persons=self._persons(words, title),
            is_cancelled=state in {"CANCELED", "CANCELLED"},
            is_draft=state in _DRAFT,
        )
        reason = self._place(event, words, day)
        if reason:
            self._say(f"{reason} {_('It is kept without a time.')}")
        self.programme.events.append(event)

    def _title(self, words: Words) -> str | None:
        title = line(words.get("title"))
        reason = ""
        if not title:
            reason = _("A session has no title (number %(number)s), and was left out.") % {
                "number": line(words.get("id"))[:20] or "–"
            }
        elif line(words.get("type")).upper() in {"BREAK", "META"}:
            reason = _("“%(title)s” is a break: breaks are not taken from a file.") % {"title": title[:80]}
        elif line(words.get("state")).upper() in _DROPPED:
            reason = _("“%(title)s” was rejected or withdrawn, and was left out.") % {"title": title[:80]}
        if reason:
            self._say(reason, skipped="sessions")
            return None
        return self._cut(title, LONGEST_TITLE, _("The title “%(start)s…” was cut to %(most)s characters."))

    def _cut(self, text: str, most: int, said: str) -> str:
        if len(text) > most:
            self._say(said % {"start": text[:40], "most": most})
        return text[:most]

    def _abstract(self, words: Words, title: str) -> str:
        found: list[str] = []
        for name in ("subtitle", "abstract", "description"):
            part = markdown(clean(words.get(name))[: 2 * LONGEST_TEXT])
            if part and part not in found:
                found.append(part)
        said = _("The text of “%(start)s…” was cut to %(most)s characters.")
        whole = "\n\n".join(found)
        if len(whole) > LONGEST_TEXT:
            self._say(said % {"start": title[:40], "most": LONGEST_TEXT})
        return whole[:LONGEST_TEXT].strip()

    def _persons(self, words: Words, title: str) -> list[Person]:
        found: dict[UUID, Person] = {}
        for one in words.get("persons") or []:
            name = line(one.get("name"))
            if not name:
                said = _("A person in “%(title)s” has no name, and was left out.") % {"title": title[:80]}
                self._say(said, skipped="speakers")
                continue
            name = self._cut(name, LONGEST_NAME, _("The name “%(start)s…” was cut to %(most)s characters."))
            own, number = guid_in(one.get("guid")), number_in(one.get("id"))
            known_by = number or line(one.get("code"))
            made = made_guid if known_by else secret_guid
            guid = own or made(self.programme.title, "person", known_by or name)
            profile = _PROFILE.fullmatch(line(one.get("url")))
            found.setdefault(
                guid,
                Person(
                    name,
                    guid,
                    number,
                    slug=profile[1].lower() if profile else "",
                    has_own_guid=own is not None,
                ),
            )
        return list(found.values())

    # --- when and where ---

    def _place(self, event: Event, words: Words, day: date | None) -> str:
        """Set when and where; else say why that cannot be."""
        title = {"title": event.title[:80]}
        starts_at = self._clock.start(words, day)
        if starts_at is None:
            return _("“%(title)s” has no date and time that can be read.") % title
        end = times.a_moment(words.get("end"), self._zone)
        duration = times.a_duration(words.get("duration"))
        if duration is None and end is not None:
            duration = times.lasting(starts_at, end)
        if duration is None:
            return _("“%(title)s” has no duration that can be read.") % title
        if not timedelta() < duration <= times.LONGEST:
            return _("“%(title)s” has a duration that cannot be: longer than a day, or none.") % title
        room = self._room(words.get("room"), {"guid": words.get("room_guid")})
        if room is None:
            return _("“%(title)s” names no room.") % title
        on = self._clock.day_of(starts_at, day, self._met.days)
        if on is None:
            return _("“%(title)s” is not at a time of the day under which it stands.") % title
        ends_at = (starts_at.astimezone(UTC) + duration).astimezone(starts_at.tzinfo)
        self._day(on)
        event.day, event.starts_at, event.ends_at, event.room = on, starts_at, ends_at, room
        return ""


def _language(value: Any) -> str:
    found = re.fullmatch(r"([a-z]{2,3})(?:[-_,/ ].*)?", line(value), re.I)
    return found[1].lower() if found else ""
