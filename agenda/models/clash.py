"""What cannot be at the same time, or not then: one truth for the timetable, the forms and what is imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agenda.models.session import Session
from speakers.models import Availability, Speaker

if TYPE_CHECKING:
    from agenda.models.slot import Slot
    from forum.models import Edition

SpeakersOf = Callable[[Session], Iterable[Speaker]]
LONGEST = 80  # letters of a title in a sentence


class ClashKind(models.TextChoices):
    """Why two things, or one thing and its time, do not go together."""

    ROOM = "room", gettext_lazy("Room taken twice")
    SPEAKER = "speaker", gettext_lazy("Speaker in two places")
    DAY = "day", gettext_lazy("Outside the day")
    AVAILABILITY = "availability", gettext_lazy("Speaker not available")
    TRACK = "track", gettext_lazy("One track at the same time")


@dataclass(frozen=True)
class Clash:
    """Two slots that do not go together, in order of time; or one that does not go with its time (`other` is None).

    `about` is what they share or miss: a room, speaker or track; None for all rooms. Cancelled sessions clash with
    nothing: their room is free.
    """

    kind: ClashKind
    one: Slot
    other: Slot | None = None
    about: Any = None

    # --- of an edition ---

    @classmethod
    def all_in(cls, edition: Edition) -> list[Clash]:
        """All clashes of an edition's draft, in order of kind and time. Four queries at most."""
        return cls.sorted(cls.among(_slots().for_clashes(edition)))

    @classmethod
    def of(cls, slot: Slot) -> list[Clash]:
        """Those of one slot as it is now, saved or not, with what is saved."""
        others = _slots().for_clashes(slot.day.edition).sharing_time(slot.starts_at, slot.ends_at)
        beside = [other for other in others if other.pk != slot.pk]
        return cls.sorted(clash for clash in cls.among([slot, *beside]) if clash.concerns(slot))

    @staticmethod
    def sorted(clashes: Iterable[Clash]) -> list[Clash]:
        """In order of kind and time."""
        return sorted(clashes, key=lambda clash: (_ORDER[clash.kind], clash.one.starts_at, str(clash)))

    # --- the rules ---

    @classmethod
    def among(cls, slots: Iterable[Slot]) -> Iterator[Clash]:
        """All clashes among `slots`, by every rule."""
        held = _held(slots)
        return chain(
            cls.of_rooms(held),
            cls.of_speakers(held, _speakers_of),
            cls.of_tracks(held),
            cls.of_times(held, _speakers_of),
        )

    @classmethod
    def of_rooms(cls, slots: Iterable[Slot]) -> Iterator[Clash]:
        """Rooms that are taken twice. A slot without a room is in all of them; two such are said once."""
        in_room: dict[Any, list[Slot]] = defaultdict(list)
        everywhere: list[Slot] = []
        for slot in _held(slots):
            (in_room[_key(slot.room)] if slot.room else everywhere).append(slot)
        for one, other in _overlapping(everywhere):
            yield cls(ClashKind.ROOM, one, other)
        for some in in_room.values():
            for one, other in _overlapping(some, everywhere):
                yield cls(ClashKind.ROOM, one, other, one.room or other.room)

    @classmethod
    def of_speakers(cls, slots: Iterable[Slot], speakers_of: SpeakersOf) -> Iterator[Clash]:
        """People who would speak in two places, whom `speakers_of` tells of a session."""
        with_speaker: dict[Any, tuple[Speaker, list[Slot]]] = {}
        for slot in _held(slots):
            for speaker in speakers_of(slot.session) if slot.session else ():
                with_speaker.setdefault(_key(speaker), (speaker, []))[1].append(slot)
        for speaker, some in with_speaker.values():
            for one, other in _overlapping(some):
                yield cls(ClashKind.SPEAKER, one, other, speaker)

    @classmethod
    def of_tracks(cls, slots: Iterable[Slot]) -> Iterator[Clash]:
        """Sessions of one track at the same time: who follows it could see but one of them."""
        in_track: dict[Any, list[Slot]] = defaultdict(list)
        for slot in _held(slots):
            if slot.session and slot.session.track:
                in_track[_key(slot.session.track)].append(slot)
        for some in in_track.values():
            for one, other in _overlapping(some):
                assert one.session
                yield cls(ClashKind.TRACK, one, other, one.session.track)

    @classmethod
    def of_times(cls, slots: Iterable[Slot], speakers_of: SpeakersOf) -> Iterator[Clash]:
        """What lies outside its day, or outside of the time in which a speaker can speak."""
        for slot in _held(slots):
            if slot.starts_at < slot.day.starts_at or slot.ends_at > slot.day.ends_at:
                yield cls(ClashKind.DAY, slot, about=slot.day)
            for speaker in speakers_of(slot.session) if slot.session else ():
                if Availability.away(speaker.availabilities.all(), slot.starts_at, slot.ends_at):
                    yield cls(ClashKind.AVAILABILITY, slot, about=speaker)

    # --- one of them ---

    def concerns(self, slot: Slot) -> bool:
        """Whether it is one of this slot."""
        return self.one is slot or self.other is slot

    @property
    def slots(self) -> list[Slot]:
        """The one or two that it is of."""
        return [self.one, self.other] if self.other else [self.one]

    @property
    def reason(self) -> str:
        """Why it stands all the same, as somebody wrote at one of the two; empty when nobody did."""
        return next((slot.reason for slot in self.slots if slot.reason), "")

    @property
    def same(self) -> tuple[Any, ...]:
        """What tells whether it is the same clash, at another time."""
        return self.kind, frozenset(_key(slot) for slot in self.slots), _key(self.about)

    def __str__(self) -> str:
        words = {"first": _title(self.one), "second": _title(self.other), "about": str(self.about)}
        if self.kind == ClashKind.ROOM and self.about is None:
            return _("“%(first)s” and “%(second)s” take all rooms at the same time.") % words
        if self.kind == ClashKind.DAY:
            hours = (timezone.localtime(moment) for moment in (self.about.starts_at, self.about.ends_at))
            words["about"] = date_format(self.about.date, "D j M")
            words["hours"] = "–".join(f"{moment:%H:%M}" for moment in hours)
            return _("“%(first)s” is outside the day: %(about)s is open at %(hours)s.") % words
        if self.kind == ClashKind.AVAILABILITY:
            words["hours"] = ", ".join(str(one) for one in self.about.availabilities.all())
            return _("%(about)s speaks in “%(first)s” then, and can speak only %(hours)s.") % words
        return _SENTENCES[self.kind] % words


