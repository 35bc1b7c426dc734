"""One day of the released agenda, as a list by time and as a grid: rooms across, time down.

The grid's places are class names (`t-0900`, `until-1030`, `in-room-3`), since a strict content policy allows no inline
style; the edition's served stylesheet gives them their meaning. Hours run on after midnight: `t-2530` is half past
one on the night after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby, zip_longest

from agenda.models import Day, ListedSlot
from agenda.models.listed_slot import Named

REM_A_MINUTE = 0.085
LONG = 40  # slots


@dataclass(frozen=True)
class Moment:
    """All that begins at one time."""

    starts_at: datetime
    line: str
    slots: list[ListedSlot]


@dataclass
class Timetable:
    """The released slots of one day, in order of time and room."""

    day: Day
    slots: list[ListedSlot] = field(default_factory=list)

    def _clock(self, moment: datetime) -> str:
        hours = moment.hour + 24 * (moment.toordinal() - self._ordinal)
        return f"{hours:02}{moment.minute:02}"

    @cached_property
    def _ordinal(self) -> int:
        return self.day.date.toordinal()

    def place(self, slot: ListedSlot) -> str:
        """The class names that put a slot into the grid."""
        room = f"in-room-{slot.room_id}" if slot.room_id else "in-all-rooms"
        return f"t-{self._clock(slot.starts_at)} until-{self._clock(slot.ends_at)} {room}"

    @cached_property
    def moments(self) -> list[Moment]:
        """The slots by the time at which they begin; each slot knows its `place`."""
        for slot in self.slots:
            slot.place = self.place(slot)
        return [
            Moment(starts_at, f"t-{self._clock(starts_at)}", list(slots))
            for starts_at, slots in groupby(self.slots, key=lambda slot: slot.starts_at)
        ]

    @property
    def is_long(self) -> bool:
        """Whether one would rather jump to an hour than scroll there."""
        return len(self.slots) > LONG

    @property
    def hours(self) -> list[tuple[str, str]]:
        """The first moment of each hour in which something begins: the time of day, and the moment's line."""
        firsts: dict[int, Moment] = {}
        for moment in self.moments:
            firsts.setdefault(moment.starts_at.toordinal() * 24 + moment.starts_at.hour, moment)
        return [(f"{moment.starts_at:%H:%M}", moment.line) for moment in firsts.values()]

    @cached_property
    def rooms(self) -> list[Named]:
        """The rooms that something happens in, in their order."""
        rooms = {slot.room.pk: slot.room for slot in self.slots if slot.room}
        return sorted(rooms.values(), key=lambda room: (room.position, room.pk))

    @cached_property
    def times(self) -> list[str]:
        """Every time at which something begins or ends, as in the class names."""
        ends = {moment for slot in self.slots for moment in (slot.starts_at, slot.ends_at)}
        return [self._clock(moment) for moment in sorted(ends)]

    @cached_property
    def _pauses(self) -> set[str]:
        """The times from which nothing but a break fills the house: such rows need not be as high as they are long."""
        return {self._clock(slot.starts_at) for slot in self.slots if slot.is_break and slot.room is None}

    @property
    def rows(self) -> str:
        """The value of `grid-template-rows`: a named line at each time, rows at least as high as time is long."""
        lines = ["[rooms] 2.75rem"]
        for time, later in zip_longest(self.times, self.times[1:]):
            minutes = (
                (int(later[:-2]) - int(time[:-2])) * 60 + int(later[-2:]) - int(time[-2:]) if later else 0
            )
            height = (
                f" minmax({min(minutes, 30 if time in self._pauses else 90) * REM_A_MINUTE:.3g}rem, auto)"
            )
            lines.append(f"[t-{time}]{height if later else ''}")
        return " ".join(lines)

    @property
    def columns(self) -> str:
        """The value of `grid-template-columns`: the time, then a named column for each room."""
        return (
            "[time] 4.25rem " + " ".join(f"[room-{room.pk}] minmax(0, 1fr)" for room in self.rooms) + " [end]"
        )


def by_day(slots: Iterable[ListedSlot], days: Iterable[Day]) -> Iterator[Timetable]:
    """Share slots out to their days, all days shown, also those without any."""
    slots = list(slots)
    for day in days:
        yield Timetable(day, [slot for slot in slots if slot.day_id == day.pk])


def now_and_next(slots: Iterable[ListedSlot], now: datetime) -> tuple[list[ListedSlot], list[ListedSlot]]:
    """What happens at `now`, and what begins next; cancelled sessions are left out."""
    held = [slot for slot in slots if not slot.is_cancelled]
    running = [slot for slot in held if slot.starts_at <= now < slot.ends_at]
    ahead = [slot for slot in held if slot.starts_at > now]
    return running, [slot for slot in ahead if slot.starts_at == ahead[0].starts_at]


def next_turn(slots: Iterable[ListedSlot], now: datetime) -> datetime | None:
    """When `now_and_next` is next another one: as soon as something begins or ends."""
    turns = (turn for slot in slots for turn in (slot.starts_at, slot.ends_at))
    return min((turn for turn in turns if turn > now), default=None)
