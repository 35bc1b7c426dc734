"""Writing a programme as schedule.xml. Source: schedule.xml.xsd of voc/schedule."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from agenda.frab.identity import written_slug
from agenda.frab.programme import Day, Event, Programme
from agenda.frab.released import room_name
from agenda.frab.times import lasting, written

TIMESLOT = "00:05"


def write_xml(programme: Programme) -> bytes:
    """The programme as a file that the published definition takes."""
    schedule = Element("schedule")
    SubElement(schedule, "generator", name="Plenary")
    _text(schedule, "url", programme.url)
    _text(schedule, "version", programme.version)
    _conference(SubElement(schedule, "conference"), programme)
    for index, day in enumerate(programme.days, start=1):
        _day(schedule, programme, day, index)
    ElementTree.indent(schedule)
    return ElementTree.tostring(schedule, encoding="utf-8", xml_declaration=True) + b"\n"


def _text(parent: Element, name: str, text: object) -> None:
    SubElement(parent, name).text = str(text)


def _conference(conference: Element, programme: Programme) -> None:
    for name, text in (
        ("acronym", programme.acronym),
        ("title", programme.title),
        ("start", programme.starts_on),
        ("end", programme.ends_on),
        ("days", len(programme.days)),
        ("timeslot_duration", TIMESLOT),
        ("base_url", programme.base_url),
        ("time_zone_name", programme.zone_name),
    ):
        _text(conference, name, text)
    for track in programme.tracks:
        SubElement(conference, "track", name=track.name, color=track.colour)


def _day(schedule: Element, programme: Programme, day: Day, index: int) -> None:
    assert day.starts_at is not None
    assert day.ends_at is not None
    element = SubElement(
        schedule,
        "day",
        index=str(index),
        date=str(day.date),
        start=day.starts_at.isoformat(),
        end=day.ends_at.isoformat(),
    )
    # All rooms on each day, so that their order is told.
    for room in programme.rooms:
        inner = SubElement(element, "room", name=room_name(room.name))
        if room.guid:
            inner.set("guid", str(room.guid))
        for event in programme.at(day, room):
            _event(inner, programme, event)


def _event(room: Element, programme: Programme, event: Event) -> None:
    assert event.starts_at is not None
    assert event.ends_at is not None
    element = SubElement(room, "event", guid=str(event.guid), id=str(event.number))
    for name, text in (
        ("date", event.starts_at.isoformat()),
        ("start", f"{event.starts_at:%H:%M}"),
        ("duration", written(lasting(event.starts_at, event.ends_at))),
        ("room", room_name(event.room)),
        ("slug", written_slug(event.slug, programme.acronym, event.number)),
        ("url", event.url),
        ("title", event.title),
        ("subtitle", ""),
        ("track", event.track),
        ("type", event.kind),
        ("language", event.language),
        ("abstract", event.abstract),
        ("description", ""),
    ):
        _text(element, name, text)
    persons = SubElement(element, "persons")
    for person in event.persons:
        inner = SubElement(persons, "person", id=str(person.number), guid=str(person.guid))
        inner.text = person.name
