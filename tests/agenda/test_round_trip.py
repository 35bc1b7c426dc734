"""What is exported, imported into an empty edition and exported again is the same; real programmes come in whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from django.test import Client

from agenda.models import Session, Slot
from forum.models import Edition
from speakers.models import Speaker
from tests import make
from tests.agenda.schedules import bring, of_sessions

pytestmark = pytest.mark.django_db
PROGRAMMES = {
    "31c3-2014.frab.xml": (date(2014, 12, 27), 4, "Europe/Berlin"),
    "fosdem-2017.pentabarf.xml": (date(2017, 2, 4), 2, "Europe/Brussels"),
}


@pytest.fixture(autouse=True)
def _another_edition_is_the_current_one(db: None) -> None:
    make.edition()


def two_editions(starts_on: date, days: int, **fields: Any) -> tuple[Edition, Edition]:
    """Two of the same name and dates; only their slugs, of the same length, tell them apart."""
    return tuple(  # type: ignore[return-value]
        make.edition(starts_on=starts_on, days=days, slug=slug, published_at="2014-01-01T00:00:00Z", **fields)
        for slug in ("2011-x", "2012-x")  # no guid holds an x
    )


def exported(edition: Edition, ending: str) -> bytes:
    answer = Client().get(f"/{edition.slug}/agenda.{ending}")
    assert answer.status_code == 200
    return bytes(answer.content)


def but_for_the_slug(feed: bytes, edition: Edition) -> bytes:
    """The same with the edition's slug blotted out. It stands in its own addresses and acronym, and in no text here."""
    for own in (edition.slug, edition.slug.replace("-", "_")):
        feed = feed.replace(own.encode(), b"######")
    return feed


@pytest.mark.parametrize("ending", ["xml", "json"])
@pytest.mark.embedded
def test_export_import_export_is_identical(ending: str) -> None:
    first, second = two_editions(date(2019, 3, 5), 3)
    rooms = [
        make.room(first, name=name, position=at, capacity=50 + at)
        for at, name in enumerate(("Teak", "Lotus"))
    ]
    tracks = [make.track(first, name=f"Track {letter}", position=9 - at) for at, letter in enumerate("ABC")]
    people = [
        make.speaker(first, name=name, listed=name != "Aye Aye")
        for name in ("Mei Lin", "Ana Ruiz", "Aye Aye")
    ]
    kind = make.format(first, name="Panel")
    for number in range(1, 7):
        session = make.session(
            first,
            title={"en": f"Title {number} & <more>", "th": "ค่าจ้าง"},
            slug=f"title-{number}",
            abstract=f"Text {number} with \\<p> and *marks*.\r\n\r\n- a list",
            track=tracks[number % 3],
            format=kind if number % 2 else None,
            spoken_languages=["en", "th"][: number % 3],
            speakers=people[:: 1 if number % 2 else -1],
        )
        make.slot(
            session, day=1 + number % 3, at=f"{9 + number}:05", minutes=25 + number, room=rooms[number % 2]
        )
    make.slot(make.session(first, title="For all"), room=None, day=2, at="09:00")
    late = make.slot(make.session(first, title="At night"), room=rooms[0], day=3, at="17:00")
    late.ends_at = late.day.ends_at = make.moment(first, 4, "01:30")
    late.save()
    late.day.save()
    make.release(first)
    before = exported(first, ending)

    bring(second, before, speakers_agreed=True)
    make.release(second)
    after = exported(second, ending)

    assert but_for_the_slug(after, second) == but_for_the_slug(before, first)
    assert before.count(b"Title ") == 6
    assert Session.objects.filter(edition=second).count() == 8
    assert bring(second, after, speakers_agreed=True).is_idle


def test_importing_its_own_export_changes_nothing() -> None:
    first, _second = two_editions(date(2019, 3, 5), 3, languages=["en", "th"])
    hidden = make.speaker(first, name="Aye Aye", listed=False)
    session = make.session(
        first, spoken_languages=["th", "en"], speakers=[make.speaker(first), hidden, make.speaker(first)]
    )
    make.slot(session)
    make.release(first)

    plan = bring(first, exported(first, "xml"))

    assert plan.is_idle


@pytest.mark.parametrize(("name", "ending"), list(zip(PROGRAMMES, ("xml", "json"), strict=True)))
def test_a_real_programme_comes_in_whole_and_goes_out_the_same(
    shared_data: Path, name: str, ending: str
) -> None:
    starts_on, days, zone = PROGRAMMES[name]
    data = (shared_data / "programmes" / name).read_bytes()
    first, second = two_editions(starts_on, days, time_zone=zone)
    file = ElementTree.fromstring(data)
    events = file.findall("day/room/event")

    plan = bring(first, data, speakers_agreed=True)
    make.release(first)

    assert of_sessions(plan) == (len(events), 0, 0)
    assert first.sessions.count() == first.sessions.filter(status="confirmed").count() == len(events)
    assert first.speakers.count() == len({one.get("id") for one in file.iter("person")})
    assert first.rooms.count() == len({room.get("name") for room in file.findall("day/room")})
    assert [day.date.isoformat() for day in first.days.all()] == [
        day.get("date") for day in file.findall("day")
    ]
    assert bring(first, data, speakers_agreed=True).is_idle
    before = exported(first, ending)
    bring(second, before, speakers_agreed=True)
    make.release(second)
    assert but_for_the_slug(exported(second, ending), second) == but_for_the_slug(before, first)


def test_a_real_programme_keeps_its_clock_times_and_its_nights(shared_data: Path) -> None:
    starts_on, days, zone = PROGRAMMES["31c3-2014.frab.xml"]
    data = (shared_data / "programmes/31c3-2014.frab.xml").read_bytes()
    edition = make.edition(starts_on=starts_on, days=days, time_zone=zone)

    bring(edition, data)

    slots = {
        str(slot.session.guid): slot
        for slot in Slot.objects.of_edition(edition).select_related("session", "day")
    }
    at_night = 0
    for day in ElementTree.fromstring(data).findall("day"):
        for event in day.iter("event"):
            session = Session.objects.get(edition=edition, number=event.get("id"))
            slot = slots[str(session.guid)]
            assert f"{slot.starts_at.astimezone(edition.zone):%H:%M}" == event.findtext("start")
            assert str(slot.day.date) == day.get("date")
            assert slot.day.starts_at <= slot.starts_at < slot.ends_at <= slot.day.ends_at
            at_night += event.findtext("start", "") < "05:00"
    assert at_night == 4
    assert Speaker.objects.public().count() == 0
