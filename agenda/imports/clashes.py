"""Rooms and people that a programme wants twice at the same time. A file may: it is only said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from agenda.frab.programme import Remark


class Stretch(NamedTuple):
    """Something that takes place from a moment to another."""

    starts_at: datetime
    ends_at: datetime
    what: str


def clashes(slots: Iterable[Any], speakers_of: Any) -> Iterator[Remark]:
    """What overlaps, of `slots` with their sessions: in one room (a slot without one is in all), and of one speaker,
    whom `speakers_of` tells of a session."""
    in_room: dict[str, list[Stretch]] = defaultdict(list)
    everywhere: list[Stretch] = []
    with_speaker: dict[str, list[Stretch]] = defaultdict(list)
    for slot in slots:
        stretch = Stretch(slot.starts_at, slot.ends_at, str(slot.session or slot.title)[:80])
        (in_room[str(slot.room)] if slot.room else everywhere).append(stretch)
        for speaker in speakers_of(slot.session) if slot.session else ():
            with_speaker[str(speaker)].append(stretch)
    for first, second in _overlapping(everywhere):
        said = _("“%(first)s” and “%(second)s” take all rooms at the same time.")
        yield Remark(said % {"first": first.what, "second": second.what})
    for room, stretches in in_room.items():
        for first, second in _overlapping(stretches, everywhere):
            said = _("Room “%(room)s” is taken twice at the same time: “%(first)s” and “%(second)s”.")
            yield Remark(said % {"room": room, "first": first.what, "second": second.what})
    for speaker, stretches in with_speaker.items():
        for first, second in _overlapping(stretches):
            said = _("%(speaker)s speaks twice at the same time: in “%(first)s” and “%(second)s”.")
            yield Remark(said % {"speaker": speaker, "first": first.what, "second": second.what})


def _overlapping(
    stretches: list[Stretch], everywhere: Iterable[Stretch] = ()
) -> Iterator[tuple[Stretch, Stretch]]:
    """Each one that begins before the longest before it has ended. Two of `everywhere` are not compared: that is said
    once, not for each room."""
    longest: dict[bool, Stretch] = {}
    marked = [*((one, False) for one in stretches), *((one, True) for one in everywhere)]
    for stretch, is_everywhere in sorted(marked):
        rivals = [one for also, one in longest.items() if not (also and is_everywhere)]
        before = max(rivals, key=lambda one: one.ends_at, default=None)
        if before is not None and stretch.starts_at < before.ends_at:
            yield before, stretch
        if is_everywhere not in longest or stretch.ends_at > longest[is_everywhere].ends_at:
            longest[is_everywhere] = stretch
