"""Writing a programme as schedule.json, version 1. Source: schedule.v1.schema.json of voc/schedule."""

from __future__ import annotations

import json
import re
from typing import Any

from agenda.frab.identity import written_slug
from agenda.frab.programme import Day, Event, Programme, Room
from agenda.frab.released import room_name
from agenda.frab.times import lasting, written
from agenda.frab.write_xml import TIMESLOT

SCHEMA = "https://c3voc.de/schedule/schema.json"
_ZONE = re.compile(
    r"([A-Z][a-z]+/[A-Z][a-z]+)|UTC$"
)  # of the names of time zones, the definition takes these


def write_json(programme: Programme) -> bytes:
    """The programme as a file that the published definition takes."""
    whole = {
        "$schema": SCHEMA,
        "generator": {"name": "Plenary"},
        "schedule": {
            "url": programme.url,
            "version": programme.version,
            "base_url": programme.base_url,
            "conference": _conference(programme),
        },
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def _conference(programme: Programme) -> dict[str, Any]:
    zone = {"time_zone_name": programme.zone_name} if _ZONE.match(programme.zone_name) else {}
    return {
        "acronym": programme.acronym,
        "title": programme.title,
        "start": str(programme.starts_on),
        "end": str(programme.ends_on),
        "daysCount": len(programme.days),
        "timeslot_duration": TIMESLOT,
        **zone,
        "tracks": [{"name": track.name, "color": track.colour} for track in programme.tracks],
        "rooms": [_room(room) for room in programme.rooms if room.guid],
        "days": [_day(programme, day, index) for index, day in enumerate(programme.days, start=1)],
    }


def _room(room: Room) -> dict[str, Any]:
    capacity = {"capacity": room.capacity} if room.capacity else {}
    return {"name": room.name, "guid": str(room.guid), **capacity}


def _day(programme: Programme, day: Day, index: int) -> dict[str, Any]:
    assert day.starts_at is not None
    assert day.ends_at is not None
    return {
        "index": index,
        "date": str(day.date),
        "day_start": day.starts_at.isoformat(),
        "day_end": day.ends_at.isoformat(),
        "rooms": {
            room_name(room.name): [_event(programme, event) for event in programme.at(day, room)]
            for room in programme.rooms
        },
    }


def _event(programme: Programme, event: Event) -> dict[str, Any]:
    assert event.starts_at is not None
    assert event.ends_at is not None
    return {
        "guid": str(event.guid),
        "id": event.number,
        "date": event.starts_at.isoformat(),
        "start": f"{event.starts_at:%H:%M}",
        "duration": written(lasting(event.starts_at, event.ends_at)),
        "room": room_name(event.room),
        "slug": written_slug(event.slug, programme.acronym, event.number),
        "url": event.url,
        "title": event.title,
        "subtitle": "",
        "track": event.track,
        "type": event.kind,
        "language": event.language,
        "abstract": event.abstract,
        "description": "",
        "persons": [
            {"name": person.name, "guid": str(person.guid), "id": person.number, "url": person.url}
            for person in event.persons
        ],
        "links": [],
    }
