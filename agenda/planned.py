"""What somebody has marked, day by day, and where two of it are at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agenda.models import Day, ListedSlot


@dataclass(frozen=True)
class Planned:
    """A session that is marked, and those others that are held while it is; ends are exclusive."""

    slot: ListedSlot
    clashes: list[ListedSlot]


def planned(slots: Iterable[ListedSlot], days: Iterable[Day]) -> list[tuple[Day, list[Planned]]]:
    """Share out to their days what is marked, in order of time; days without any are left out. What is cancelled
    clashes with nothing."""
    slots = list(slots)
    return [
        (day, [Planned(slot, _clashing(slot, slots)) for slot in slots if slot.day_id == day.pk])
        for day in days
        if any(slot.day_id == day.pk for slot in slots)
    ]


def _clashing(slot: ListedSlot, slots: list[ListedSlot]) -> list[ListedSlot]:
    return [
        other
        for other in slots
        if other is not slot
        and not slot.is_cancelled
        and not other.is_cancelled
        and slot.starts_at < other.ends_at
        and other.starts_at < slot.ends_at
    ]
