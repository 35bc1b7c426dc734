"""Finding the words in a schedule.xml, of frab or of Pentabarf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _

from agenda.frab.raw import Raw, RawDay, Words
from forum.errors import Refusal

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_xml(data: bytes) -> Raw:
    """Read a file. Raises Refusal when it is no XML or no schedule, or has entities in it."""
    try:
        root: Element = fromstring(data)
    except DefusedXmlException as error:
        raise Refusal(
            _("This file defines entities, which no programme needs and which can do harm. It was not read.")
        ) from error
    except ParseError as error:
        row, column = error.position
        raise Refusal(
            _("This file is no whole XML: line %(line)s, column %(column)s cannot be read.")
            % {"line": row, "column": column + 1}
        ) from error
    except (LookupError, ValueError) as error:
        raise Refusal(_("This file is in an encoding that cannot be read. Save it as UTF-8.")) from error
    schedule = root if root.tag == "schedule" else root.find(".//schedule")
    if schedule is None:
        raise Refusal(_("This is XML, but no schedule: it has no element <schedule>."))
    conference = schedule.find("conference")
    return Raw(
        conference=_words(conference),
        tracks=[
            {"name": one.get("name") or one.text, **one.attrib}
            for one in schedule.iterfind("conference/track")
        ],
        days=[_day(day) for day in schedule.iterfind("day")],
        links=sum(
            1
            for where in ("links/link", "attachments/attachment")
            for _one in schedule.iterfind(f".//{where}")
        ),
    )


def _words(element: Element | None) -> Words:
    return {} if element is None else {**element.attrib, **{child.tag: child.text for child in element}}


def _day(day: Element) -> RawDay:
    found = RawDay(words=dict(day.attrib))
    for room in day.iterfind("room"):
        found.rooms.append(dict(room.attrib))
        found.events += [_event(event, room.get("name", "")) for event in room.iterfind("event")]
    return found


def _event(event: Element, room: str) -> Words:
    # The room around the event is where it is; the one within says the same, or nothing.
    persons = [{**person.attrib, "name": person.text} for person in event.iterfind("persons/person")]
    words = _words(event)
    return {**words, "room": room or words.get("room"), "persons": persons}
