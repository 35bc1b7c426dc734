"""The public page of changes: what each release changed, as far as it is anybody's business."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from agenda.models import Appearance, Session
from agenda.models.history import AT_ONCE
from forum.actor import Actor
from forum.models import Edition
from tests import make

pytestmark = pytest.mark.django_db
BY = Actor.system()


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th"])


def page(address: str = "/en/agenda/changes/") -> str:
    return Client().get(address).content.decode()


def test_it_tells_release_by_release_newest_first_with_their_notes(edition: Edition) -> None:
    slot = make.slot(make.session(edition, title="Wages"), at="10:00")
    make.slot(edition=edition, title="Lunch", at="12:00")
    make.release(edition)
    slot.starts_at += timedelta(minutes=30)
    slot.save()
    make.release(edition, note="The hall is closed.")
    slot.session.cancel(by=BY)
    make.release(edition)

    said = page()

    order = [
        said.index(words)
        for words in ("Release 3", "Cancelled", "Release 2", "The hall is closed.", "Moved", "Release 1")
    ]
    assert order == sorted(order)
    assert "The agenda was published with 1 session." in said


def test_the_agenda_leads_there(edition: Edition) -> None:
    make.slot(make.session(edition))
    make.release(edition)

    assert 'href="/en/agenda/changes/"' in page("/en/agenda/")
    assert 'href="/en/agenda/changes/"' in page(f"/en/agenda/{edition.starts_on}/")


def test_an_earlier_edition_has_its_own(edition: Edition) -> None:
    earlier = make.edition("past", slug="2017", languages=["en"])
    make.slot(make.session(earlier))
    make.release(earlier, note="Long ago.")

    assert "Long ago." in page("/en/2017/agenda/changes/")
    assert "Long ago." not in page()


def test_before_the_first_release_it_says_that_the_agenda_is_being_made(edition: Edition) -> None:
    answer = Client().get("/en/agenda/changes/")

    assert answer.status_code == 200
    assert "is being made" in answer.content.decode()


def test_a_closed_session_is_not_in_it_whenever_it_was_closed(edition: Edition) -> None:
    closed = make.session(edition, title="Behind doors", access=Session.Access.CLOSED)
    later = make.session(edition, title="Open at first")
    slots = [make.slot(closed, at="10:00"), make.slot(later, at="12:00")]
    make.release(edition)
    for slot in slots:
        slot.starts_at += timedelta(minutes=5)
        slot.save()
    make.release(edition)

    before = page()
    later.access = Session.Access.CLOSED
    later.save()
    after = page()

    assert "Behind doors" not in before
    assert ("Open at first" in before, "Open at first" in after) == (True, False)
    assert "The agenda was published with 0 sessions." in after


def test_who_is_not_listed_is_not_in_it_whenever_they_withdrew(edition: Edition) -> None:
    session = make.session(edition)
    make.slot(session)
    make.release(edition)
    listed, hidden = make.speaker(edition, name="Mei Lin"), make.speaker(edition, name="Hidden", listed=False)
    for speaker in (listed, hidden):
        Appearance.objects.create(session=session, speaker=speaker)
    make.release(edition)

    before = page()
    listed.withdraw("listed")
    after = page()

    assert ("with Mei Lin" in before, "Hidden" in before) == (True, False)
    assert "Mei Lin" not in after
    assert "Other speakers" not in after


def test_a_rename_is_told_by_the_new_name_alone(edition: Edition) -> None:
    session = make.session(edition, title="A talk by Moe Thida")
    make.slot(session)
    make.release(edition)
    session.title = {"en": "A talk"}
    session.save()
    make.release(edition)

    said = page()

    assert "Renamed" in said
    assert "A talk" in said
    assert "Moe Thida" not in said


def test_a_rename_in_one_language_is_told_in_that_language_alone(edition: Edition) -> None:
    session = make.session(edition, title={"en": "Wages", "th": "ค่าจ้าง"})
    make.slot(session)
    make.release(edition)
    session.title = {"en": "Wages", "th": "ค่าแรง"}
    session.save()
    make.release(edition)

    assert "ค่าแรง" in page("/th/agenda/changes/")
    assert "Renamed" not in page()


def test_what_is_on_the_agenda_no_more_keeps_the_title_that_it_had_there(edition: Edition) -> None:
    session = make.session(edition, title="Wages")
    slot = make.slot(session)
    make.release(edition)
    slot.delete()
    make.release(edition)
    session.title = {"en": "Not announced yet"}
    session.save()

    said = page()

    assert "Wages" in said
    assert "Not announced yet" not in said
    assert session.get_absolute_url() not in said


def test_what_is_not_released_yet_is_not_in_it(edition: Edition) -> None:
    slot = make.slot(make.session(edition, title="Wages"), at="10:00")
    make.release(edition)
    slot.starts_at += timedelta(minutes=35)
    slot.save()
    make.slot(make.session(edition, title="Secret plans"), at="15:00")

    said = page()

    assert "10:35" not in said
    assert "Secret plans" not in said


def test_a_session_that_was_deleted_is_told_no_more(edition: Edition) -> None:
    session = make.session(edition, title="Wages")
    make.slot(session, at="10:00")
    make.slot(make.session(edition), at="14:00")
    make.release(edition)
    session.cancel(by=BY)
    make.release(edition)

    session.delete()

    assert "Wages" not in page()


def test_a_page_shows_some_releases_and_leads_to_those_before(edition: Edition) -> None:
    slot = make.slot(make.session(edition), at="09:00", minutes=30)
    for _ in range(AT_ONCE + 2):
        slot.starts_at += timedelta(minutes=1)
        slot.save()
        make.release(edition)

    first, second = page(), page("/en/agenda/changes/2/")

    assert 'href="/en/agenda/changes/2/"' in first
    assert first.count("<h2 id=") == AT_ONCE
    assert "The agenda was published with 1 session." in second
    assert "Earlier changes" not in second


@pytest.mark.parametrize("number", [0, 7, 10**30])
def test_the_number_of_no_release_leads_nowhere(number: int, edition: Edition) -> None:
    make.slot(make.session(edition))
    make.release(edition)

    assert Client().get(f"/en/agenda/changes/{number}/").status_code == 404


def test_it_asks_as_often_for_many_changes_as_for_one(edition: Edition, queries: Any) -> None:
    def another(number: int) -> None:
        slot = make.slot(make.session(edition), day=number, at="10:00")
        make.release(edition)
        slot.starts_at += timedelta(minutes=5)
        slot.save()
        Appearance.objects.create(session=slot.session, speaker=make.speaker(edition))
        make.release(edition)

    another(1)
    page()
    with queries() as for_one:
        page("/en/agenda/changes/?uncached=1")
    another(2)
    another(3)
    with queries() as for_three:
        page("/en/agenda/changes/?uncached=1")

    assert len(for_three) == len(for_one), for_three
