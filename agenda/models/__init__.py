"""The nouns of this storey."""

from agenda.models.agenda import Agenda, ListedSlot
from agenda.models.appearance import Appearance
from agenda.models.changes import Change, Changes, Kind
from agenda.models.clash import Clash, ClashKind
from agenda.models.day import Day
from agenda.models.deed import Step
from agenda.models.held import hold, noted
from agenda.models.move import Move
from agenda.models.rearrangement import Clashing, Done, Overtaken, Rearrangement
from agenda.models.release import Release, ReleasedAppearance, ReleasedSlot
from agenda.models.room import Room
from agenda.models.session import Session
from agenda.models.shown_session import ShownSession
from agenda.models.slot import Slot
from agenda.models.stretch import Stretch
from agenda.models.track import Format, Track

__all__ = [
    "Agenda",
    "Appearance",
    "Change",
    "Changes",
    "Clash",
    "ClashKind",
    "Clashing",
    "Day",
    "Done",
    "Format",
    "Kind",
    "ListedSlot",
    "Move",
    "Overtaken",
    "Rearrangement",
    "Release",
    "ReleasedAppearance",
    "ReleasedSlot",
    "Room",
    "Session",
    "ShownSession",
    "Slot",
    "Step",
    "Stretch",
    "Track",
    "hold",
    "noted",
]
