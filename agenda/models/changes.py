"""What a release changes, in names: for organizers all of it, for the public what it may know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from agenda.models.appearance import Role
from agenda.models.comparison import Difference, Kind, differences
from agenda.models.released import ReleasedSlot
from agenda.models.room import Room
from agenda.models.session import Session
from agenda.models.state import Piece, State
from forum.translated import Translated
from speakers.models import Speaker

if TYPE_CHECKING:
    from agenda.models.release import Release
    from forum.models import Edition


@dataclass(frozen=True)
class Place:
    """Where and when something stands: a room, or all rooms (None), from a moment to another; UTC."""

    starts_at: datetime
    ends_at: datetime
    room: Room | None


@dataclass(frozen=True)
class PersonChange:
    """One speaker who comes, goes, or appears in another role; as a string it says so by name."""

    speaker: Speaker
    before: Role | None
    after: Role | None
    is_listed: bool

    def __str__(self) -> str:
        role = self.after or self.before
        who = f"{self.speaker} · {role.label if role else ''}"
        if self.before is None:
            return _("with %(who)s") % {"who": who}
        if self.after is None:
            return _("without %(who)s") % {"who": who}
        return _("%(who)s, until now %(role)s") % {"who": who, "role": self.before.label}


@dataclass(frozen=True)
class Change:
    """One thing that is seen differently. `before` and `after` are where it stood and stands, `was_title` what it was
    called. `is_shown`: its session is on the agenda as the public sees it now."""

    kind: Kind
    title: Translated
    was_title: Translated
    session: Session | None = None
    before: Place | None = None
    after: Place | None = None
    people: tuple[PersonChange, ...] = ()
    is_shown: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether it is of a closed session, of which the public sees nothing."""
        return self.session is not None and self.session.access == Session.Access.CLOSED

    @property
    def key(self) -> tuple[Kind, int | None]:
        """What tells it from the other changes of sessions."""
        return self.kind, self.session.pk if self.session else None

    @property
    def place(self) -> Place | None:
        """Where and when it stands, or stood at last."""
        return self.after or self.before

    @property
    def is_in_another_order(self) -> bool:
        """Whether the same people appear in the same roles, named in another order."""
        return self.kind == Kind.PEOPLE and not self.people

    @property
    def is_read_as_renamed(self) -> bool:
        """Whether who reads the active language sees another title."""
        return str(self.was_title) != str(self.title)

    @property
    def titles(self) -> list[tuple[str, str, str]]:
        """What it was called and is called, and in which language: in those in which that is another."""
        both = [code for code in self.was_title if code in self.title]
        others = [
            (self.was_title[code], self.title[code], code)
            for code in both
            if self.was_title[code] != self.title[code]
        ]
        return others or [(str(self.was_title), str(self.title), self.title.language())]

    def as_public(self) -> Change | None:
        """What the public may know of it; None: nothing."""
        listed = tuple(one for one in self.people if one.is_listed)
        is_unseen = self.kind == Kind.PEOPLE and not listed
        return None if self.is_closed or is_unseen else replace(self, people=listed)


@dataclass(frozen=True)
class Changes:
    """All that differs between two states of the agenda, in order of kind and time."""

    all: list[Change]
    before: State
    after: State

    @classmethod
    def since(cls, release: Release | None, edition: Edition) -> Changes:
        """Compare the draft of `edition` with `release`; None: nothing was released yet. At most seven queries."""
        return cls.between(State.released(release), State.drafted(edition))

    @classmethod
    def between(cls, before: State, after: State) -> Changes:
        """Compare two states. At most three queries for the names."""
        [found] = cls.of_each([(before, after)])
        return found

    @classmethod
    def of_each(cls, pairs: Sequence[tuple[State, State]]) -> list[Changes]:
        """Compare the states of each pair. At most three queries for the names in all of them."""
        found = [differences(before, after) for before, after in pairs]
        names = _Names([one for some in found for one in some])
        return [
            cls([names.say(one) for one in some if names.knows(one)], before, after)
            for (before, after), some in zip(pairs, found, strict=True)
        ]

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.all)

    @property
    def by_kind(self) -> list[tuple[Kind, list[Change]]]:
        """The changes of each kind that there are any of."""
        found = [(kind, [change for change in self.all if change.kind == kind]) for kind in Kind]
        return [(kind, changes) for kind, changes in found if changes]

    def as_public(self) -> Changes:
        """Those that the public may know of."""
        seen = [change.as_public() for change in self.all]
        return replace(self, all=[change for change in seen if change])

    def as_read(self) -> Changes:
        """Without the names that are new in other languages than the active one."""
        told = [one for one in self.all if one.kind != Kind.RENAMED or one.is_read_as_renamed]
        return replace(self, all=told)

    def about(self, sessions: Iterable[int]) -> Changes:
        """Those of these sessions."""
        wanted = set(sessions)
        return replace(self, all=[one for one in self.all if one.session and one.session.pk in wanted])

    def without(self, keys: Iterable[tuple[Kind, int | None]]) -> Changes:
        """Those that are told elsewhere left out, by their keys."""
        left_out = set(keys)
        return replace(self, all=[one for one in self.all if one.key not in left_out])


class _Names:
    """The sessions, rooms and speakers that differences are about, as they are called now."""

    def __init__(self, found: list[Difference]) -> None:
        pieces = [piece for one in found for piece in (one.before, one.after) if piece]
        self.sessions = self._by_key(
            Session.objects.only("title", "slug", "access").annotate(
                is_shown=Exists(ReleasedSlot.objects.filter(session=OuterRef("pk"), release__is_current=True))
            ),
            {piece.session_id for piece in pieces},
        )
        self.rooms = self._by_key(Room.objects.all(), {piece.room_id for piece in pieces})
        self.speakers = self._by_key(
            Speaker.objects.only("name").with_agreement(),
            {person.speaker_id for one in found for person in one.people},
        )

    @staticmethod
    def _by_key(records: Any, keys: set[Any]) -> dict[int | None, Any]:
        return records.in_bulk(keys - {None}) if keys - {None} else {}

    def knows(self, one: Difference) -> bool:
        """Whether its session is still there: it may be deleted between two questions."""
        return one.piece.session_id is None or one.piece.session_id in self.sessions

    def say(self, one: Difference) -> Change:
        session = self.sessions.get(one.piece.session_id)
        return Change(
            one.kind,
            # What is not public any more has the title that it had then: today's is a draft.
            session.title if session and session.is_shown else _title(one.piece),
            _title(one.before or one.piece),
            session,
            self._place(one.before),
            self._place(one.after),
            tuple(
                PersonChange(
                    speaker,
                    Role(person.before) if person.before else None,
                    Role(person.after) if person.after else None,
                    speaker.listed,
                )
                for person in one.people
                if (speaker := self.speakers.get(person.speaker_id))
            ),
            bool(session and session.is_shown),
        )

    def _place(self, piece: Piece | None) -> Place | None:
        return Place(piece.starts_at, piece.ends_at, self.rooms.get(piece.room_id)) if piece else None


def _title(piece: Piece) -> Translated:
    return piece.title if piece.session_id is None else piece.session_title
