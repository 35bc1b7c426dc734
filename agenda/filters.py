"""Choosing among what the agenda holds: by day, track, format, language, room, and by the group of who speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agenda.models import Day, ListedSlot
from agenda.models.listed_slot import Named
from forum import cldr


class Option(NamedTuple):
    """What can be chosen. `language`: that of its label, where it is not the page's."""

    value: str
    label: str
    language: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Choice:
    """One way to choose: its name in the address, what it is called, what stands for all, what can be chosen."""

    name: str
    label: str | Promise
    all: str | Promise
    options: list[Option]


class Filter:
    """What a reader of the agenda chose in the address. What the agenda has nothing of is as good as not chosen."""

    def __init__(self, asked: Mapping[str, str], slots: Iterable[ListedSlot], days: Iterable[Day]) -> None:
        self._slots = [slot for slot in slots if not slot.is_break]
        self._days = list(days)
        self._dates = {day.pk: day.date.isoformat() for day in self._days}
        self.chosen: dict[str, str] = {}
        for name, values in self._values.items():
            value = asked.get(name, "")
            if any(option.value == value for option in values):
                self.chosen[name] = value

    @cached_property
    def _values(self) -> dict[str, list[Option]]:
        held = {slot.day_id for slot in self._slots}
        codes = {code for slot in self._slots for code in (*slot.spoken, *slot.interpreted)}
        languages = (Option(code, cldr.language_name(code)) for code in codes)
        return {
            "day": [
                Option(day.date.isoformat(), date_format(day.date, "l j F"))
                for day in self._days
                if day.pk in held
            ],
            "track": self._named(lambda slot: [slot.track]),
            "format": self._named(lambda slot: [slot.format]),
            "language": sorted(languages, key=lambda option: option.label.casefold()),
            "room": self._named(lambda slot: [slot.room]),
            "group": self._named(lambda slot: slot.groups),
        }

    def _named(self, of: Callable[[ListedSlot], Iterable[Named | None]]) -> list[Option]:
        found = {one for slot in self._slots for one in of(slot) if one}
        ordered = sorted(found, key=lambda one: (one.position, one.name.casefold(), one.pk))
        return [Option(str(one.pk), one.name, one.language) for one in ordered]

    @property
    def choices(self) -> list[Choice]:
        """All ways in which there is something to choose; one of one is none."""
        return [
            Choice(
                name,
                label,
                everything,
                [
                    option._replace(is_chosen=self.chosen.get(name) == option.value)
                    for option in self._values[name]
                ],
            )
            for name, (label, everything) in WAYS.items()
            if len(self._values[name]) > 1 or name in self.chosen
        ]

    def keeps(self, slot: ListedSlot) -> bool:
        """Whether all that was chosen is true of a session. One in all rooms is in each of them."""
        has: dict[str, list[str]] = {
            "day": [self._dates.get(slot.day_id, "")],
            "track": _key(slot.track),
            "format": _key(slot.format),
            "language": [*slot.spoken, *slot.interpreted],
            "room": _key(slot.room) if slot.room else [self.chosen.get("room", "")],
            "group": [str(group.pk) for group in slot.groups],
        }
        return not slot.is_break and all(value in has[name] for name, value in self.chosen.items())


def _key(named: Named | None) -> list[str]:
    return [str(named.pk)] if named else []


WAYS = {
    "day": (_("Day"), _("All days")),
    "track": (_("Track"), _("All tracks")),
    "format": (_("Format"), _("All formats")),
    "language": (_("Language, spoken or interpreted"), _("All languages")),
    "room": (_("Room"), _("All rooms")),
    "group": (_("Somebody speaks for"), _("All groups")),
}
