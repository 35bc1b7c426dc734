"""A day of the timetable that organizers work on: rooms across, time down, and what has no time yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Max, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.template.loader import get_template

from agenda.admin.timetable_cell import Cell, Cells, key_of, minutes_into
from agenda.models import Clash, Day, Done, Move, Room, Session, Slot
from agenda.models.slot import who_speaks
from forum.models import Edition, PublicChange


def state_of(edition: Edition) -> tuple[int, int]:
    """The number of the last move, and the version of all else that the page shows: titles, rooms, tracks, speakers.
    One query."""
    moved = Move.objects.filter(edition=edition).order_by().values("edition").annotate(last=Max("number"))
    changes = PublicChange.objects.order_by().annotate(one=Value(1)).values("one").annotate(sum=Sum("mark"))
    row = Edition.objects.filter(pk=edition.pk).values_list(
        Coalesce(Subquery(moved.values("last")), 0), Coalesce(Subquery(changes.values("sum")), 0)
    )
    number, public = row.get()
    return int(number), int(public)


@dataclass(frozen=True)
class Column:
    """A room with what is in it, in order of time; None: all rooms."""

    room: Room | None
    cells: list[Cell]


class Board:
    """The page's data for one day, and the clashes of all days."""

    def __init__(self, edition: Edition, day: Day, wanted: str = "") -> None:
        self.edition, self.day, self.wanted = edition, day, wanted
        self.number, self.public = state_of(edition)
        slots = list(Slot.objects.for_clashes(edition))
        self.clashes = Clash.sorted(Clash.among(slots))
        self._cells = Cells(edition, day, self.clashes)
        self._slots = [slot for slot in slots if slot.day_id == day.pk]

    @cached_property
    def cells(self) -> list[Cell]:
        """All of the day, in order of time."""
        return [self._cells.of(slot) for slot in self._slots]

    @cached_property
    def everywhere(self) -> list[Cell]:
        """What is in all rooms."""
        return [cell for cell in self.cells if cell.slot and cell.slot.room_id is None]

    @cached_property
    def columns(self) -> list[Column]:
        """The rooms, also those in which nothing happens yet."""
        return [
            Column(room, [cell for cell in self.cells if cell.slot and cell.slot.room_id == room.pk])
            for room in self.edition.rooms.all()
        ]

    @cached_property
    def listed(self) -> list[Cell]:
        """Sessions without a time; those that are found by what is looked for."""
        sessions = self.edition.sessions.without_time().exclude(status=Session.Status.CANCELLED)
        sessions = sessions.about(self.wanted).order_by("track__position", "pk")
        sessions = sessions.select_related("track", "format").prefetch_related(who_speaks("appearances"))
        versions = Move.objects.versions(self.edition)
        return [self._cells.of_session(session, versions.get(session.pk, 0)) for session in sessions]

    @property
    def day_from(self) -> int:
        """When the day opens, in minutes after midnight."""
        return minutes_into(self.day.date, self.day.starts_at)

    @property
    def day_until(self) -> int:
        """When it closes."""
        return minutes_into(self.day.date, self.day.ends_at)

    @property
    def opens(self) -> int:
        """Where the grid begins: a full hour, in minutes after midnight."""
        return min([self.day_from, *(cell.starts for cell in self.cells)]) // 60 * 60

    @property
    def closes(self) -> int:
        """Where it ends: a full hour."""
        return -(-max([self.day_until, *(cell.starts + cell.minutes for cell in self.cells)]) // 60) * 60

    @property
    def open_clashes(self) -> list[Clash]:
        """Clashes of all days without a reason."""
        return [clash for clash in self.clashes if not clash.reason]

    @property
    def given_clashes(self) -> list[Clash]:
        """Clashes of all days that somebody has given a reason for."""
        return [clash for clash in self.clashes if clash.reason]


def changed_cells(edition: Edition, day: Day | None, done: Done) -> dict[str, str | None]:
    """The HTML of each cell that a deed has changed, by its key; None for what has no place on any page any more."""
    cells = Cells(edition, day, Clash.among(done.around))
    here = {slot.pk: slot for slot in done.around}
    drawn: dict[str, str | None] = {}
    for pk in done.touched:
        if pk in here:
            cell = cells.of(here[pk])
            drawn[cell.key] = draw(cell)
    for move in done.moves:
        if move.after is None:
            gone = cells.of_session(move.session, done.number) if move.session else None
            drawn[key_of(move.session) if move.session else f"slot-{move.slot_key}"] = (
                draw(gone) if gone else None
            )
    return drawn


def draw(cell: Cell) -> str:
    """A cell as HTML, as the page has it too."""
    return get_template("admin/agenda/timetable/cell.html").render({"cell": cell})
