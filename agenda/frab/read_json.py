"""Finding the words in a schedule.json, version 1 or 2."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from agenda.frab.raw import Raw, RawDay, Words
from forum.errors import Refusal


def read_json(data: bytes) -> Raw:
    """Read a file. Raises Refusal when it is no JSON or no schedule; a part of another shape than expected is empty."""
    try:
        whole = json.loads(data)
    except json.JSONDecodeError as error:
        raise Refusal(
            _("This file is no whole JSON: line %(line)s, column %(column)s cannot be read.")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    except (ValueError, RecursionError) as error:
        raise Refusal(_("This file is in an encoding that cannot be read. Save it as UTF-8.")) from error
    schedule = _object(_object(whole).get("schedule"))
    conference = _object(schedule.get("conference"))
    if not conference:
        raise Refusal(_("This is JSON, but no schedule: it has no “schedule” with a “conference” in it."))
    version_1 = [_day(day) for day in _objects(conference.get("days"))]
    events = [_event(event) for event in _objects(schedule.get("events"))]
    version_2 = [RawDay(words={}, events=events)] if events else []
    every = [event for day in (*version_1, *version_2) for event in day.events]
    return Raw(
        conference={**conference, "version": schedule.get("version")},
        tracks=_objects(conference.get("tracks")),
        rooms=_objects(conference.get("rooms")),
        days=[*version_1, *version_2],
        links=sum(len(_list(event.get(name))) for event in every for name in ("links", "attachments")),
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _day(day: Words) -> RawDay:
    found = RawDay(
        words={"date": day.get("date"), "start": day.get("day_start") or day.get("start")}
        | {"end": day.get("day_end") or day.get("end")}
    )
    for room, events in _object(day.get("rooms")).items():
        found.rooms.append({"name": room})
        found.events += [_event(event, room) for event in _objects(events)]
    return found


def _event(event: Words, room: str = "") -> Words:
    # In version 2 a break is an event of another type, room and track are objects, and texts may have languages.
    own = event.get("room")
    track = event.get("track")
    persons = _list(event.get("persons")) or _list(event.get("participants"))
    return {
        **event,
        **{name: _any_language(event.get(name)) for name in ("title", "subtitle", "abstract", "description")},
        "room": room or (own.get("name") if isinstance(own, dict) else own),
        "room_guid": _object(own).get("guid"),
        "track": (track.get("name") or track.get("slug")) if isinstance(track, dict) else track,
        "date": event.get("date") or event.get("start"),
        "persons": [_person(one) for one in persons if isinstance(one, (dict, str))],
    }


def _person(person: Words | str) -> Words:
    words = {"name": person} if isinstance(person, str) else person
    return {**words, "name": words.get("name") or words.get("public_name")}


def _any_language(text: Any) -> Any:
    return next(iter(text.values()), "") if isinstance(text, dict) else text
