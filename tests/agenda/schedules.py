"""Small programmes as files, written by hand: everybody and everything in them is invented."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from agenda.imports.plan import Kind, Plan
from agenda.imports.schedule_import import ScheduleImport
from forum.models import Edition
from tests import make

FIRST = date(2027, 3, 9)
GUID = "5f1c4c1e-6f3f-4f0e-9a53-0d7d6c7f0a{}"


def edition(**fields: Any) -> Edition:
    """The edition that the files below are of: 9 to 11 March 2027, in Bangkok."""
    return make.edition(starts_on=FIRST, **fields)


def event(number: int = 1, **words: Any) -> str:
    """One <event>; a word that is None is left out, `inner` is put in as it is."""
    attributes = {"id": str(number), "guid": GUID.format(f"{number:02}"), **words.pop("attributes", {})}
    persons, inner = words.pop("persons", []), words.pop("inner", "")
    told = {
        "date": "2027-03-09T10:00:00+07:00",
        "start": "10:00",
        "duration": "01:00",
        "title": f"Session {number}",
        **words,
    }
    lines = [f"<{name}>{escape(str(text))}</{name}>" for name, text in told.items() if text is not None]
    people = [f"<person id={quoteattr(str(pk))}>{escape(name)}</person>" for pk, name in persons]
    written = " ".join(f"{name}={quoteattr(text)}" for name, text in attributes.items() if text is not None)
    return f"<event {written}>{''.join(lines)}{inner}<persons>{''.join(people)}</persons></event>"


def xml(*events: str, day: str = "2027-03-09", room: str = "Lotus", conference: str = "") -> bytes:
    """A schedule.xml of one day and one room."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><schedule><conference><title>Invented</title><acronym>inv27</acronym>'
        f'{conference}</conference><day index="1" date="{day}"><room name={quoteattr(room)}>{"".join(events)}'
        "</room></day></schedule>"
    ).encode()


def json_1(*events: dict[str, Any], room: str = "Lotus", **conference: Any) -> bytes:
    """A schedule.json, version 1, of one day and one room."""
    day = {"index": 1, "date": "2027-03-09", "rooms": {room: list(events)}}
    whole = {"conference": {"title": "Invented", "acronym": "inv27", "days": [day], **conference}}
    return json.dumps({"schedule": whole}).encode()


def json_event(number: int = 1, **words: Any) -> dict[str, Any]:
    """One event of schedule.json, version 1."""
    return {
        "id": number,
        "guid": GUID.format(f"{number:02}"),
        "date": "2027-03-09T10:00:00+07:00",
        "duration": "01:00",
        "title": f"Session {number}",
        "persons": [],
        **words,
    }


def bring(edition: Edition, data: bytes, **options: Any) -> Plan:
    """Import a file."""
    return ScheduleImport(edition, data, **options).carry_out()


def numbers(plan: Plan) -> dict[str, tuple[int, int, int]]:
    """How many of each kind are new, changed, unchanged."""
    return {share.kind.value: (len(share.new), len(share.changed), share.unchanged) for share in plan.shares}


def of_sessions(plan: Plan) -> tuple[int, int, int]:
    """The same for sessions alone."""
    return numbers(plan)[Kind.SESSIONS]


def told(plan: Plan) -> str:
    """All remarks as one text."""
    return "\n".join(remark.text for remark in plan.remarks)
