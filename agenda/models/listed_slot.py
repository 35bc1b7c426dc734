from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import get_language

from forum.translated import as_stored, searchable


class Named(NamedTuple):
    """A room, track or format as a list names it; `position` is its place among its like."""

    pk: int
    name: str
    position: int
    language: str


@dataclass(slots=True)
class ListedSlot:
    """One line of the released agenda as lists show it, in the active language: a session where and when, or a break.

    A list of hundreds is read in two questions and without a record for each thing in it, which is what a public page
    has time for. Moments are local to the edition; the end is exclusive. `people` are those who agreed to be named,
    `groups` those that others see them in, `language` is that of the title.
    """

    day_id: int
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    title: str
    language: str
    room: Named | None = None
    track: Named | None = None
    format: Named | None = None
    session_id: int | None = None
    slug: str = ""
    access: str = ""
    spoken: tuple[str, ...] = ()
    interpreted: tuple[str, ...] = ()
    people: list[str] = field(default_factory=list)
    groups: set[Named] = field(default_factory=set)
    place: str = ""  # the class names that put it into the grid of its day

    @property
    def is_break(self) -> bool:
        """Whether no session is in it."""
        return self.session_id is None

    @property
    def said(self) -> str:
        """What its card says in words, in the form in which texts are compared."""
        named = (one.name for one in (self.room, self.track, self.format) if one)
        return searchable(" ".join([self.title, *self.people, *named]))

    @property
    def room_id(self) -> int | None:
        """The key of its room; None: all rooms."""
        return self.room.pk if self.room else None

    @property
    def since(self) -> str:
        """The time of day at which it begins."""
        return f"{self.starts_at.hour:02}:{self.starts_at.minute:02}"

    @property
    def until(self) -> str:
        """The time of day at which it ends."""
        return f"{self.ends_at.hour:02}:{self.ends_at.minute:02}"


def text_of(name: str) -> Cast:
    return Cast(name, models.TextField())


# Read by position and as the database writes it: what stands in many rows is then understood once.
COLUMNS: tuple[Any, ...] = (
    *("release_id", "day_id", "is_cancelled", "session_id", "session__slug", "session__access"),
    *(
        text_of(name)
        for name in (
            *("starts_at", "ends_at", "title", "session__title"),
            *("session__spoken_languages", "session__interpreted_languages"),
        )
    ),
    *("room_id", text_of("room__name"), "room__position"),
    *("session__track_id", text_of("session__track__name"), "session__track__position"),
    *("session__format_id", text_of("session__format__name"), "session__format__position"),
)


def moment_in(zone: ZoneInfo, written: str) -> datetime:
    """A moment as the database writes it, local to `zone`."""
    moment = datetime.fromisoformat(written)  # SQLite writes UTC without saying so
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone)


class Reader:
    """Understands what the database wrote, in the active language and in the zone of an edition."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone, self.language = zone, get_language() or ""
        self.moment = cache(partial(moment_in, zone))
        self.codes = cache(lambda written: tuple(json.loads(written or "[]")))
        self.room, self.track, self.format = cache(self._named), cache(self._named), cache(self._named)
        self.group = cache(self._named)

    def _named(self, pk: int | None, name: str, position: int) -> Named | None:
        if pk is None:
            return None
        said, language = self.text(name)
        return Named(pk, said, position, language)

    def text(self, written: str) -> tuple[str, str]:
        """A text, and the language that it is in."""
        texts = as_stored(written)
        if said := texts.get(self.language):
            return said, self.language
        return str(texts), texts.language()
