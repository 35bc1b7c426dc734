"""Bringing a programme in: what is taken from a file, what is said of it, and what stays as it is."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from agenda.frab.reading import read
from agenda.imports.schedule_import import ScheduleImport
from agenda.models import Appearance, Session, Slot
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, PublicChange
from speakers.models import Consent, Speaker
from tests import make
from tests.agenda import schedules
from tests.agenda.schedules import GUID, bring, event, json_1, json_event, of_sessions, told, xml

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return schedules.edition()


# --- what is taken ---


def test_a_session_comes_with_its_time_room_track_format_language_and_speakers(edition: Edition) -> None:
    bring(
        edition,
        xml(
            event(
                7,
                title="Wages by phone",
                abstract="What changes.",
                track="Work",
                type="panel",
                language="th",
                slug="inv27-7-wages",
                persons=[(5, "Mei Lin"), (3, "Ana Ruiz")],
            )
        ),
    )

    session = Session.objects.get()
    assert (session.title, session.abstract) == ({"en": "Wages by phone"}, {"en": "What changes."})
    assert (session.guid, session.number, session.slug) == (UUID(GUID.format("07")), 7, "wages")
    assert (str(session.track), str(session.format), session.spoken_languages) == ("Work", "panel", ["th"])
    assert session.status == Session.Status.CONFIRMED
    assert str(session.slot.room) == "Lotus"
    assert session.slot.starts_at == datetime(2027, 3, 9, 3, tzinfo=UTC)
    assert session.slot.ends_at == datetime(2027, 3, 9, 4, tzinfo=UTC)
    assert [one.speaker.name for one in session.appearances.all()] == ["Mei Lin", "Ana Ruiz"]
    assert session in Session.objects.about("wages")


def test_what_is_imported_is_public_only_after_a_release(edition: Edition, client: Client) -> None:
    bring(edition, xml(event(title="Wages by phone", persons=[(1, "Mei Lin")])), speakers_agreed=True)

    before = client.get("/en/agenda/").content.decode()
    make.release(edition)
    after = client.get("/en/agenda/").content.decode()

    assert "Wages by phone" not in before
    assert "Wages by phone" in after
    assert "Mei Lin" in after


def test_nobody_is_named_in_public_by_being_in_a_file(edition: Edition, client: Client) -> None:
    slug = "inv27_-_1_-_en_-_lotus_-_wages_-_mei_lin"
    bring(edition, xml(event(persons=[(1, "Mei Lin")], slug=slug)))
    make.release(edition)

    for path in (
        "/en/agenda/",
        "/en/speakers/",
        "/agenda.ics",
        "/agenda.xml",
        "/agenda.json",
        "/sitemap.xml",
    ):
        page = client.get(path).content.decode().lower()
        assert "mei lin" not in page, path
        assert "mei_lin" not in page, path


def test_who_brings_a_file_may_say_that_its_persons_agreed(edition: Edition) -> None:
    plan = bring(edition, xml(event(persons=[(1, "Mei Lin")])), speakers_agreed=True)

    assert plan.named == 1
    assert Speaker.objects.get().is_listed
    assert bring(edition, xml(event(persons=[(1, "Mei Lin")])), speakers_agreed=True).is_idle


def test_who_took_the_agreement_back_is_not_listed_again_by_a_file(edition: Edition) -> None:
    data = xml(event(persons=[(1, "Mei Lin")]))
    bring(edition, data, speakers_agreed=True)
    Speaker.objects.get().withdraw(Consent.Scope.LISTED)

    plan = bring(edition, data, speakers_agreed=True)

    assert not Speaker.objects.get().is_listed
    assert "took back the agreement" in told(plan)


def test_a_time_without_an_offset_is_local_to_the_edition(edition: Edition) -> None:
    bring(edition, xml(event(date=None, start="09:30")))

    assert Slot.objects.get().starts_at == make.moment(edition, 1, "09:30")


def test_a_time_without_an_offset_is_local_to_the_time_zone_that_the_file_names(edition: Edition) -> None:
    bring(
        edition,
        xml(event(date=None, start="05:30"), conference="<time_zone_name>Europe/Berlin</time_zone_name>"),
    )

    assert Slot.objects.get().starts_at == datetime(2027, 3, 9, 4, 30, tzinfo=UTC)


def test_a_day_past_midnight_stays_one_day(edition: Edition) -> None:
    bring(edition, xml(event(1, date=None, start="18:00"), event(2, date=None, start="01:15")))

    day = edition.days.get()
    assert day.date == date(2027, 3, 9)
    assert day.ends_at == make.moment(edition, 2, "02:15")
    assert {slot.day for slot in Slot.objects.all()} == {day}


def test_a_day_that_is_there_is_made_longer_and_never_shorter(edition: Edition) -> None:
    day = make.day(edition, 1)

    bring(edition, xml(event(1, date="2027-03-09T07:00:00+07:00"), event(2)))

    day.refresh_from_db()
    assert (day.starts_at, day.ends_at) == (
        make.moment(edition, 1, "07:00"),
        make.moment(edition, 1, "18:00"),
    )
    assert day.focus == {"en": "Focus 1"}


def test_rooms_tracks_and_formats_that_are_there_are_found_by_name_in_any_language(edition: Edition) -> None:
    room = make.room(edition, name={"en": "Lotus", "th": "บัว"})
    track, kind = make.track(edition, name={"th": "งาน"}), make.format(edition, name="Panel")

    bring(edition, xml(event(track="งาน", type="Panel")))

    session = Session.objects.get()
    assert (session.slot.room, session.track, session.format) == (room, track, kind)
    assert (edition.rooms.count(), edition.tracks.count(), edition.formats.count()) == (1, 1, 1)


def test_json_1_and_2_say_the_same(edition: Edition) -> None:
    people = [{"id": 4, "public_name": "Mei Lin"}]
    bring(edition, json_1(json_event(1, persons=people), rooms=[{"name": "Lotus", "capacity": 80}]))
    event_2 = {
        "guid": GUID.format("02"),
        "title": "The second",
        "start": "2027-03-09T12:00:00+07:00",
        "end": "2027-03-09T13:30:00+07:00",
        "room": {"name": "Lotus", "guid": str(edition.rooms.get().guid)},
        "track": {"slug": "work"},
        "abstract": {"en": "In English.", "th": "ไทย"},
        "participants": [{"guid": GUID.format("90"), "name": "Ana Ruiz"}],
        "state": "CONFIRMED",
    }
    breaks = {"type": "BREAK", "title": "Lunch", "start": "2027-03-09T12:00:00+07:00"}
    days = [{"index": 1, "date": "2027-03-09"}]
    version_2 = {"conference": {"title": "Invented", "days": days}, "events": [event_2, breaks]}

    plan = bring(edition, json.dumps({"schedule": version_2}).encode())

    second = Session.objects.get(guid=GUID.format("02"))
    assert edition.rooms.get().capacity == 80
    assert (second.slot.room, str(second.abstract)) == (edition.rooms.get(), "In English.")
    assert second.slot.ends_at == make.moment(edition, 1, "13:30")
    assert {one.speaker.name for one in Appearance.objects.all()} == {"Mei Lin", "Ana Ruiz"}
    assert "“Lunch” is a break" in told(plan)


def test_html_of_old_programmes_becomes_markdown(edition: Edition) -> None:
    html = '<p>Who <em>pays</em>?</p><ul><li><a href="https://example.org/">This</a></li></ul><script>alert(1)</script>'
    data = xml(event(abstract=html))

    bring(edition, data)

    assert str(Session.objects.get().abstract) == "Who *pays*?\n\n- [This](https://example.org/)"
    assert bring(edition, data).is_idle


# --- a second time ---


@pytest.mark.embedded
def test_a_second_run_changes_nothing(edition: Edition) -> None:
    data = xml(event(1, persons=[(1, "Mei Lin"), (2, "Ana Ruiz")], track="Work"), event(2, start="11:00"))
    bring(edition, data)
    versions, updated = PublicChange.objects.version(), Session.objects.first().updated_at  # type: ignore[union-attr]

    plan = bring(edition, data)

    assert plan.is_idle
    assert of_sessions(plan) == (0, 0, 2)
    assert Session.objects.first().updated_at == updated  # type: ignore[union-attr]
    assert PublicChange.objects.version() == versions


def test_a_session_is_matched_by_its_guid_whatever_else_has_changed(edition: Edition) -> None:
    bring(edition, xml(event(1, title="Wages")))
    slug = Session.objects.get().slug

    plan = bring(
        edition,
        xml(event(1, title="Wages by phone", attributes={"id": "99"}, date="2027-03-09T15:00:00+07:00")),
    )

    session = Session.objects.get()
    assert (str(session.title), session.slug, session.number) == ("Wages by phone", slug, 1)
    assert session.slot.starts_at == make.moment(edition, 1, "15:00")
    assert plan.samples()[0] == ("sessions", "Wages by phone", "title, time")
    assert session in Session.objects.about("phone")


def test_a_session_without_a_guid_is_matched_by_its_number(edition: Edition) -> None:
    nameless = {"guid": None}
    bring(edition, xml(event(1, title="Wages", attributes=nameless, persons=[(8, "Mei Lin")])))
    newer = xml(event(1, title="Pay", attributes=nameless, persons=[(8, "Mei  LIN")]))

    plan = bring(edition, newer.replace(b"Invented", b"Renamed"))

    assert of_sessions(plan) == (0, 1, 0)
    assert str(Session.objects.get().title) == "Pay"
    assert Speaker.objects.get().name == "Mei Lin"


def test_the_number_of_a_person_in_another_file_does_not_make_them_the_one_who_agreed(
    edition: Edition,
) -> None:
    bring(edition, xml(event(1, persons=[(8, "Mei Lin")])), speakers_agreed=True)

    bring(edition, xml(event(2, persons=[(8, "Aye Aye")])).replace(b"Invented", b"Another"))

    mei, aye = Speaker.objects.get(name="Mei Lin"), Speaker.objects.get(name="Aye Aye")
    assert (mei.is_listed, aye.is_listed) == (True, False)
    assert mei.number == 8 != aye.number


def test_a_room_is_known_by_its_guid_when_it_was_renamed(edition: Edition) -> None:
    room = make.room(edition, name={"en": "Lotus", "th": "บัว"})
    frame = {"rooms": [{"name": "Teak", "guid": str(room.guid)}]}

    bring(edition, json_1(json_event(), room="Teak", **frame))

    room.refresh_from_db()
    assert room.name == {"en": "Teak", "th": "บัว"}
    assert edition.rooms.count() == 1


def test_a_guid_that_is_unknown_here_is_another_session_though_its_number_is_taken(edition: Edition) -> None:
    ours = make.session(edition, title="Ours", number=1)

    bring(edition, xml(event(1, title="Theirs")))

    ours.refresh_from_db()
    assert str(ours.title) == "Ours"
    assert Session.objects.get(guid=GUID.format("01")).number != 1


def test_only_the_files_language_is_overwritten(edition: Edition) -> None:
    edition.languages = ["en", "th"]
    edition.save()
    bring(edition, xml(event(title="Wages")))
    session = Session.objects.get()
    session.title = session.title.merged({"en": "Edited here", "th": "ค่าจ้าง"})
    session.save()

    bring(edition, xml(event(title="Wages")))
    bring(edition, xml(event(title="ค่าแรง")), language="th")

    session.refresh_from_db()
    assert session.title == {"en": "Wages", "th": "ค่าแรง"}


def test_what_the_file_does_not_tell_stays(edition: Edition) -> None:
    bring(edition, xml(event(abstract="Long.", track="Work", type="panel", language="en")))

    bring(edition, xml(event(abstract="", track="", type="", language="")))

    session = Session.objects.get()
    assert (str(session.abstract), str(session.track), str(session.format)) == ("Long.", "Work", "panel")


def test_nothing_is_deleted_that_is_not_in_the_file(edition: Edition) -> None:
    bring(edition, xml(event(1, persons=[(1, "Mei Lin"), (2, "Ana Ruiz")]), event(2)))

    plan = bring(edition, xml(event(1, persons=[(1, "Mei Lin")])))

    assert Session.objects.count() == Slot.objects.count() == 2
    assert Appearance.objects.count() == 2
    assert "1 session is here and not in the file" in told(plan)


def test_a_session_that_was_cancelled_here_stays_cancelled(edition: Edition) -> None:
    bring(edition, xml(event(1)))
    Session.objects.get().cancel(by=Actor.system())

    plan = bring(edition, xml(event(1)))

    assert Session.objects.get().status == Session.Status.CANCELLED
    assert "was cancelled here" in told(plan)


def test_the_files_order_of_speakers_counts_and_roles_stay(edition: Edition) -> None:
    bring(edition, xml(event(persons=[(1, "Mei Lin"), (2, "Ana Ruiz")])))
    Appearance.objects.filter(speaker__name="Mei Lin").update(role="moderator")

    bring(edition, xml(event(persons=[(2, "Ana Ruiz"), (1, "Mei Lin")])))

    found = [(one.speaker.name, one.role) for one in Session.objects.get().appearances.all()]
    assert found == [("Ana Ruiz", "speaker"), ("Mei Lin", "moderator")]


def test_changed_texts_of_public_sessions_are_said_to_be_seen_at_once(
    edition: Edition, client: Client
) -> None:
    bring(edition, xml(event(1, title="Wages"), event(2, date="2027-03-09T12:00:00+07:00")))
    make.release(edition)
    bring(edition, xml(event(3, title="Pay", date="2027-03-09T14:00:00+07:00")))
    renamed = xml(
        event(1, title="Wages by phone"),
        event(2, date="2027-03-09T12:30:00+07:00"),
        event(3, title="Pay by phone", date="2027-03-09T14:00:00+07:00"),
    )

    plan = ScheduleImport(edition, renamed).plan()
    bring(edition, renamed)

    page = client.get("/en/agenda/").content.decode()
    assert of_sessions(plan) == (0, 3, 0)
    assert plan.remarks[0].text.startswith("1 session is public already: its title")
    assert "Wages by phone" in page
    assert "12:30" not in page
    assert "Pay by phone" not in page


def test_of_very_many_overlaps_some_are_said(edition: Edition) -> None:
    plan = bring(edition, xml(*(event(number) for number in range(1, 61))))

    assert sum("taken twice" in remark.text for remark in plan.remarks) == 12
    assert "There are more overlaps" in plan.remarks[-1].text


# --- what is said ---


def test_a_room_that_is_taken_twice_is_said_and_not_refused(edition: Edition) -> None:
    make.slot(edition=edition, title="Lunch", at="10:30")

    plan = bring(edition, xml(event(1, title="First"), event(2, title="Second")))

    assert Slot.objects.count() == 3
    assert "Room “Lotus” is taken twice at the same time: “First” and “Second”" in told(plan)
    assert "“Lunch”" in told(plan)


def in_another_room(*events: str) -> bytes:
    return f'<day index="2" date="2027-03-09"><room name="Teak">{"".join(events)}</room></day></schedule>'.encode()


def test_what_takes_all_rooms_twice_is_said_once_however_many_rooms_there_are(edition: Edition) -> None:
    make.slot(edition=edition, title="Lunch", at="13:00")
    make.slot(edition=edition, title="Tea", at="13:30")
    data = xml(event(1)).replace(b"</schedule>", in_another_room(event(2, start=None)))

    plan = bring(edition, data)

    assert told(plan).count("“Lunch” and “Tea”") == 1
    assert "“Lunch” and “Tea” take all rooms at the same time." in told(plan)
    assert "is taken twice" not in told(plan)


def test_what_takes_all_rooms_twice_is_said_where_nothing_is_in_a_room(edition: Edition) -> None:
    make.slot(edition=edition, title="Lunch", at="13:00")
    make.slot(edition=edition, title="Tea", at="13:30")

    plan = bring(edition, xml(event(1, date=None, start="soon")))

    assert "“Lunch” and “Tea” take all rooms at the same time." in told(plan)


def test_a_session_in_a_room_is_held_against_each_of_all_rooms_around_it(edition: Edition) -> None:
    make.slot(edition=edition, title="Lunch", at="10:15", minutes=30)
    make.slot(edition=edition, title="Tea", at="10:30", minutes=60)

    plan = bring(edition, xml(event(1, title="First")))

    assert "Room “Lotus” is taken twice at the same time: “First” and “Lunch”" in told(plan)
    assert "Room “Lotus” is taken twice at the same time: “First” and “Tea”" in told(plan)
    assert told(plan).count("“Lunch” and “Tea”") == 1


def test_somebody_who_speaks_twice_at_once_is_said(edition: Edition) -> None:
    mei = [(1, "Mei Lin")]
    first, second = event(1, persons=mei), event(2, persons=mei)

    plan = bring(edition, xml(first).replace(b"</schedule>", in_another_room(second)))

    assert "Mei Lin speaks twice at the same time" in told(plan)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"date": None, "start": "soon"}, "no date and time"),
        ({"date": "9999-12-31T23:59:59+00:00", "start": "x"}, "no date and time"),
        ({"date": "0001-01-01T00:00:00+14:00", "start": "x"}, "no date and time"),
        ({"duration": "for ever"}, "no duration"),
        ({"duration": "999999:99"}, "a duration that cannot be"),
        ({"duration": "00:00"}, "a duration that cannot be"),
        ({"duration": "-01:00"}, "no duration"),
        ({"date": "2027-05-01T10:00:00+07:00"}, "not at a time of the day"),
    ],
)
def test_a_session_whose_time_cannot_be_is_kept_without_one_and_it_is_said(
    edition: Edition, words: dict[str, Any], reason: str
) -> None:
    plan = bring(edition, xml(event(1, title="Odd", **words), event(2)))

    odd = Session.objects.get(number=1)
    assert not hasattr(odd, "slot")
    assert odd.status == Session.Status.DRAFT
    assert f"“Odd” has {reason}" in told(plan) or f"“Odd” is {reason}" in told(plan)
    assert Session.objects.count() == 2


def test_a_session_without_a_room_is_kept_without_a_time(edition: Edition) -> None:
    plan = bring(edition, xml(event(title="Nowhere"), room=""))

    assert not Slot.objects.exists()
    assert "“Nowhere” names no room." in told(plan)


def test_what_has_no_title_or_comes_twice_is_skipped_with_a_reason(edition: Edition) -> None:
    plan = bring(
        edition,
        xml(event(1), event(2, title=" "), event(3, attributes={"guid": GUID.format("01")}), event(4)),
    )

    assert of_sessions(plan) == (2, 0, 0)
    assert plan.shares[0].skipped == 2
    assert "A session has no title (number 2)" in told(plan)
    assert "“Session 3” has the same identity" in told(plan)


def test_one_number_on_two_guids_makes_two_sessions_with_two_numbers(edition: Edition) -> None:
    bring(edition, xml(event(1), event(2, attributes={"id": "1"})))

    assert len({session.number for session in Session.objects.all()}) == 2


def test_links_are_said_to_be_left_out(edition: Edition) -> None:
    plan = bring(edition, xml(event(inner='<links><link href="https://example.org/">x</link></links>')))

    assert "Links and files beside the sessions are not taken over (1)." in told(plan)


# --- dates ---


def test_a_file_of_other_dates_is_refused_and_says_what_can_be_done(edition: Edition) -> None:
    other = make.edition(starts_on=date(2031, 5, 5))
    data = xml(event())

    plan = ScheduleImport(other, data).plan()
    with pytest.raises(Refusal):
        bring(other, data)

    assert "9 March 2027" in plan.obstacle
    assert "5 May 2031" in plan.obstacle
    assert not Session.objects.exists()


def test_days_can_be_moved_to_the_editions_and_clock_times_stay() -> None:
    berlin = make.edition(starts_on=date(2031, 6, 5), time_zone="Europe/Berlin")
    data = xml(event(1), event(2, date="2027-03-10T00:30:00+07:00"))

    bring(berlin, data, moves_days=True)

    assert [slot.starts_at for slot in Slot.objects.order_by("starts_at")] == [
        make.moment(berlin, 1, "10:00"),
        make.moment(berlin, 2, "00:30"),
    ]
    assert berlin.days.get().date == date(2031, 6, 5)
    assert bring(berlin, data, moves_days=True).is_idle


def test_days_that_lie_partly_outside_are_said(edition: Edition) -> None:
    late = (
        f'<day index="2" date="2027-03-12"><room name="Lotus">{event(2, date=None)}</room></day></schedule>'
    )

    plan = bring(edition, xml(event(1)).replace(b"</schedule>", late.encode()))

    assert edition.days.count() == 2
    assert "days outside of it are made all the same" in told(plan)


def test_another_time_zone_is_said(edition: Edition) -> None:
    plan = bring(edition, xml(event(date="2027-03-09T10:00:00+01:00")))

    assert Slot.objects.get().starts_at == make.moment(edition, 1, "16:00")
    assert "10:00 there is 16:00 here" in told(plan)


# --- where a clock changes: in Berlin the night from 30 to 31 October 2027 is an hour longer ---


@pytest.fixture
def berlin() -> Edition:
    return make.edition(starts_on=date(2027, 10, 30), time_zone="Europe/Berlin")


def at_night(**words: Any) -> bytes:
    return json_1(json_event(**words)).replace(b"2027-03-09", b"2027-10-30")


def test_the_end_of_a_session_counts_the_hour_that_a_clock_shows_twice(berlin: Edition) -> None:
    bring(
        berlin, at_night(date="2027-10-31T00:30:00", end="2027-10-31T03:30:00", duration=None, type="Party")
    )

    slot = Slot.objects.get()
    assert slot.starts_at == datetime(2027, 10, 30, 22, 30, tzinfo=UTC)
    assert slot.ends_at == datetime(2027, 10, 31, 2, 30, tzinfo=UTC)
    assert berlin.formats.get().minutes == 4 * 60


def test_a_session_in_the_hour_that_a_clock_shows_twice_is_there_the_second_time(berlin: Edition) -> None:
    data = at_night(date="2027-10-31T02:15:00", duration="00:30")
    bring(berlin, data)

    assert bring(berlin, data).is_idle


def test_a_day_of_49_hours_is_longer_than_days_are_whatever_the_clock_says(berlin: Edition) -> None:
    data = json.dumps(
        {
            "schedule": {
                "conference": {
                    "days": [
                        {
                            "date": "2027-10-31",
                            "day_start": "2027-10-31T00:00:00",
                            "day_end": "2027-11-02T00:00:00",
                        }
                    ]
                }
            }
        }
    )

    assert read(data.encode(), berlin.zone).days[0].ends_at is None


def test_a_session_that_is_moved_to_another_day_lasts_as_long() -> None:
    edition = make.edition(starts_on=date(2027, 10, 31), time_zone="Europe/Berlin")

    bring(edition, xml(event(date="2027-03-09T01:30:00+07:00", duration="02:00")), moves_days=True)

    slot = Slot.objects.get()
    assert slot.starts_at == make.moment(edition, 1, "01:30")
    assert slot.ends_at - slot.starts_at == timedelta(hours=2)


# --- how ---


def test_a_plan_writes_nothing(edition: Edition) -> None:
    versions = PublicChange.objects.version()

    plan = ScheduleImport(edition, xml(event(persons=[(1, "Mei Lin")]))).plan()

    assert of_sessions(plan) == (1, 0, 0)
    assert PublicChange.objects.version() == versions
    assert not Session.objects.exists()
    assert not Speaker.objects.exists()
    assert not edition.days.exists()


def test_many_sessions_are_imported_in_as_many_queries_as_few(queries: Any) -> None:
    def brought(count: int, *, again: bool = False) -> Any:
        edition = schedules.edition()
        events = [
            event(
                number, date=f"2027-03-09T{6 + number % 12:02}:00:00+07:00", persons=[(number, f"P {number}")]
            )
            for number in range(1, count + 1)
        ]
        with queries() as first:
            bring(edition, xml(*events), speakers_agreed=True)
        with queries() as second:
            bring(edition, xml(*(one.replace("Session", "Renamed") for one in events)), speakers_agreed=True)
        return first, second

    few, few_again = brought(1)
    many, many_again = brought(60)

    assert len(many) == len(few) < 40, many
    assert len(many_again) == len(few_again) < 30, many_again


def test_an_import_that_fails_midway_leaves_nothing(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Appearance._default_manager.__class__, "bulk_create", fail)

    with pytest.raises(OSError, match="disk"):
        bring(edition, xml(event(persons=[(1, "Mei Lin")])))

    assert not Session.objects.exists()
    assert not Speaker.objects.exists()


# --- the command ---


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("import_schedule", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_imports_and_tells_in_numbers(edition: Edition, tmp_path: Path) -> None:
    file = tmp_path / "schedule.xml"
    file.write_bytes(xml(event(persons=[(1, "Mei Lin")])))

    tried = command(str(file), "--edition", edition.slug, "--dry-run")
    before = Session.objects.count()
    said = command(str(file), "--edition", edition.slug, "--speakers-agreed")

    assert "Nothing was written." in tried
    assert before == 0
    assert "Sessions      1 new,    0 changed" in said
    assert (
        "people wait for the next release; changed titles and texts of released sessions are seen at once"
        in said
    )
    assert Speaker.objects.get().is_listed


@pytest.mark.parametrize("tried", [[], ["--dry-run"]])
def test_the_command_stops_at_other_dates_and_names_the_options_that_help(
    tmp_path: Path, tried: list[str]
) -> None:
    other = make.edition(starts_on=date(2031, 5, 5))
    file = tmp_path / "schedule.xml"
    file.write_bytes(xml(event()))

    with pytest.raises(CommandError, match=r"9 March 2027.*--edition.*--shift"):
        command(str(file), "--edition", other.slug, *tried)
    said = command(str(file), "--edition", other.slug, "--shift", *tried)

    assert "1 new" in said
    assert Session.objects.count() == (0 if tried else 1)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere.xml"], "cannot be read"),
        (["--edition", "1999"], "no edition “1999”"),
        (["--language", "de"], "no language “de”"),
    ],
)
def test_the_command_says_what_is_wrong(
    edition: Edition, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    file = tmp_path / "schedule.xml"
    file.write_bytes(xml(event()))
    all_of_them = arguments if arguments[0] == "nowhere.xml" else [str(file), *arguments]

    with pytest.raises(CommandError, match=reason):
        command(*all_of_them)

    assert not Session.objects.exists()
