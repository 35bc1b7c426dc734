"""The nouns of this storey."""

from agenda.models.agenda import Agenda
from agenda.models.appearance import Appearance
from agenda.models.bookmark import Bookmark, PersonalAgenda
from agenda.models.changes import Change, Changes, Kind
from agenda.models.day import Day
from agenda.models.listed_slot import ListedSlot
from agenda.models.release import Release, ReleasedAppearance, ReleasedSlot
from agenda.models.room import Room
from agenda.models.session import Session
from agenda.models.shown_session import ShownSession
from agenda.models.slot import Slot
from agenda.models.track import Format, Track

__all__ = [
    "Agenda",
    "Appearance",
    "Bookmark",
    "Change",
    "Changes",
    "Day",
    "Format",
    "Kind",
    "ListedSlot",
    "PersonalAgenda",
    "Release",
    "ReleasedAppearance",
    "ReleasedSlot",
    "Room",
    "Session",
    "ShownSession",
    "Slot",
    "Track",
]
