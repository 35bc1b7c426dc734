"""What visitors see of the agenda: the current release, open sessions only, in the forum's own time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agenda.models import Agenda, Day
from agenda.timetable import Timetable, now_and_next
from forum.actor import Actor
from forum.models import Edition
from tests import make

pytestmark = pytest.mark.django_db
Queries = Callable[[], Any]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def day_path(edition: Edition, number: int = 1) -> str:
    return f"/en/agenda/{edition.starts_on + timedelta(days=number - 1)}/"


def fill(edition: Edition, sessions: int) -> None:
    """Add sessions with two speakers each, side by side, and release."""
    track, kind = make.track(edition), make.format(edition)
    for _ in range(sessions):
        speakers = [make.speaker(edition, group=make.group(edition)) for _ in range(2)]
        make.slot(make.session(edition, track=track, format=kind, speakers=speakers))
    make.release(edition)


@pytest.mark.parametrize("address", ["/en/", "/en/agenda/", "the day", "the session", "the style"])
def test_a_public_page_needs_no_more_queries_for_three_sessions_than_for_one(
    client: Client, queries: Queries, address: str
) -> None:
    edition = make.edition()
    fill(edition, 1)
    slug = edition.sessions.get().slug
    path = {
        "the day": day_path(edition),
        "the session": f"/en/sessions/{slug}/",
        "the style": f"/editions/{edition.slug}/style.1.css",
    }.get(address, address)
    client.get(path)

    with queries() as with_one:
        client.get(path)
    fill(edition, 2)
    with queries() as with_three:
        client.get(path)

    assert len(with_three) == len(with_one), with_three


def test_a_closed_session_is_on_no_public_page(client: Client) -> None:
    edition = make.edition()
    in_secret, in_public = make.speaker(edition, name="Aye Aye"), make.speaker(edition, name="Bo Bo")
    closed = make.session(edition, title="Behind doors", access="closed", speakers=[in_secret, in_public])
    make.slot(closed, day=1)
    make.slot(make.session(edition, title="In the hall", speakers=[in_public]), day=2)
    make.release(edition)
    pages = ["/en/", "/en/agenda/", day_path(edition), day_path(edition, 2), "/sitemap.xml"]
    pages += ["/en/speakers/", f"/en/speakers/{in_public.slug}/", "/en/speakers/?q=aye"]

    seen = {path: text(client, path) for path in pages}

    assert "In the hall" in seen["/en/agenda/"]
    for path, page in seen.items():
        assert "Behind doors" not in page, path
        assert closed.slug not in page, path
        assert "Aye Aye" not in page, path
    assert client.get(f"/en/sessions/{closed.slug}/").status_code == 404
    assert client.get(f"/en/speakers/{in_secret.slug}/").status_code == 404


def test_a_closed_session_leaves_no_trace_in_the_stylesheet_of_the_timetable(client: Client) -> None:
    edition = make.edition()
    make.slot(make.session(edition, access="closed"), at="11:11")
    make.slot(make.session(edition), at="14:14")
    make.release(edition)

    style = text(client, f"/editions/{edition.slug}/style.1.css")

    assert "t-1414" in style
    assert "t-1111" not in style


def test_a_change_is_public_only_when_it_is_released(client: Client) -> None:
    edition = make.edition()
    slot = make.slot(make.session(edition, title="Wages"), day=1)
    make.release(edition)

    slot.day = make.day(edition, 2)
    slot.starts_at, slot.ends_at = make.moment(edition, 2, "15:00"), make.moment(edition, 2, "16:00")
    slot.save()
    before = text(client, day_path(edition))
    make.release(edition)
    after = text(client, day_path(edition))

    assert "Wages" in before
    assert "Wages" not in after
    assert "15:00" in text(client, f"/en/sessions/{slot.session.slug}/")


def test_a_draft_session_is_not_public_though_it_has_a_slot(client: Client) -> None:
    edition = make.edition()
    make.slot(make.session(edition, title="Half an idea", status="draft"))
    make.release(edition)

    assert "Half an idea" not in text(client, "/en/agenda/")


def test_a_cancelled_session_stays_in_its_place_and_says_so(client: Client) -> None:
    edition = make.edition()
    session = make.session(edition, title="Wages")
    make.slot(session)
    session.cancel(by=Actor.system())
    make.release(edition)

    day, page = text(client, day_path(edition)), text(client, f"/en/sessions/{session.slug}/")

    assert "Wages" in day
    assert "Cancelled" in day
    assert "This session is cancelled" in page
    assert "https://schema.org/EventCancelled" in page


def test_times_are_those_of_the_forums_place_and_name_their_zone(client: Client) -> None:
    edition = make.edition(time_zone="Asia/Kathmandu")
    session = make.session(edition)
    make.slot(session, at="14:30", minutes=75)
    make.release(edition)

    page = text(client, f"/en/sessions/{session.slug}/")

    assert "14:30" in page
    assert "15:45" in page
    assert "Kathmandu time (UTC+5:45)" in page


def test_a_speaker_who_did_not_agree_to_be_listed_is_not_named(client: Client) -> None:
    edition = make.edition()
    listed, unlisted = (
        make.speaker(edition, name="Aye Aye"),
        make.speaker(edition, name="Bo Bo", listed=False),
    )
    session = make.session(edition, speakers=[listed, unlisted])
    make.slot(session)
    make.release(edition)

    page = text(client, f"/en/sessions/{session.slug}/") + text(client, "/en/agenda/")

    assert "Aye Aye" in page
    assert "Bo Bo" not in page


def test_an_agenda_that_is_not_released_shows_the_days_and_says_that_it_is_being_made(client: Client) -> None:
    edition = make.edition()
    make.day(edition, focus="Fair recruitment")
    make.slot(make.session(edition, title="Wages"))

    page = text(client, "/en/agenda/")

    assert "The agenda is being made" in page
    assert "Fair recruitment" in page
    assert "Wages" not in page


def test_the_agenda_of_a_day_that_the_edition_does_not_have_does_not_exist(client: Client) -> None:
    edition = make.edition()
    make.day(edition)

    assert client.get(day_path(edition, 9)).status_code == 404
    assert client.get("/en/agenda/2027-13-45/").status_code == 404


def test_an_earlier_edition_is_readable_at_its_address_and_its_links_stay_within_it(client: Client) -> None:
    make.edition()
    earlier = make.edition("past", slug="2017")
    session = make.session(earlier, title="Wages in 2017")
    make.slot(session)
    make.release(earlier)

    page = text(client, "/en/2017/agenda/")

    assert "Wages in 2017" in page
    assert f'href="/en/2017/sessions/{session.slug}/"' in page
    assert "This is an earlier edition" in text(client, f"/en/2017/sessions/{session.slug}/")
    assert client.get(f"/en/sessions/{session.slug}/").status_code == 404


def test_structured_data_names_the_forum_and_each_open_session_as_a_sub_event(client: Client) -> None:
    edition = make.edition(name="The Forum")
    make.slot(make.session(edition, title="Wages </script> & work"), at="10:00")
    make.slot(edition=edition, title="Lunch", at="12:00")
    make.release(edition)

    page = text(client, "/en/agenda/")
    block = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    event = json.loads(block)

    assert event["name"] == "The Forum"
    assert [sub["name"] for sub in event["subEvent"]] == ["Wages </script> & work"]
    assert event["subEvent"][0]["startDate"].endswith("T10:00:00+07:00")
    assert "<" not in block


# --- the timetable itself --------------------------------------------------------------------------------------


def timetable(edition: Edition) -> Timetable:
    return Timetable(Day.objects.get(edition=edition), Agenda.of(edition))


def test_a_slot_stands_in_the_grid_between_its_times_in_its_room() -> None:
    edition = make.edition()
    room = make.room(edition)
    make.slot(make.session(edition), at="10:30", minutes=75, room=room)
    make.release(edition)

    [moment] = timetable(edition).moments

    assert moment.line == "t-1030"
    assert moment.slots[0].place == f"t-1030 until-1145 in-room-{room.pk}"


def test_a_break_without_a_room_lies_over_all_rooms() -> None:
    edition = make.edition()
    make.slot(edition=edition, title="Lunch", at="12:00")
    make.release(edition)

    [moment] = timetable(edition).moments

    assert moment.slots[0].place == "t-1200 until-1300 in-all-rooms"


def test_the_hours_of_a_day_run_on_after_midnight() -> None:
    edition = make.edition()
    make.day(edition, ends_at=make.moment(edition, 2, "03:00"))
    make.slot(edition=edition, title="Films", at="23:00", minutes=150)
    make.release(edition)

    day = timetable(edition)

    assert day.times == ["2300", "2530"]
    assert "[t-2300] minmax(" in day.rows
    assert day.rows.endswith("[t-2530]")


def test_rooms_stand_in_their_order_and_only_those_that_are_used() -> None:
    edition = make.edition()
    second, first = make.room(edition, position=2), make.room(edition, position=1)
    make.room(edition, position=0)
    make.slot(make.session(edition), room=second)
    make.slot(make.session(edition), room=first)
    make.release(edition)

    assert [room.pk for room in timetable(edition).rooms] == [first.pk, second.pk]


def test_now_is_what_has_begun_and_not_ended_and_next_is_what_begins_first_after_it() -> None:
    edition = make.edition()
    for at in ("10:00", "11:00", "11:00", "12:00"):
        make.slot(make.session(edition), at=at)
    make.release(edition)
    slots = Agenda.of(edition)

    running, coming = now_and_next(slots, make.moment(edition, 1, "10:59"))
    at_the_end, _later = now_and_next(slots, make.moment(edition, 1, "13:00"))

    assert running == slots[:1]
    assert coming == slots[1:3]
    assert at_the_end == []


def test_a_cancelled_session_is_neither_now_nor_next() -> None:
    edition = make.edition()
    session = make.session(edition)
    make.slot(session, at="10:00")
    session.cancel(by=Actor.system())
    make.release(edition)
    slots = Agenda.of(edition)

    assert now_and_next(slots, make.moment(edition, 1, "10:30")) == ([], [])
    assert now_and_next(slots, timezone.now()) == ([], [])
