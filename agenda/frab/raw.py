"""What a file says, before anybody asks whether it can be so: the same shape for XML and JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Words = dict[str, Any]


@dataclass
class RawDay:
    """A day with its events; in schedule.json v2 the events stand apart, under a day of no date."""

    words: Words
    rooms: list[Words] = field(default_factory=list)
    events: list[Words] = field(default_factory=list)


@dataclass
class Raw:
    """A whole file. The words of an event: guid, id, code, slug, title, subtitle, abstract, description, track, type,
    language, date, start, end, duration, room, url, state, and `persons`, with id, code, guid, name and url."""

    conference: Words = field(default_factory=dict)
    tracks: list[Words] = field(default_factory=list)
    rooms: list[Words] = field(default_factory=list)
    days: list[RawDay] = field(default_factory=list)
    links: int = 0
    """How many links and attachments there are with events."""
