from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import get_language

from agenda.models.day import Day
from agenda.models.release import ReleasedAppearance, ReleasedSlot
from agenda.models.session import Session
from forum.models import Edition
from forum.prepared import Question
from forum.translated import as_stored, searchable
from speakers.models import Speaker


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
    `language` is that of the title.
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
    interpreted: tuple[str, ...] = ()
    people: list[str] = field(default_factory=list)
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


def _text(name: str) -> Cast:
    return Cast(name, models.TextField())


# Read by position and as the database writes it: what stands in many rows is then understood once.
COLUMNS: tuple[Any, ...] = (
    *("release_id", "day_id", "is_cancelled", "session_id", "session__slug", "session__access"),
    *(
        _text(name)
        for name in ("starts_at", "ends_at", "title", "session__title", "session__interpreted_languages")
    ),
    *("room_id", _text("room__name"), "room__position"),
    *("session__track_id", _text("session__track__name"), "session__track__position"),
    *("session__format_id", _text("session__format__name"), "session__format__position"),
)


def moment_in(zone: ZoneInfo, written: str) -> datetime:
    """A moment as the database writes it, local to `zone`."""
    moment = datetime.fromisoformat(written)  # SQLite writes UTC without saying so
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone)


class _Reader:
    """Understands what the database wrote, in the active language and in the zone of an edition."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone, self.language = zone, get_language() or ""
        self.moment = cache(partial(moment_in, zone))
        self.codes = cache(lambda written: tuple(json.loads(written or "[]")))
        self.room, self.track, self.format = cache(self._named), cache(self._named), cache(self._named)

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


class Agenda:
    """The newest release as the public sees it, to be read as a list. Who did not agree to be named is not."""

    @staticmethod
    def of(edition: Edition, *, people: bool = True) -> list[ListedSlot]:
        """All of it, in order of time and room; one question, and one for the people if they are wanted."""
        return _listed(_OF_EDITION.ask(edition.pk), edition, people)

    @staticmethod
    def sessions_in(edition: Edition) -> int:
        """How many sessions it has that take place; one question."""
        return sum(count for _release, count in _SESSIONS.ask(edition.pk))

    @staticmethod
    def on(day: Day | int, edition: Edition, *, people: bool = True) -> list[ListedSlot]:
        """That of one day."""
        return _listed(_ON_DAY.ask(day if isinstance(day, int) else day.pk), edition, people)

    @classmethod
    def about(cls, edition: Edition, words: str) -> list[ListedSlot]:
        """The sessions found by every word of `words`: in what their card says, or in their texts in any language. Who
        is not named is not found; one more question than `of`."""
        wanted = searchable(words).split()
        sessions = [slot for slot in cls.of(edition) if not slot.is_break]
        texts = dict(Session.objects.texts_of(edition)) if wanted else {}
        return [
            slot
            for slot in sessions
            if all(word in texts.get(slot.session_id or 0, "") or word in slot.said for word in wanted)
        ]

    @staticmethod
    def with_speaker(speaker: Speaker) -> list[ListedSlot]:
        """That in which `speaker` speaks."""
        return _listed(_WITH_SPEAKER.ask(speaker.pk), speaker.edition, people=True)

    @staticmethod
    def marked_in(personal_agenda: int, edition: Edition) -> list[ListedSlot]:
        """What somebody marked, by the key of their personal agenda; in two questions, like all of it."""
        return _listed(_MARKED.ask(personal_agenda), edition, people=True)


def _of(edition: int) -> models.QuerySet[Any, Any]:
    return ReleasedSlot.objects.public().of_edition(edition).values_list(*COLUMNS)


def _on(day: int) -> models.QuerySet[Any, Any]:
    return ReleasedSlot.objects.public().on(day).values_list(*COLUMNS)


def _with(speaker: int) -> models.QuerySet[Any, Any]:
    return ReleasedSlot.objects.public().with_speaker(speaker).values_list(*COLUMNS)


def _marked(personal_agenda: int) -> models.QuerySet[Any, Any]:
    marked = ReleasedSlot.objects.public().filter(session__bookmarks__personal_agenda=personal_agenda)
    return marked.values_list(*COLUMNS)


_OF_EDITION, _ON_DAY, _WITH_SPEAKER = Question(_of), Question(_on), Question(_with)
_MARKED = Question(_marked)
_SESSIONS = Question(
    lambda edition: (
        ReleasedSlot.objects.public()
        .of_edition(edition)
        .of_sessions()
        .taking_place()
        .order_by()
        .values_list("release")
        .annotate(models.Count("pk"))
    )
)
_PEOPLE = Question(lambda key: ReleasedAppearance.objects.public().of_release(key).names())


def _listed(rows: list[tuple[Any, ...]], edition: Edition, people: bool) -> list[ListedSlot]:
    read = _Reader(edition.zone)
    speaking = _people(rows[0][0]) if rows and people else {}
    made = []
    for row in rows:
        day, is_cancelled, session, slug, access, starts_at, ends_at, title, session_title, interpreted = row[
            1:11
        ]
        made.append(
            ListedSlot(
                day,
                read.moment(starts_at),
                read.moment(ends_at),
                bool(is_cancelled),
                *read.text(title if session is None else session_title),
                read.room(*row[11:14]),
                read.track(*row[14:17]),
                read.format(*row[17:20]),
                session,
                slug or "",
                access or "",
                read.codes(interpreted),
                speaking.get(session, []),
            )
        )
    return made


def _people(release: int) -> dict[int | None, list[str]]:
    people: defaultdict[int | None, list[str]] = defaultdict(list)
    for session, name in _PEOPLE.ask(release):
        people[session].append(name)
    return people
