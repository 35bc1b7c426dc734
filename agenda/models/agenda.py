from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from agenda.models.day import Day
from agenda.models.listed_slot import COLUMNS, ListedSlot, Named, Reader, text_of
from agenda.models.released import ReleasedAppearance, ReleasedSlot
from agenda.models.session import Session
from forum.models import Edition
from forum.prepared import Question
from forum.translated import searchable
from speakers.models import Speaker

# The group that others see a speaker in: key, name, place among its like.
_PUBLIC_GROUP: tuple[Any, ...] = (
    Coalesce("speaker__group__shown_as", "speaker__group"),
    Coalesce(text_of("speaker__group__shown_as__name"), text_of("speaker__group__name")),
    Coalesce("speaker__group__shown_as__position", "speaker__group__position"),
)


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

    @staticmethod
    def about(edition: Edition, words: str, slots: Iterable[ListedSlot]) -> list[ListedSlot]:
        """Those sessions among `slots` that are found by every word of `words`: in what their card says, or in their
        texts in any language. Who is not named is not found; one question, if there are words."""
        wanted = searchable(words).split()
        sessions = [slot for slot in slots if not slot.is_break]
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
_PEOPLE = Question(
    lambda key: (
        ReleasedAppearance.objects.public()
        .of_release(key)
        .select_related(None)
        .order_by("position", "pk")
        .values_list("session_id", "speaker__name", *_PUBLIC_GROUP)
    )
)


def _listed(rows: list[tuple[Any, ...]], edition: Edition, people: bool) -> list[ListedSlot]:
    read = Reader(edition.zone)
    speaking = _people(rows[0][0], read) if rows and people else {}
    made = []
    for row in rows:
        day, is_cancelled, session, slug, access, starts_at, ends_at, title, session_title = row[1:10]
        named = speaking.get(session, ())
        made.append(
            ListedSlot(
                day,
                read.moment(starts_at),
                read.moment(ends_at),
                bool(is_cancelled),
                *read.text(title if session is None else session_title),
                read.room(*row[12:15]),
                read.track(*row[15:18]),
                read.format(*row[18:21]),
                session,
                slug or "",
                access or "",
                read.codes(row[10]),
                read.codes(row[11]),
                [name for name, _group in named],
                {group for _name, group in named if group},
            )
        )
    return made


def _people(release: int, read: Reader) -> dict[int | None, list[tuple[str, Named | None]]]:
    people: defaultdict[int | None, list[tuple[str, Named | None]]] = defaultdict(list)
    for session, name, *group in _PEOPLE.ask(release):
        people[session].append((name, read.group(*group)))
    return people
