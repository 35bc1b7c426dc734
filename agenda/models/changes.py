"""What a release would change: the draft of the agenda beside what the public sees of it now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agenda.models.appearance import Appearance, Role
from agenda.models.session import Session
from agenda.models.slot import Slot

if TYPE_CHECKING:
    from agenda.models.release import Release, ReleasedAppearance, ReleasedSlot
    from agenda.models.room import Room
    from forum.models import Edition


class Kind(models.TextChoices):
    """What happens to a piece of the agenda when the draft is released."""

    NEW = "new", gettext_lazy("New")
    MOVED = "moved", gettext_lazy("Moved")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    REINSTATED = "reinstated", gettext_lazy("Taking place after all")
    REMOVED = "removed", gettext_lazy("Taken off the agenda")
    PEOPLE = "people", gettext_lazy("Other speakers")


@dataclass(frozen=True)
class Place:
    """Where and when something stands: a room, or all rooms (None), from a moment to another; UTC."""

    starts_at: datetime
    ends_at: datetime
    room: Room | None

    @classmethod
    def of(cls, slot: Slot | ReleasedSlot) -> Place:
        """Where and when a slot is, or was released to be."""
        return cls(slot.starts_at, slot.ends_at, slot.room)


@dataclass(frozen=True)
class Change:
    """One thing that the public would see differently. `before` and `after` are where it stood and stands."""

    kind: Kind
    title: str
    session: Session | None = None
    before: Place | None = None
    after: Place | None = None
    people: list[str] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        """Whether it is of a closed session, of which the public sees nothing."""
        return self.session is not None and self.session.access == Session.Access.CLOSED


@dataclass(frozen=True)
class Changes:
    """All that a release would change, in order of kind and time."""

    all: list[Change]

    @classmethod
    def since(cls, release: Release | None, edition: Edition) -> Changes:
        """Compare the draft of `edition` with `release`; None: nothing was released yet. At most four queries."""
        return cls(sorted(_Comparison(release, edition).changes(), key=_order))

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.all)

    @property
    def by_kind(self) -> list[tuple[Kind, list[Change]]]:
        """The changes of each kind that there are any of."""
        found = [(kind, [change for change in self.all if change.kind == kind]) for kind in Kind]
        return [(kind, changes) for kind, changes in found if changes]


def _order(change: Change) -> tuple[int, datetime]:
    place = change.after or change.before
    assert place is not None
    return list(Kind).index(change.kind), place.starts_at


class _Comparison:
    def __init__(self, release: Release | None, edition: Edition) -> None:
        self.draft = list(Slot.objects.to_release(edition).select_related("room", "session"))
        self.released: list[ReleasedSlot] = (
            list(release.slots.select_related("room", "session")) if release else []
        )
        shown = [slot.session_id for slot in self.draft if slot.session_id]
        self.drafted_people = Appearance.objects.filter(session__in=shown).select_related("speaker")
        self.released_people: Iterable[ReleasedAppearance] = (
            release.appearances.select_related("speaker") if release else ()
        )

    def changes(self) -> Iterator[Change]:
        now = {slot.session: slot for slot in self.draft if slot.session}
        then = {slot.session: slot for slot in self.released if slot.session}
        for session in now.keys() - then.keys():
            yield Change(Kind.NEW, str(session), session, after=Place.of(now[session]))
        for session in then.keys() - now.keys():
            yield Change(Kind.REMOVED, str(session), session, before=Place.of(then[session]))
        for session in now.keys() & then.keys():
            yield from self._of_session(now[session].session or session, now[session], then[session])
        yield from self._of_breaks()

    def _of_session(self, session: Session, now: Slot, then: ReleasedSlot) -> Iterator[Change]:
        before, after = Place.of(then), Place.of(now)
        if before != after:
            yield Change(Kind.MOVED, str(session), session, before, after)
        is_cancelled = session.status == Session.Status.CANCELLED
        if is_cancelled != then.is_cancelled:
            yield Change(
                Kind.CANCELLED if is_cancelled else Kind.REINSTATED, str(session), session, before, after
            )
        people = self._people.get(session.pk)
        if people:
            yield Change(Kind.PEOPLE, str(session), session, before, after, people)

    @cached_property
    def _people(self) -> dict[int, list[str]]:
        """By the session's key: who comes, who goes, and who appears in another role or order."""
        now: dict[int, dict[int, Appearance]] = defaultdict(dict)
        then: dict[int, dict[int, ReleasedAppearance]] = defaultdict(dict)
        for appearance in self.drafted_people:
            now[appearance.session_id][appearance.speaker_id] = appearance
        for released in self.released_people:
            then[released.session_id][released.speaker_id] = released
        said: dict[int, list[str]] = {}
        for session in now.keys() | then.keys():
            said[session] = [
                *(
                    _("with %(who)s") % {"who": one}
                    for key, one in now[session].items()
                    if key not in then[session]
                ),
                *(
                    _("without %(who)s") % {"who": one}
                    for key, one in then[session].items()
                    if key not in now[session]
                ),
                *self._other_roles(now[session], then[session]),
            ]
            if not said[session] and list(now[session]) != list(then[session]):
                said[session] = [_("in another order")]
        return said

    @staticmethod
    def _other_roles(now: dict[int, Appearance], then: dict[int, ReleasedAppearance]) -> Iterator[str]:
        for speaker, appearance in now.items():
            if speaker in then and then[speaker].role != appearance.role:
                yield _("%(who)s, until now %(role)s") % {
                    "who": appearance,
                    "role": Role(then[speaker].role).label,
                }

    def _of_breaks(self) -> Iterator[Change]:
        """A break has no identity of its own: one of the same name on the same day is taken for the same."""
        now = [(str(slot.title), slot.day_id, Place.of(slot)) for slot in self.draft if not slot.session_id]
        then = [
            (str(slot.title), slot.day_id, Place.of(slot)) for slot in self.released if not slot.session_id
        ]
        for one in list(now):
            if one in then:
                now.remove(one)
                then.remove(one)
        for title, day, after in now:
            was = next((one for one in then if one[:2] == (title, day)), None)
            if was:
                then.remove(was)
                yield Change(Kind.MOVED, title, before=was[2], after=after)
            else:
                yield Change(Kind.NEW, title, after=after)
        for title, _day, before in then:
            yield Change(Kind.REMOVED, title, before=before)
