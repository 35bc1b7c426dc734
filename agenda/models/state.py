"""The agenda at one time, as it is compared, copied and told: the draft, or what a release froze."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from agenda.models.appearance import Appearance
from agenda.models.released import ReleasedAppearance, ReleasedSlot
from agenda.models.session import Session
from agenda.models.slot import Slot
from forum.translated import Translated

if TYPE_CHECKING:
    from agenda.models.release import Release
    from forum.models import Edition


class Piece(NamedTuple):
    """A slot by keys: a session, or a break with its title, where and when; UTC, the end is exclusive. No room: all
    rooms."""

    day_id: int
    room_id: int | None
    session_id: int | None
    title: Translated
    session_title: Translated
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool

    @property
    def place(self) -> tuple[datetime, datetime, int | None]:
        """From when, until when, and in which room."""
        return self.starts_at, self.ends_at, self.room_id


class Part(NamedTuple):
    """An appearance by keys."""

    session_id: int
    speaker_id: int
    role: str
    position: int


_PIECE = ("day_id", "room_id", "session_id", "title")
_TIMES = ("starts_at", "ends_at")


@dataclass(frozen=True)
class State:
    """Slots in order of time and room, and appearances in the order in which people are named."""

    pieces: list[Piece]
    parts: list[Part]

    @classmethod
    def drafted(cls, edition: Edition) -> State:
        """What a release made now would show, with today's titles. Two queries."""
        rows: Any = Slot.objects.to_release(edition).values_list(
            *_PIECE, "session__title", *_TIMES, "session__status"
        )
        pieces = [Piece._make((*row[:-1], row[-1] == Session.Status.CANCELLED)) for row in rows]
        shown = Appearance.objects.filter(session__slot__day__edition=edition)
        parts = shown.exclude(session__status=Session.Status.DRAFT).order_by("position", "pk")
        return cls(pieces, [Part(*row) for row in parts.values_list(*Part._fields)])

    @classmethod
    def released(cls, release: Release | None, *, sessions: Iterable[int] | None = None) -> State:
        """What `release` froze, or what of it is about `sessions`; None: nothing. Two queries."""
        return cls.of_releases([release], sessions=sessions)[release.pk] if release else cls([], [])

    @classmethod
    def of_releases(
        cls, releases: Iterable[Release], *, sessions: Iterable[int] | None = None
    ) -> dict[int, State]:
        """What each of them froze, by its key. Two queries."""
        keys = [release.pk for release in releases]
        slots = ReleasedSlot.objects.filter(release__in=keys).order_by("starts_at", "room__position", "pk")
        appearances = ReleasedAppearance.objects.filter(release__in=keys).order_by("position", "pk")
        if sessions is not None:
            wanted = list(sessions)
            slots, appearances = slots.filter(session__in=wanted), appearances.filter(session__in=wanted)
        pieces: defaultdict[int, list[Piece]] = defaultdict(list)
        parts: defaultdict[int, list[Part]] = defaultdict(list)
        for release, *row in slots.values_list("release_id", *Piece._fields):
            pieces[release].append(Piece(*row))
        for release, *row in appearances.values_list("release_id", *Part._fields):
            parts[release].append(Part(*row))
        return {key: cls(pieces[key], parts[key]) for key in keys}

    def with_titles_of_today(self) -> State:
        """The same, its sessions called as they are now. One query."""
        titles: dict[int | None, Translated] = dict(
            Session.objects.filter(pk__in=self.sessions).values_list("pk", "title")
        )
        return State(
            [
                piece._replace(session_title=titles.get(piece.session_id, Translated()))
                for piece in self.pieces
            ],
            self.parts,
        )

    @cached_property
    def sessions(self) -> dict[int, Piece]:
        """What is said of each session, by its key."""
        return {piece.session_id: piece for piece in self.pieces if piece.session_id is not None}

    @property
    def breaks(self) -> list[Piece]:
        """What holds no session."""
        return [piece for piece in self.pieces if piece.session_id is None]

    @cached_property
    def people(self) -> dict[int, dict[int, str]]:
        """In which role each speaker appears, by the keys of the session and the speaker, in order."""
        found: defaultdict[int, dict[int, str]] = defaultdict(dict)
        for part in self.parts:
            found[part.session_id][part.speaker_id] = part.role
        return dict(found)

    def role(self, speaker: int, session: int) -> str | None:
        """In which role `speaker` appears in `session`; None: not."""
        return self.people.get(session, {}).get(speaker)
