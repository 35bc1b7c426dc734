"""What has changed on the agenda, release by release, as the public may know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agenda.models.changes import Changes
from agenda.models.release import Release
from agenda.models.session import Session
from agenda.models.state import State

if TYPE_CHECKING:
    from forum.models import Edition

AT_ONCE = 10  # releases on a page


@dataclass(frozen=True)
class Told:
    """One release and what it changed; of the first one only how many sessions it showed."""

    release: Release
    changes: Changes | None
    number_of_sessions: int


@dataclass(frozen=True)
class History:
    """Some releases, newest first; `next` is the number of the newest one before them, None: there is none."""

    releases: list[Told]
    next: int | None

    @classmethod
    def of(cls, edition: Edition, *, until: int | None = None) -> History:
        """The newest releases of an edition, of those up to the number `until`. At most seven queries."""
        found = Release.objects.of_edition(edition)
        if until is not None:
            found = found.until(until)
        some = list(found[: AT_ONCE + 1])
        states = State.of_releases(some)
        pairs = list(zip(some[1:], some, strict=False))
        compared = Changes.of_each([(states[before.pk], states[one.pk]) for before, one in pairs])
        told = [
            Told(release, changes.as_public().as_read(), 0)
            for (_before, release), changes in zip(pairs, compared, strict=True)
        ]
        if len(some) > AT_ONCE:
            return cls(told, some[-1].number)
        return cls([*told, *(cls._first(one, states[one.pk]) for one in some[-1:])], None)

    @staticmethod
    def _first(release: Release, state: State) -> Told:
        public = Session.objects.filter(pk__in=state.sessions).exclude(access=Session.Access.CLOSED)
        return Told(release, None, public.count())
