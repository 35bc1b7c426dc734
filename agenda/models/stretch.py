"""Where and when something stands on the timetable that organizers work on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agenda.models.day import Day
from agenda.models.room import Room
from forum.translated import Translated

if TYPE_CHECKING:
    from agenda.models.slot import Slot


@dataclass(frozen=True)
class Stretch:
    """A room, or all rooms (None), on a day from a moment to another, in UTC; the end is exclusive."""

    day: Day
    room: Room | None
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, slot: Slot) -> Self:
        """Where a slot stands."""
        return cls(slot.day, slot.room, slot.starts_at, slot.ends_at)

    @property
    def lasts(self) -> timedelta:
        """How long it is."""
        return self.ends_at - self.starts_at

    @property
    def minutes(self) -> int:
        """How long it is, in whole minutes."""
        return self.lasts // timedelta(minutes=1)

    def later(self, by: timedelta) -> Stretch:
        """The same, so much later; sooner where `by` is negative."""
        return Stretch(self.day, self.room, self.starts_at + by, self.ends_at + by)

    def __str__(self) -> str:
        return said(self.as_kept())

    def as_kept(self) -> dict[str, Any]:
        """As a history keeps it, with the room's name of now: rooms are renamed and deleted."""
        return {
            "day": self.day.pk,
            "room": self.room.pk if self.room else None,
            "room_name": dict(self.room.name) if self.room else {},
            "starts_at": self.starts_at.astimezone(UTC).isoformat(),
            "ends_at": self.ends_at.astimezone(UTC).isoformat(),
        }


def said(kept: dict[str, Any] | None) -> str:
    """What a history keeps, as people read it, in the current time zone: “Tue 9 Mar, 10:00–11:00 · Lotus hall”."""
    if kept is None:
        return _("without a time")
    start, end = (timezone.localtime(datetime.fromisoformat(kept[name])) for name in ("starts_at", "ends_at"))
    room = str(Translated(kept["room_name"])) or _("All rooms")
    return f"{date_format(start, 'D j M, H:i')}–{end:%H:%M} · {room}"
