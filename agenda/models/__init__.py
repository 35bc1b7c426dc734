"""The nouns of this storey."""

from agenda.models.agenda import Agenda
from agenda.models.appearance import Appearance
from agenda.models.audience import Audience
from agenda.models.bookmark import Bookmark, PersonalAgenda
from agenda.models.changes import Change, Changes
from agenda.models.clash import Clash, ClashKind
from agenda.models.comparison import Kind
from agenda.models.day import Day
from agenda.models.deed import Step
from agenda.models.held import hold, noted
from agenda.models.history import History
from agenda.models.listed_slot import ListedSlot
from agenda.models.move import Move
from agenda.models.news import OwnNews
from agenda.models.reader import News, Reader
from agenda.models.rearrangement import Clashing, Done, Overtaken, Rearrangement
from agenda.models.release import Release
from agenda.models.released import ReleasedAppearance, ReleasedSlot
from agenda.models.room import Room
from agenda.models.session import Session
from agenda.models.shown_session import ShownSession
from agenda.models.slot import Slot
from agenda.models.state import State
from agenda.models.stretch import Stretch
from agenda.models.track import Format, Track

__all__ = [
    "Agenda",
    "Appearance",
    "Audience",
    "Bookmark",
    "Change",
    "Changes",
    "Clash",
    "ClashKind",
    "Clashing",
    "Day",
    "Done",
    "Format",
    "History",
    "Kind",
    "ListedSlot",
    "Move",
    "News",
    "Overtaken",
    "OwnNews",
    "PersonalAgenda",
    "Reader",
    "Rearrangement",
    "Release",
    "ReleasedAppearance",
    "ReleasedSlot",
    "Room",
    "Session",
    "ShownSession",
    "Slot",
    "State",
    "Step",
    "Stretch",
    "Track",
    "hold",
    "noted",
]
