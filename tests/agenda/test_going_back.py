"""Going back to an earlier release: the public sees it again, as a new release; the draft stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from agenda.models import Appearance, Changes, Kind, Release, Session
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Message
from tests import make, staff

pytestmark = pytest.mark.django_db
BY = Actor.system()


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th"])


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("programme", edition)


def back(release: Release, **fields: object) -> Release:
    current = Release.objects.current(release.edition)
    assert current
    return release.bring_back(by=BY, after=current.number, is_silent=True, **fields)


def page_of(release: Release) -> str:
    return reverse("admin:agenda_release_return", args=[release.pk])


def test_the_public_sees_the_earlier_state_at_once_and_the_draft_is_as_it_was(edition: Edition) -> None:
    slot = make.slot(make.session(edition), at="10:20")
    first = make.release(edition)
    slot.starts_at += timedelta(hours=3)
    slot.ends_at += timedelta(hours=3)
    slot.save()
    make.release(edition)

    made = back(first)

    slot.refresh_from_db()
    [change] = Changes.since(made, edition)
    page = Client().get("/en/agenda/").content.decode()
    assert (made.number, made.is_current, made.returns_to) == (3, True, first)
    assert ("10:20" in page, "13:20" in page) == (True, False)
    assert slot.starts_at.astimezone(edition.zone).hour == 13
    assert change.kind == Kind.MOVED


def test_slots_breaks_cancellations_and_people_are_those_of_the_earlier_release(edition: Edition) -> None:
    speaker = make.speaker(edition, name="Mei Lin")
    session = make.session(edition, speakers=[speaker])
    cancelled = make.session(edition)
    make.slot(session, at="10:00")
    make.slot(cancelled, at="14:00")
    lunch = make.slot(edition=edition, title="Lunch", at="12:00")
    cancelled.cancel(by=BY)
    first = make.release(edition)
    session.appearances.all().delete()
    cancelled.confirm(by=BY)
    lunch.delete()
    make.slot(make.session(edition), at="16:00")
    make.release(edition)

    made = back(first)

    columns = ("session", "room", "starts_at", "ends_at", "is_cancelled", "title")
    assert list(made.slots.values_list(*columns)) == list(first.slots.values_list(*columns))
    assert list(made.appearances.values_list("session", "speaker", "role")) == [
        (session.pk, speaker.pk, "speaker")
    ]


def test_titles_are_those_of_today_and_going_back_renames_nothing(edition: Edition) -> None:
    session = make.session(edition, title="Wages")
    slot = make.slot(session, at="10:00")
    first = make.release(edition)
    session.title = {"en": "Pay"}
    session.save()
    slot.starts_at += timedelta(minutes=30)
    slot.save()
    make.release(edition)

    made = back(first)

    assert made.slots.get().session_title == {"en": "Pay"}
    assert [change.kind for change in made.changes()] == [Kind.MOVED]


def test_calendars_take_what_comes_back_for_newer_than_what_they_have(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    first = make.release(edition)
    slot.starts_at += timedelta(minutes=30)
    slot.ends_at += timedelta(minutes=30)
    slot.save()
    second = make.release(edition)

    made = back(first)

    assert [one.slots.get().sequence for one in (first, second, made)] == [0, 1, 2]


def test_what_was_deleted_since_does_not_come_back_and_hinders_nothing(edition: Edition) -> None:
    speaker = make.speaker(edition)
    goes, stays = make.session(edition, speakers=[speaker]), make.session(edition)
    make.slot(goes, at="10:00")
    make.slot(stays, at="12:00")
    first = make.release(edition)
    goes.delete()
    speaker.delete()
    make.release(edition)

    preview = list(first.changes_to_return())
    made = back(first)

    assert preview == []
    assert list(made.slots.values_list("session", flat=True)) == [stays.pk]


def test_a_speaker_who_withdrew_and_a_session_that_was_closed_stay_out_of_sight(edition: Edition) -> None:
    speaker = make.speaker(edition, name="Mei Lin")
    session, closed = make.session(edition, speakers=[speaker]), make.session(edition, title="Behind doors")
    make.slot(session, at="10:00")
    slot = make.slot(closed, at="12:00")
    first = make.release(edition)
    session.appearances.all().delete()
    slot.delete()
    make.release(edition)
    speaker.withdraw("listed")
    closed.access = Session.Access.CLOSED
    closed.save()

    back(first)
    pages = [Client().get(path).content.decode() for path in ("/en/agenda/", "/en/agenda/changes/")]

    assert not [page for page in pages if "Mei Lin" in page or "Behind doors" in page]


def test_whom_it_concerns_is_told_that_it_is_as_it_was(edition: Edition) -> None:
    slot = make.slot(make.session(edition), at="10:00")
    make.agenda_of_user(edition, slot.session, user=make.user("marks@example.org"))
    first = make.release(edition)
    slot.starts_at += timedelta(minutes=30)
    slot.save()
    second = make.release(edition)

    first.bring_back(by=BY, after=second.number)

    assert list(Message.objects.values_list("to", flat=True)) == ["marks@example.org"]


def test_one_does_not_go_back_to_what_is_public_now_or_past_a_release_that_one_did_not_see(
    edition: Edition,
) -> None:
    make.slot(make.session(edition))
    first = make.release(edition)
    second = make.release(edition)

    for release, after in ((second, 2), (first, 1), (first, 0)):
        with pytest.raises(Refusal):
            release.bring_back(by=BY, after=after)

    assert Release.objects.count() == 2


# --- the pages ---


def test_the_page_shows_what_would_change_and_one_press_does_it(edition: Edition, organizer: Client) -> None:
    slot = make.slot(make.session(edition, title="Wages by phone"), at="10:00")
    first = make.release(edition)
    slot.delete()
    make.release(edition)

    page = organizer.get(page_of(first))
    done = organizer.post(page_of(first), {"after": page.context["after"], "note_en": "Back."}, follow=True)

    made = Release.objects.current(edition)
    assert made
    assert "Wages by phone" in page.content.decode()
    assert (made.number, made.returns_to, str(made.note)) == (3, first, "Back.")
    assert "The draft is as it was" in staff.said(done)
    assert [change.kind for change in done.context["changes"]] == [Kind.REMOVED]


def test_where_nothing_would_change_there_is_nothing_to_press(edition: Edition, organizer: Client) -> None:
    make.slot(make.session(edition))
    first = make.release(edition)
    make.release(edition)

    page = organizer.get(page_of(first)).content.decode()

    assert "nothing to go back to" in page
    assert 'value="Go back"' not in page


@pytest.mark.parametrize("duty", ["registration", "finance", "door", "protection"])
def test_only_the_programme_goes_back(duty: str, edition: Edition) -> None:
    make.slot(make.session(edition))
    first = make.release(edition)
    make.slot(make.session(edition), at="14:00")
    make.release(edition)
    other = staff.at_work(duty, edition)

    answers = [other.get(page_of(first)), other.post(page_of(first), {"after": 2})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Release.objects.count() == 2


def test_a_release_of_another_edition_does_not_exist(organizer: Client) -> None:
    other = make.edition("past")
    make.slot(make.session(other))
    theirs = make.release(other)

    answers = [organizer.get(page_of(theirs)), organizer.post(page_of(theirs), {"after": 1})]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_releases_page_shows_its_days_and_what_it_changed(edition: Edition, organizer: Client) -> None:
    slot = make.slot(make.session(edition, title="Wages", speakers=[make.speaker(edition, name="Mei Lin")]))
    make.release(edition)
    Appearance.objects.all().delete()
    slot.session.cancel(by=BY)
    second = make.release(edition, note="Mei Lin is ill.")

    page = organizer.get(reverse("admin:agenda_release_change", args=[second.pk]))

    [(day, slots)] = page.context["days"]
    assert (day, [str(one) for one in slots]) == (slot.day, ["Wages"])
    assert [change.kind for change in page.context["changes"]] == [Kind.CANCELLED, Kind.PEOPLE]
    assert "without Mei Lin" in page.content.decode()


def test_a_releases_page_calls_a_session_what_it_was_called_then(edition: Edition, organizer: Client) -> None:
    session = make.session(edition, title="Wages")
    make.slot(session)
    first = make.release(edition)
    session.title = {"en": "Pay"}
    session.save()
    second = make.release(edition)

    pages = [
        organizer.get(reverse("admin:agenda_release_change", args=[one.pk])).content.decode()
        for one in (first, second)
    ]

    assert "Pay" not in pages[0].partition("What it showed")[2]
    assert "Wages</del>" in pages[1]
