from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import models
from django.db.models.functions import Cast

from agenda.models.appearance import Role
from agenda.models.listed_slot import moment_in
from agenda.models.released import ReleasedAppearance, ReleasedSlot
from agenda.models.session import Session
from forum.models import Edition
from forum.prepared import Question
from forum.translated import Translated, as_stored
from speakers.photos import Photo


class Called(NamedTuple):
    """A room, track or format. `directions`: how to find a room."""

    pk: int
    name: Translated
    directions: Translated = Translated()


class Speaking(NamedTuple):
    """Somebody who agreed to be named: the speaker, and as what they appear here."""

    pk: int
    slug: str
    name: str
    organisation: str
    role: Translated
    photo: Photo
    appears_as: str


@dataclass(frozen=True, slots=True)
class ShownSession:
    """One session of the released agenda with all that its own page says. Moments are local to the edition; the end is
    exclusive. `room` is None for all rooms."""

    pk: int
    slug: str
    title: Translated
    abstract: Translated
    day_id: int
    date: date
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    access: Session.Access
    spoken_languages: list[str]
    interpreted_languages: list[str]
    room: Called | None
    track: Called | None
    format: Called | None
    speaking: list[Speaking]

    @classmethod
    def find(cls, edition: Edition, slug: str) -> ShownSession | None:
        """The session with this slug, as visitors may see it; None when there is none for them. Two questions."""
        rows = _ONE.ask(edition.pk, slug)
        if not rows:
            return None
        [(release, session, slug, access, day, is_cancelled, room, track, format, *texts)] = rows
        title, abstract, date_, starts_at, ends_at, spoken, interpreted, *names = texts
        room_name, directions, track_name, format_name = names
        return cls(
            session,
            slug,
            as_stored(title),
            as_stored(abstract),
            day,
            date.fromisoformat(date_),
            moment_in(edition.zone, starts_at),
            moment_in(edition.zone, ends_at),
            bool(is_cancelled),
            Session.Access(access),
            json.loads(spoken),
            json.loads(interpreted),
            Called(room, as_stored(room_name), as_stored(directions)) if room else None,
            Called(track, as_stored(track_name)) if track else None,
            Called(format, as_stored(format_name)) if format else None,
            [_speaking(row) for row in _SPEAKING.ask(release, session)],
        )


def _speaking(row: tuple[Any, ...]) -> Speaking:
    pk, slug, name, organisation, role, photo, appears_as = row
    return Speaking(pk, slug, name, organisation, as_stored(role), Photo(photo), str(Role(appears_as).label))


def _texts(*names: str) -> list[Cast]:
    return [Cast(name, models.TextField()) for name in names]


def _one(edition: int, slug: str) -> models.QuerySet[Any, Any]:
    found = ReleasedSlot.objects.public().of_edition(edition).filter(session__slug=slug)
    return found.values_list(
        *("release_id", "session_id", "session__slug", "session__access", "day_id", "is_cancelled"),
        *("room_id", "session__track_id", "session__format_id"),
        *_texts("session__title", "session__abstract", "day__date", "starts_at", "ends_at"),
        *_texts("session__spoken_languages", "session__interpreted_languages"),
        *_texts("room__name", "room__directions", "session__track__name", "session__format__name"),
    )


def _who(release: int, session: int) -> models.QuerySet[Any, Any]:
    appearing = ReleasedAppearance.objects.public().of_release(release).filter(session=session)
    return (
        appearing.select_related(None)
        .order_by("position", "pk")
        .values_list(
            *("speaker_id", "speaker__slug", "speaker__name", "speaker__organisation"),
            *_texts("speaker__role"),
            *("speaker__photo_key", "role"),
        )
    )


_ONE, _SPEAKING = Question(_one), Question(_who)
