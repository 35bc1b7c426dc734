"""The released agenda for calendars and apps: only what is public, and to the letter of each format."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.test import Client
from django.urls import resolve
from icalendar import Calendar, Event
from lxml import etree

from agenda.models import Session, Slot
from forum.actor import Actor
from forum.models import Edition
from tests import make
from tests.agenda.schedules import bring

pytestmark = pytest.mark.django_db
ENDINGS = ("ics", "xml", "json")
BY = Actor.system()


@pytest.fixture
def edition() -> Edition:
    return make.edition()


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def events(client: Client, path: str = "/agenda.ics") -> list[Event]:
    return Calendar.from_ical(read(client, path)).events


def event_of(client: Client, session: Session) -> Event:
    return next(one for one in events(client) if str(one["UID"]).startswith(str(session.guid)))


def fill(edition: Edition, sessions: int) -> None:
    for _ in range(sessions):
        make.slot(
            make.session(
                edition,
                track=make.track(edition),
                format=make.format(edition),
                speakers=[make.speaker(edition), make.speaker(edition)],
            )
        )
    make.release(edition)


# --- what all have in common ---


@pytest.mark.parametrize("path", ["/agenda.ics", "/th/agenda.xml", "/agenda.json"])
def test_a_feed_takes_no_question_that_would_have_it_made_anew(client: Client, path: str) -> None:
    make.edition(languages=["en", "th"])

    answer = client.get(path, {"v": "1"})

    assert (answer.status_code, answer["Location"]) == (302, path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_feed_needs_no_more_queries_for_three_sessions_than_for_one(
    edition: Edition, client: Client, queries: Callable[[], Any], ending: str
) -> None:
    fill(edition, 1)
    with queries() as with_one:
        read(client, f"/agenda.{ending}")
    fill(edition, 2)

    with queries() as with_three:
        read(client, f"/agenda.{ending}")

    assert len(with_three) == len(with_one) <= 8, with_three


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_feed_shows_only_what_is_released_open_and_agreed_to(
    edition: Edition, client: Client, ending: str
) -> None:
    yes, no = make.speaker(edition, name="Mei Lin"), make.speaker(edition, name="Aye Aye", listed=False)
    make.slot(make.session(edition, title="In the hall", speakers=[yes, no]))
    closed = make.session(
        edition, title="Behind doors", access="closed", track=make.track(edition, name="Hidden")
    )
    make.slot(closed, room=make.room(edition, name="Cellar"), at="11:11")
    make.slot(make.session(edition, title="Perhaps", status="draft"), at="12:00")
    make.release(edition)
    make.slot(make.session(edition, title="Too new"), at="14:00")

    feed = read(client, f"/agenda.{ending}")

    assert "In the hall" in feed
    assert "Mei Lin" in feed
    for hidden in (
        "Aye Aye",
        "Behind doors",
        "Cellar",
        "Hidden",
        "Perhaps",
        "Too new",
        str(closed.guid),
        "1111",
    ):
        assert hidden not in feed, hidden


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_closed_or_a_consent_withdrawn_after_the_release_is_gone_at_once(
    edition: Edition, client: Client, ending: str
) -> None:
    speaker = make.speaker(edition, name="Mei Lin")
    session = make.session(edition, title="Behind doors")
    make.slot(make.session(edition, speakers=[speaker]))
    make.slot(session, at="12:00")
    make.release(edition)

    speaker.withdraw("listed")
    session.access = Session.Access.CLOSED
    session.save()

    feed = read(client, f"/agenda.{ending}")
    assert "Mei Lin" not in feed
    assert "Behind doors" not in feed


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_feed_speaks_the_language_of_its_address_and_else_the_main_one(
    client: Client, settings: Any, ending: str
) -> None:
    edition = make.edition(languages=["th", "en"])
    make.slot(make.session(edition, title={"th": "ค่าจ้าง", "en": "Wages"}))
    make.release(edition)
    english = {"HTTP_ACCEPT_LANGUAGE": "en"}

    main = client.get(f"/agenda.{ending}", **english)  # type: ignore[arg-type]

    assert "ค่าจ้าง" in main.content.decode()
    assert main.headers["Content-Language"] == "th"
    assert "Wages" in read(client, f"/en/agenda.{ending}")
    assert "ค่าจ้าง" in read(client, f"/th/agenda.{ending}")


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_earlier_editions_feeds_lie_below_its_slug(edition: Edition, client: Client, ending: str) -> None:
    past = make.edition("past", slug="2017")
    make.slot(make.session(past, title="Long ago"))
    make.slot(make.session(edition, title="Soon"))
    make.release(past)
    make.release(edition)

    for path in (f"/2017/agenda.{ending}", f"/th/2017/agenda.{ending}"):
        assert "Long ago" in read(client, path)
        assert "Soon" not in read(client, path)
    assert "Long ago" not in read(client, f"/agenda.{ending}")


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_feeds_of_a_draft_edition_do_not_exist(client: Client, ending: str) -> None:
    make.edition("draft", slug="2030")

    assert client.get(f"/en/2030/agenda.{ending}").status_code == 404
    assert client.get(f"/en/agenda.{ending}").status_code == 404


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_agenda_that_is_not_released_is_an_empty_feed(
    edition: Edition, client: Client, ending: str
) -> None:
    make.slot(make.session(edition, title="Not yet"))

    assert "Not yet" not in read(client, f"/agenda.{ending}")


@pytest.mark.parametrize(
    "path", ["/agenda.ics", "/th/agenda.xml", "/2017/agenda.json", "/th/2017/agenda.ics"]
)
def test_feeds_are_kept_like_public_pages_and_may_be_read_by_other_sites(client: Client, path: str) -> None:
    make.edition("past", slug="2017")

    answer = client.get(path)

    assert getattr(resolve(path).func, "is_public_page", False)
    assert not answer.cookies
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.post(path).status_code == 405


def test_the_agenda_leads_to_its_feeds_in_the_language_of_the_page(edition: Edition, client: Client) -> None:
    make.slot(make.session(edition))
    make.release(edition)
    day = f"{edition.starts_on}/"

    for path, calendar in (("/en/agenda/", "/agenda.ics"), (f"/th/agenda/{day}", "/th/agenda.ics")):
        page = read(client, path)
        assert f'<link rel="alternate" type="text/calendar" href="http://localhost:8000{calendar}">' in page
        assert f'<a href="{calendar}">' in page


# --- calendars ---


def test_a_session_is_an_event_in_local_time_with_its_time_zone(client: Client) -> None:
    edition = make.edition(time_zone="Europe/Berlin", place="Old Hall", city="Bonn", country="DE")
    session = make.session(
        edition,
        title="Wages, rents; and \\ slashes",
        abstract="What **changes**.\n\nAnd more, " + "long " * 40,
        track=make.track(edition, name="Work, paid"),
        format=make.format(edition, name="Panel"),
        speakers=[make.speaker(edition, name="Mei Lin")],
    )
    make.slot(session, room=make.room(edition, name="Lotus"), at="10:15", minutes=45)
    make.release(edition)

    text = read(client, "/agenda.ics")
    calendar = Calendar.from_ical(text)
    [event] = calendar.events

    assert event.start == make.moment(edition, 1, "10:15")
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Europe/Berlin"]
    assert event.end - event.start == timedelta(minutes=45)
    assert str(event["SUMMARY"]) == "Wages, rents; and \\ slashes"
    assert str(event["DESCRIPTION"]).startswith("What changes. And more, long")
    assert str(event["DESCRIPTION"]).endswith("Who speaks: Mei Lin")
    assert str(event["LOCATION"]) == "Lotus, Old Hall, Bonn"
    assert [str(one) for one in event["CATEGORIES"].cats] == ["Work, paid", "Panel"]
    assert str(event["URL"]) == f"http://localhost:8000/en/sessions/{session.slug}/"
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CONFIRMED", 0)
    assert str(event["UID"]) == f"{session.guid}@localhost"
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_calendar_says_what_it_is_and_when_to_come_again(edition: Edition, client: Client) -> None:
    fill(edition, 1)

    text = read(client, "/th/agenda.ics")
    calendar = Calendar.from_ical(text)

    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) == "Forum on Responsible Sourcing"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
    assert "SOURCE;VALUE=URI:http://localhost:8000/th/agenda.ics" in text
    assert str(calendar["METHOD"]) == "PUBLISH"
    assert str(calendar["URL"]) == "http://localhost:8000/th/agenda/"


def test_a_break_is_no_event(edition: Edition, client: Client) -> None:
    make.slot(edition=edition, title="Lunch", at="12:00")
    fill(edition, 1)

    assert len(events(client)) == 1


def test_the_same_agenda_is_the_same_file(edition: Edition, client: Client) -> None:
    fill(edition, 2)

    assert read(client, "/agenda.ics") == read(client, "/agenda.ics")


def test_a_sequence_grows_when_a_session_is_moved_cancelled_or_taken_up_again_and_only_then(
    edition: Edition, client: Client
) -> None:
    session, other = make.session(edition), make.session(edition)
    slot = make.slot(session)
    make.slot(other, at="15:00")
    sequences, states = [], []

    def released() -> None:
        make.release(edition)
        event = event_of(client, session)
        sequences.append(event["SEQUENCE"])
        states.append(str(event["STATUS"]))

    released()
    released()
    slot.starts_at += timedelta(minutes=15)
    slot.save()
    released()
    session.cancel(by=BY)
    released()
    session.confirm(by=BY)
    released()
    slot.room = make.room(edition)
    slot.save()
    released()

    assert sequences == [0, 0, 1, 2, 3, 4]
    assert states == ["CONFIRMED"] * 3 + ["CANCELLED"] + ["CONFIRMED"] * 2
    assert event_of(client, other)["SEQUENCE"] == 0


def test_a_session_that_was_off_the_agenda_comes_back_with_a_higher_sequence(
    edition: Edition, client: Client
) -> None:
    session = make.session(edition)
    slot = make.slot(session)
    make.slot(make.session(edition), at="15:00")
    make.release(edition)
    slot.starts_at -= timedelta(minutes=15)
    slot.save()
    make.release(edition)
    slot.delete()
    make.release(edition)
    gone = [str(one["UID"]) for one in events(client)]
    make.slot(session)
    make.release(edition)

    assert not any(uid.startswith(str(session.guid)) for uid in gone)
    assert event_of(client, session)["SEQUENCE"] == 2


def test_an_event_is_dated_by_its_last_change_and_not_by_the_release(
    edition: Edition, client: Client
) -> None:
    stays, moves = make.session(edition), make.session(edition)
    make.slot(stays)
    slot = make.slot(moves, at="15:00")
    make.release(edition)
    before = {session: event_of(client, session).stamp for session in (stays, moves)}
    slot.starts_at -= timedelta(minutes=15)
    slot.save()
    Session.objects.update(updated_at=edition.starts_on.replace(year=2020).isoformat() + "T00:00:00+00:00")
    release = make.release(edition)

    assert event_of(client, stays).stamp <= before[stays]
    assert event_of(client, moves).stamp == release.published_at.astimezone(UTC).replace(microsecond=0)
    assert event_of(client, moves)["LAST-MODIFIED"].dt == event_of(client, moves).stamp


def test_one_session_can_be_had_as_a_file_of_its_own(edition: Edition, client: Client) -> None:
    session, closed = make.session(edition), make.session(edition, access="closed")
    make.slot(session)
    make.slot(closed, at="14:00")
    make.slot(make.session(edition), at="16:00")
    make.release(edition)

    [event] = events(client, f"/en/sessions/{session.slug}.ics")

    assert str(event["UID"]).startswith(str(session.guid))
    assert client.get(f"/en/sessions/{closed.slug}.ics").status_code == 404


# --- frab's formats ---


def test_the_xml_tells_day_room_event_and_persons(edition: Edition, client: Client) -> None:
    speaker = make.speaker(edition, name="Mei Lin")
    session = make.session(
        edition,
        title="Wages & more",
        slug="wages",
        abstract="One <b>\n\nTwo",
        track=make.track(edition, name="Work", colour="#112233"),
        speakers=[speaker],
        spoken_languages=["th", "en"],
    )
    make.slot(session, room=make.room(edition, name="Lotus"), at="17:30", minutes=90)
    make.slot(make.session(edition, title="For all"), room=None, at="09:00")
    make.release(edition)

    root = etree.fromstring(read(client, "/agenda.xml").encode())
    [event] = [one for one in root.iter("event") if one.get("guid") == str(session.guid)]

    acronym = edition.slug.replace("-", "_")
    assert root.findtext("conference/acronym") == acronym
    assert root.find("conference/track").attrib == {"name": "Work", "color": "#112233"}
    assert [room.get("name") for room in root.findall("day[1]/room")] == ["All rooms", "Lotus"]
    assert event.getparent().get("name") == event.findtext("room") == "Lotus"
    assert (event.get("id"), event.findtext("slug")) == (
        str(session.number),
        f"{acronym}-{session.number}-wages",
    )
    assert event.findtext("date") == make.moment(edition, 1, "17:30").isoformat()
    assert (event.findtext("start"), event.findtext("duration")) == ("17:30", "01:30")
    assert (event.findtext("title"), event.findtext("abstract")) == ("Wages & more", "One <b>\n\nTwo")
    assert (event.findtext("language"), event.findtext("url")[-7:]) == ("th", "/wages/")
    [person] = event.findall("persons/person")
    assert (person.text, person.get("id"), person.get("guid")) == (
        "Mei Lin",
        str(speaker.number),
        str(speaker.guid),
    )


@pytest.mark.parametrize("ending", ["xml", "json"])
def test_rooms_of_one_name_are_told_apart_and_each_session_stands_in_its_own(
    edition: Edition, client: Client, ending: str
) -> None:
    names = ["Hall", "Hall", "All rooms"]
    rooms = [make.room(edition, name=name, position=at) for at, name in enumerate(names)]
    for number, room in enumerate([*rooms, None], start=1):
        make.slot(make.session(edition, title=f"Title {number}"), room=room, day=number % 3 + 1)
    make.release(edition)

    feed = read(client, f"/agenda.{ending}")
    plan = bring(edition, feed.encode())

    assert [feed.count(f"Title {number}") for number in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert all(name in feed for name in ("Hall (2)", "All rooms (2)"))
    assert plan.is_idle
    assert [str(edition.rooms.get(pk=room.pk).name) for room in rooms] == names


@pytest.mark.parametrize(("ending", "told"), [("xml", "<duration>04:00<"), ("json", '"duration": "04:00"')])
def test_a_duration_counts_the_hour_that_a_clock_shows_twice(client: Client, ending: str, told: str) -> None:
    berlin = make.edition(starts_on=date(2027, 10, 30), time_zone="Europe/Berlin")
    night = {
        "starts_at": datetime(2027, 10, 30, 22, 30, tzinfo=UTC),
        "ends_at": datetime(2027, 10, 31, 2, 30, tzinfo=UTC),
    }
    make.slot(make.session(berlin), **night)
    make.release(berlin)

    assert told in read(client, f"/{berlin.slug}/agenda.{ending}")


def test_slots_of_one_moment_and_place_are_always_in_the_same_order(edition: Edition) -> None:
    slots = [make.slot(edition=edition, title=f"Break {number}") for number in range(5)]
    for slot in reversed(slots):
        slot.save()  # moves it to the end of the table

    assert list(Slot.objects.of_edition(edition)) == slots


@pytest.mark.parametrize("ending", ["xml", "json"])
def test_a_cancelled_session_is_not_among_those_that_take_place(
    edition: Edition, client: Client, ending: str
) -> None:
    session = make.session(edition, title="Called off")
    make.slot(session)
    session.cancel(by=BY)
    make.release(edition)

    assert "Called off" not in read(client, f"/agenda.{ending}")


def odd_agendas() -> list[Edition]:
    """Editions that are hard to write down strictly."""
    odd = make.edition(slug="27", time_zone="America/Port-au-Prince", name={"th": "เวที"})
    make.slot(
        make.session(
            odd, title={"th": "ค่าจ้าง \u0007"}, slug="A-", spoken_languages=[], abstract="a\r\nb\u0000"[:4]
        ),
        room=None,
    )
    make.slot(make.session(odd, title="]]> & <x>", slug="x_"), room=make.room(odd, capacity=None), at="23:30")
    empty = make.edition(slug="2028-no-days", time_zone="Etc/GMT+3")
    for one in (odd, empty):
        make.release(one)
    return [odd, empty]


def test_the_xml_is_valid_by_the_published_definition(client: Client, shared_data: Path) -> None:
    schema = etree.XMLSchema(etree.parse(shared_data / "schedule-schema/schedule.xml.xsd"))
    edition = make.edition(slug="2027")
    fill(edition, 3)

    for path in ("/2027/agenda.xml", *(f"/{one.slug}/agenda.xml" for one in odd_agendas())):
        schema.assertValid(etree.fromstring(read(client, path).encode()))


def test_the_json_is_valid_by_the_published_definition(client: Client, shared_data: Path) -> None:
    schema = json.loads((shared_data / "schedule-schema/schedule.v1.schema.json").read_text())
    edition = make.edition(slug="2027")
    fill(edition, 3)

    for path in ("/2027/agenda.json", *(f"/{one.slug}/agenda.json" for one in odd_agendas())):
        jsonschema.validate(json.loads(read(client, path)), schema, format_checker=jsonschema.FormatChecker())


def test_a_session_keeps_guid_and_number_and_nobody_takes_them_twice() -> None:
    edition = make.edition()
    first = make.session(edition)
    second = Session(
        edition=edition, title="Another", guid=first.guid.__class__(int=first.guid.int ^ (1 << 127))
    )
    first.title = "Renamed"
    guid, number = first.guid, first.number
    first.save()

    second.save()

    first.refresh_from_db()
    assert (first.guid, first.number) == (guid, number)
    assert second.number != number
    assert Slot.objects.count() == 0
