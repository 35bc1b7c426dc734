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
    for room, stretches in in_room.items():
        for first, second in _overlapping([*stretches, *everywhere]):
            said = _("Room “%(room)s” is taken twice at the same time: “%(first)s” and “%(second)s”.")
            yield Remark(said % {"room": room, "first": first.what, "second": second.what})
    for speaker, stretches in with_speaker.items():
        for first, second in _overlapping(stretches):
            said = _("%(speaker)s speaks twice at the same time: in “%(first)s” and “%(second)s”.")
            yield Remark(said % {"speaker": speaker, "first": first.what, "second": second.what})


def _overlapping(stretches: list[Stretch]) -> Iterator[tuple[Stretch, Stretch]]:
    """Each one that begins before the longest before it has ended."""
    longest: Stretch | None = None
    for stretch in sorted(stretches):
        if longest is not None and stretch.starts_at < longest.ends_at:
            yield longest, stretch
        if longest is None or stretch.ends_at > longest.ends_at:
            longest = stretch
