"""Releasing: what the public sees changes then, at once, and not before."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from agenda.models import Appearance, Change, Changes, Kind, Release, ReleasedSlot, Session
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition
from tests import make

pytestmark = pytest.mark.django_db
BY = Actor.system()


@pytest.fixture
def edition() -> Edition:
    return make.edition()


def changes(edition: Edition) -> list[Change]:
    return list(Changes.since(Release.objects.current(edition), edition))


def agenda(edition: Edition) -> str:
    with translation.override("en"):
        return Client().get(edition.path("agenda")).content.decode()


# --- what the public sees ---


def test_a_moved_session_is_seen_at_its_new_time_only_after_a_release_and_at_once(edition: Edition) -> None:
    slot = make.slot(make.session(edition, title="Wages by phone"), at="10:20")
    make.release(edition)
    slot.starts_at += timedelta(hours=3)
    slot.ends_at += timedelta(hours=3)
    slot.save()

    before = agenda(edition)
    make.release(edition)
    after = agenda(edition)

    assert ("10:20" in before, "13:20" in before) == (True, False)
    assert ("10:20" in after, "13:20" in after) == (False, True)


def test_a_draft_session_is_not_released(edition: Edition) -> None:
    make.slot(make.session(edition, title="Perhaps", status="draft"))

    make.release(edition)

    assert changes(edition) == []
    assert "Perhaps" not in agenda(edition)


def test_a_closed_session_is_never_public(edition: Edition) -> None:
    session = make.session(edition, title="Behind doors", access=Session.Access.CLOSED)
    make.slot(session)

    make.release(edition)

    assert "Behind doors" not in agenda(edition)
    assert Client().get(session.get_absolute_url()).status_code == 404


def test_a_session_that_is_closed_after_its_release_disappears_without_another(edition: Edition) -> None:
    session = make.session(edition, title="Behind doors")
    make.slot(session)
    make.release(edition)

    session.access = Session.Access.CLOSED
    session.save()

    assert "Behind doors" not in agenda(edition)


def test_a_cancelled_session_keeps_its_place_and_is_shown_as_cancelled(edition: Edition) -> None:
    session = make.session(edition, title="Wages by phone")
    make.slot(session)
    make.release(edition)
    session.cancel(by=BY)

    before = agenda(edition)
    make.release(edition)
    after = agenda(edition)

    assert "Cancelled" not in before
    assert "Wages by phone" in after
    assert "Cancelled" in after


def test_a_speaker_is_seen_in_a_session_only_after_a_release(edition: Edition) -> None:
    session = make.session(edition)
    make.slot(session)
    make.release(edition)
    Appearance.objects.create(session=session, speaker=make.speaker(edition, name="Mei Lin"))

    before = Client().get(session.get_absolute_url()).content.decode()
    make.release(edition)
    after = Client().get(session.get_absolute_url()).content.decode()

    assert "Mei Lin" not in before
    assert "Mei Lin" in after


# --- what would change ---


def test_before_the_first_release_everything_is_new(edition: Edition) -> None:
    make.slot(make.session(edition, title="Wages by phone"))
    make.slot(edition=edition, title="Lunch", at="12:00")

    found = changes(edition)

    assert [(change.kind, str(change.title)) for change in found] == [
        (Kind.NEW, "Wages by phone"),
        (Kind.NEW, "Lunch"),
    ]


def test_after_a_release_nothing_is_left_to_release(edition: Edition) -> None:
    make.slot(make.session(edition, speakers=[make.speaker(edition), make.speaker(edition)]))
    make.slot(edition=edition, title="Coffee", at="12:00", minutes=15)
    make.slot(edition=edition, title="Coffee", at="15:00", minutes=15)

    make.release(edition)

    assert changes(edition) == []


def test_a_move_says_from_where_and_to_where(edition: Edition) -> None:
    lotus, teak = make.room(edition, name="Lotus"), make.room(edition, name="Teak")
    slot = make.slot(make.session(edition), room=lotus, at="10:00")
    make.release(edition)
    slot.room, slot.starts_at = teak, slot.starts_at + timedelta(minutes=15)
    slot.save()

    [change] = changes(edition)

    assert change.kind == Kind.MOVED
    assert change.before is not None
    assert change.after is not None
    assert (change.before.room, change.after.room) == (lotus, teak)
    assert change.after.starts_at - change.before.starts_at == timedelta(minutes=15)


def test_a_session_that_lost_its_slot_is_taken_off(edition: Edition) -> None:
    slot = make.slot(make.session(edition, title="Wages by phone"))
    make.release(edition)
    slot.delete()

    [change] = changes(edition)

    assert (change.kind, str(change.title)) == (Kind.REMOVED, "Wages by phone")


def test_a_cancelled_session_and_one_that_takes_place_after_all_are_told_apart(edition: Edition) -> None:
    on, off = make.session(edition), make.session(edition)
    make.slot(on, at="10:00")
    make.slot(off, at="12:00")
    off.cancel(by=BY)
    make.release(edition)
    on.cancel(by=BY)
    off.confirm(by=BY)

    found = {change.session: change.kind for change in changes(edition)}

    assert found == {on: Kind.CANCELLED, off: Kind.REINSTATED}


def test_who_comes_who_goes_and_who_changes_role_is_said_by_name(edition: Edition) -> None:
    goes, stays, comes = (make.speaker(edition, name=name) for name in ("Ana", "Ben", "Chai"))
    session = make.session(edition, speakers=[goes, stays])
    make.slot(session)
    make.release(edition)
    session.appearances.get(speaker=goes).delete()
    session.appearances.update(role="moderator")
    Appearance.objects.create(session=session, speaker=comes, position=9)

    [change] = changes(edition)

    assert change.kind == Kind.PEOPLE
    assert [str(one) for one in change.people] == [
        "with Chai · Speaker",
        "without Ana · Speaker",
        "Ben · Moderator, until now Speaker",
    ]


def test_another_order_of_speakers_is_a_change(edition: Edition) -> None:
    session = make.session(edition, speakers=[make.speaker(edition), make.speaker(edition)])
    make.slot(session)
    make.release(edition)
    session.appearances.filter(position=0).update(position=5)

    [change] = changes(edition)

    assert change.is_in_another_order


def test_a_break_that_moves_within_its_day_is_moved_and_not_another_one(edition: Edition) -> None:
    lunch = make.slot(edition=edition, title="Lunch", at="12:00", minutes=45)
    make.release(edition)
    lunch.ends_at += timedelta(minutes=15)
    lunch.save()

    [change] = changes(edition)

    assert (change.kind, str(change.title)) == (Kind.MOVED, "Lunch")


def test_one_of_two_breaks_of_the_same_name_may_go(edition: Edition) -> None:
    make.slot(edition=edition, title="Coffee", at="11:00", minutes=15)
    second = make.slot(edition=edition, title="Coffee", at="15:00", minutes=15)
    make.release(edition)
    second.delete()

    [change] = changes(edition)

    assert change.kind == Kind.REMOVED


def test_a_closed_session_among_the_changes_is_marked(edition: Edition) -> None:
    make.slot(make.session(edition, access=Session.Access.CLOSED))
    make.slot(make.session(edition), at="14:00")

    assert [change.is_closed for change in changes(edition)] == [True, False]


def test_comparing_asks_as_often_for_three_sessions_as_for_one(edition: Edition, queries: Any) -> None:
    def moved(number: int) -> None:
        slot = make.slot(make.session(edition, speakers=[make.speaker(edition)]), day=number)
        make.release(edition)
        slot.room = make.room(edition)
        slot.save()
        slot.session.appearances.update(role="moderator")

    moved(1)
    with queries() as for_one:
        len(changes(edition))
    moved(2)
    moved(3)
    with queries() as for_three:
        found = changes(edition)

    assert len(found) == 2
    assert len(for_three) == len(for_one) <= 8, for_three


# --- rivals ---


def test_a_release_made_since_one_looked_refuses_the_next(edition: Edition) -> None:
    make.slot(make.session(edition))
    Release.publish(edition, by=BY, after=0)

    with pytest.raises(Refusal):
        Release.publish(edition, by=BY, after=0)

    assert Release.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_makes_the_release_and_the_other_is_told() -> None:
    edition = make.edition()
    for number in (1, 2, 3):
        make.slot(make.session(edition), day=number)
    at_once = threading.Barrier(2)
    outcomes: list[str] = []

    def press() -> None:
        try:
            at_once.wait()
            Release.publish(edition, by=BY, after=0)
            outcomes.append("released")
        except Refusal:
            outcomes.append("told")
        finally:
            connection.close()

    rivals = [threading.Thread(target=press) for _ in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()

    assert sorted(outcomes) == ["released", "told"]
    assert Release.objects.get().number == 1
    assert ReleasedSlot.objects.count() == 3


def test_the_earlier_release_is_kept_as_it_was(edition: Edition) -> None:
    slot = make.slot(make.session(edition), at="10:00")
    first = make.release(edition)
    slot.starts_at += timedelta(minutes=30)
    slot.save()

    second = make.release(edition)

    assert [release.number for release in (second, first)] == [2, 1]
    assert Release.objects.get(is_current=True) == second
    assert second.slots.get().starts_at - first.slots.get().starts_at == timedelta(minutes=30)
