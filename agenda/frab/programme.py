"""A programme as a file tells it, without a database: what is read from one and written into one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

EVERYWHERE = ""  # the name of the room that stands for all rooms


@dataclass
class Person:
    """Somebody who speaks."""

    name: str
    guid: UUID
    number: int | None = None
    slug: str = ""
    url: str = ""
    has_own_guid: bool = True
    """Whether the guid stands in the file; else it was made from what does."""


@dataclass
class Event:
    """A session. `room` is None where the file names none, and `starts_at` where it gives no time that can be."""

    title: str
    guid: UUID
    day: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    room: str | None = None
    number: int | None = None
    slug: str = ""
    abstract: str = ""
    track: str = ""
    kind: str = ""
    language: str = ""
    persons: list[Person] = field(default_factory=list)
    url: str = ""
    is_cancelled: bool = False
    is_draft: bool = False
    has_own_guid: bool = True

    @property
    def has_time(self) -> bool:
        """Whether the file says when and where it is."""
        return None not in {self.starts_at, self.ends_at, self.room, self.day}


@dataclass
class Day:
    """A day with its events. Its end may lie after midnight."""

    date: date
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass
class Room:
    """A room, by its name and, in most files of today, its guid."""

    name: str
    guid: UUID | None = None
    capacity: int | None = None


@dataclass
class Track:
    """A track with its colour, if the file has any."""

    name: str
    colour: str = ""


@dataclass(frozen=True)
class Remark:
    """What somebody should know of a file that was read. `skipped`: the kind of record that was left out by it."""

    text: str
    skipped: str = ""


@dataclass
class Programme:
    """A whole programme, in the order of the file."""

    title: str = ""
    acronym: str = ""
    version: str = ""
    zone_name: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    base_url: str = ""
    url: str = ""
    days: list[Day] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def at(self, day: Day, room: Room) -> list[Event]:
        """What happens on a day in a room, of a programme that is whole."""
        return self._by_place.get((day.date, room.name), [])

    @cached_property
    def _by_place(self) -> dict[tuple[date | None, str | None], list[Event]]:
        found: dict[tuple[date | None, str | None], list[Event]] = {}
        for event in self.events:
            found.setdefault((event.day, event.room), []).append(event)
        return found
