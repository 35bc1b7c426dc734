"""Days, rooms, tracks and formats of a file: found in the edition by date or name, or made."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from agenda.frab.identity import is_told_apart, made_guid
from agenda.frab.programme import Event, Programme
from agenda.frab.times import lasting
from agenda.imports.plan import Kind, Piece, Share
from agenda.models import Day, Format, Room, Track
from forum.models import Edition
from forum.translated import Translated


class Frame:
    """What sessions are put into. What is here already keeps its other languages and all that no file tells."""

    def __init__(self, edition: Edition, programme: Programme, language: str) -> None:
        self._edition, self._language = edition, language
        self.day_share = Share(Kind.DAYS, ["starts_at", "ends_at"])
        self.room_share = Share(Kind.ROOMS, ["name", "capacity"])
        self.track_share = Share(Kind.TRACKS, [])
        self.format_share = Share(Kind.FORMATS, [])
        self._rooms = self._found_or_made_rooms(programme)
        self._tracks = self._found_or_made_tracks(programme)
        self._formats = self._found_or_made_formats(programme)
        self._days = self._found_or_made_days(programme)

    @property
    def shares(self) -> list[Share]:
        """In the order in which they can be written."""
        return [self.day_share, self.room_share, self.track_share, self.format_share]

    def day(self, event: Event) -> Day:
        """The day that an event belongs to."""
        assert event.day is not None
        return self._days[event.day]

    def room(self, event: Event) -> Room | None:
        """The room of an event; None for all rooms."""
        return self._rooms.get(event.room or "")

    def track(self, event: Event) -> Track | None:
        """The track of an event, if it has one."""
        return self._tracks.get(event.track)

    def format(self, event: Event) -> Format | None:
        """The format of an event, if the file tells its type."""
        return self._formats.get(event.kind)

    # --- rooms, tracks, formats: by name ---

    def _found_or_made_rooms(self, programme: Programme) -> dict[str, Room]:
        here = list(self._edition.rooms.all())
        by_name, by_guid = _by_name(here), {room.guid: room for room in here}
        position = _next_position(here)
        found: dict[str, Room] = {}
        for one in programme.rooms:
            record = (by_guid.get(one.guid) if one.guid else None) or by_name.get(one.name)
            piece = self._piece(self.room_share, record, Room, one.name, position + len(self.room_share.new))
            if piece.is_new:
                guid = one.guid or made_guid(programme.title, "room", one.name)
                if guid not in by_guid:
                    piece.record.guid = guid
                    by_guid[guid] = piece.record
            elif one.guid == piece.record.guid and not is_told_apart(
                one.name, piece.record.name.get(self._language, "")
            ):
                piece.write("name", one.name, self._language, _("name"))
            if one.capacity:
                piece.set("capacity", one.capacity, _("capacity"))
            found[one.name] = piece.record
        return found

    def _found_or_made_tracks(self, programme: Programme) -> dict[str, Track]:
        here = list(self._edition.tracks.all())
        by_name, position = _by_name(here), _next_position(here)
        found: dict[str, Track] = {}
        for one in programme.tracks:
            piece = self._piece(
                self.track_share, by_name.get(one.name), Track, one.name, position + len(self.track_share.new)
            )
            if piece.is_new and one.colour:
                piece.record.colour = one.colour
            found[one.name] = piece.record
        return found

    def _found_or_made_formats(self, programme: Programme) -> dict[str, Format]:
        here = list(self._edition.formats.all())
        by_name, position = _by_name(here), _next_position(here)
        found: dict[str, Format] = {}
        for name in dict.fromkeys(event.kind for event in programme.events if event.kind):
            piece = self._piece(
                self.format_share, by_name.get(name), Format, name, position + len(self.format_share.new)
            )
            if piece.is_new:
                piece.record.minutes = _usual_minutes(programme, name)
            found[name] = piece.record
        return found

    def _piece(self, share: Share, record: Any, model: Any, name: str, position: int) -> Piece:
        if record is not None:
            return share.add(record, is_new=False)
        made = model(edition=self._edition, name=Translated({self._language: name}), position=position)
        return share.add(made, is_new=True)

    # --- days: by date ---

    def _found_or_made_days(self, programme: Programme) -> dict[date, Day]:
        here = {day.date: day for day in self._edition.days.all()}
        return {one.date: self._day(one, here.get(one.date), programme) for one in programme.days}

    def _day(self, one: Any, record: Day | None, programme: Programme) -> Day:
        """A day that is here is only ever made longer, until all of its events are within."""
        events = [event for event in programme.events if event.day == one.date]
        starts = [event.starts_at.astimezone(UTC) for event in events if event.starts_at]
        ends = [event.ends_at.astimezone(UTC) for event in events if event.ends_at]
        if record is not None:
            piece = self.day_share.add(record, is_new=False)
            piece.set("starts_at", min([record.starts_at, *starts]), _("start"))
            piece.set("ends_at", max([record.ends_at, *ends]), _("end"))
            return record
        starts, ends = [*starts, *filter(None, [one.starts_at])], [*ends, *filter(None, [one.ends_at])]
        record = Day(
            edition=self._edition,
            date=one.date,
            starts_at=min(starts) if starts else self._at(one.date, 9),
            ends_at=max(ends) if ends else self._at(one.date, 18),
        )
        self.day_share.add(record, is_new=True)
        return record

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self._edition.zone)


def _by_name(records: list[Any]) -> dict[str, Any]:
    """By the name in any language; of two with the same the first."""
    return {name: record for record in reversed(records) for name in record.name.values()}


def _next_position(records: list[Any]) -> int:
    return max((record.position for record in records), default=-1) + 1


def _usual_minutes(programme: Programme, kind: str) -> int:
    lengths = Counter(
        lasting(event.starts_at, event.ends_at)
        for event in programme.events
        if event.kind == kind and event.starts_at and event.ends_at
    )
    usual = max(lengths, key=lambda length: lengths[length], default=timedelta(hours=1))
    return int(usual.total_seconds()) // 60