_ORDER = {kind: place for place, kind in enumerate(ClashKind)}
_SENTENCES = {
    ClashKind.ROOM: gettext_lazy(
        "Room “%(about)s” is taken twice at the same time: “%(first)s” and “%(second)s”."
    ),
    ClashKind.SPEAKER: gettext_lazy(
        "%(about)s speaks twice at the same time: in “%(first)s” and “%(second)s”."
    ),
    ClashKind.TRACK: gettext_lazy(
        "“%(first)s” and “%(second)s” are both of the track “%(about)s”, at the same time."
    ),
}


def _slots() -> Any:
    # Asked for by name: the slot's own module takes its rules from here.
    return apps.get_model("agenda", "Slot")._default_manager


def _held(slots: Iterable[Slot]) -> list[Slot]:
    return [slot for slot in slots if not (slot.session and slot.session.status == Session.Status.CANCELLED)]


def _speakers_of(session: Session) -> list[Speaker]:
    return [one.speaker for one in session.appearances.all()] if session.pk else []


def _title(slot: Slot | None) -> str:
    return str(slot.session or slot.title)[:LONGEST] if slot else ""


def _key(record: Any) -> tuple[str, Any]:
    """What tells records apart, also those that are not saved yet."""
    return (type(record).__name__, getattr(record, "pk", None) or id(record))


def _overlapping(slots: Iterable[Slot], everywhere: Iterable[Slot] = ()) -> Iterator[tuple[Slot, Slot]]:
    """Each two that share time, the first one first. Two of `everywhere` are not compared.

    What has ended is taken off at once, so that each step gives a pair: the time it takes is that of its answer.
    """
    number = count()
    running: tuple[list[Any], list[Any]] = ([], [])
    marked = [*((slot, 0) for slot in slots), *((slot, 1) for slot in everywhere)]
    for slot, kind in sorted(marked, key=lambda one: (one[0].starts_at, one[0].ends_at)):
        for those in running:
            while those and those[0][0] <= slot.starts_at:
                heappop(those)
        for rivals in running if kind == 0 else running[:1]:
            for _end, _number, before in rivals:
                yield before, slot
        heappush(running[kind], (slot.ends_at, next(number), slot))
