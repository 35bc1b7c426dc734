"""One deed on the timetable: first in memory, where the rules look at it, then in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects

from agenda.models.clash import Clash
from agenda.models.move import Move
from agenda.models.session import Session
from agenda.models.slot import Slot, who_speaks
from agenda.models.stretch import Stretch
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition

PLACE = ("day", "room", "starts_at", "ends_at", "reason", "version")


@dataclass(frozen=True)
class Step:
    """One thing and where to: a session, a break or a blocker; a Slot that is not saved yet is a new one. `to` is None
    to take it off. `seen` is the version that it had when somebody decided that."""

    what: Session | Slot
    to: Stretch | None
    seen: int = 0

    def slot(self) -> Slot:
        """A slot for what had none, not saved, with what the rules ask of its session."""
        if isinstance(self.what, Slot):
            return self.what
        prefetch_related_objects([self.what], "track", "format", who_speaks("appearances"))
        return Slot(session=self.what)


class Deed:
    """What becomes of `around`, the slots of some time, by a number of steps."""

    def __init__(self, number: int, around: Iterable[Slot]) -> None:
        self.number, self.around = number, list(around)
        self.put: list[Slot] = []
        self.off: list[Slot] = []
        self.clashes_before = list(Clash.among(self.around))
        self._before: dict[int, Stretch] = {id(slot): Stretch.of(slot) for slot in self.around}

    def apply(self, slot: Slot, to: Stretch | None) -> None:
        """Let a slot stand elsewhere, or nowhere any more."""
        if to is None:
            self.around.remove(slot)
            self.off.append(slot)
            return
        if slot.pk is None:
            self.around.append(slot)
        slot.day, slot.room, slot.starts_at, slot.ends_at = to.day, to.room, to.starts_at, to.ends_at
        self.put.append(slot)

    @property
    def all(self) -> list[Slot]:
        """All that it is about."""
        return [*self.put, *self.off]

    def write(self, edition: Edition, *, by: Actor, reason: str, undoes: int | None) -> list[Move]:
        """Write it, with its history; the slots have been locked. As many queries for many as for a few."""
        new = [slot for slot in self.put if slot.pk is None]
        for slot in self.put:
            slot.version = self.number
        Slot.objects.bulk_create(new)
        if known := [slot for slot in self.put if slot not in new]:
            Slot.objects.bulk_update(known, PLACE)
        moves = [
            Move.of_slot(
                slot,
                self._before.get(id(slot)),
                Stretch.of(slot) if slot in self.put else None,
                edition=edition,
                number=self.number,
                reason=reason,
                undoes=undoes,
                by=by.user,
            )
            for slot in self.all
        ]
        if self.off:
            Slot.objects.filter(pk__in=[slot.pk for slot in self.off]).delete()
        return Move.objects.bulk_create(moves)


def begun_as(slot: Slot, other: Slot) -> Stretch:
    """Where `slot` stands when it begins where and when `other` does, as long as it is."""
    return Stretch(other.day, other.room, other.starts_at, other.starts_at + (slot.ends_at - slot.starts_at))


def merged(stretches: Iterable[Stretch]) -> Iterator[tuple[datetime, datetime]]:
    """The times of these stretches, those that overlap or meet as one."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    for one in sorted(stretches, key=lambda one: one.starts_at):
        if ends_at is None or one.starts_at > ends_at:
            if starts_at is not None and ends_at is not None:
                yield starts_at, ends_at
            starts_at, ends_at = one.starts_at, one.ends_at
        else:
            ends_at = max(ends_at, one.ends_at)
    if starts_at is not None and ends_at is not None:
        yield starts_at, ends_at


def belongs(to: Stretch, edition: Edition) -> None:
    """Raises Refusal when a day or a room is another edition's."""
    if to.day.edition_id != edition.pk or (to.room and to.room.edition_id != edition.pk):
        raise Refusal("That belongs to another edition.")
