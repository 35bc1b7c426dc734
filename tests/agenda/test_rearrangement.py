"""Moving things on the timetable: by rules, with a history, and with others who do the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agenda.models import (
    Clash,
    Clashing,
    Move,
    Overtaken,
    Rearrangement,
    Release,
    Room,
    Session,
    Slot,
    Step,
    Stretch,
)
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, User
from tests import make
from tests.registration.test_places import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Iterator[Edition]:
    edition = make.edition()
    with timezone.override(edition.zone):  # as in the back office
        yield edition


@pytest.fixture
def mei(edition: Edition) -> User:
    return make.user(name="Mei Lin", duty="programme", edition=edition)


def deed(edition: Edition, user: User | None = None, reason: str = "") -> Rearrangement:
    by = Actor.of(user) if user else Actor.system()
    return Rearrangement(edition, by=by, reason=reason)


def at(edition: Edition, room: Room | None, begins: str, minutes: int = 60, number: int = 1) -> Stretch:
    starts_at = make.moment(edition, number, begins)
    return Stretch(make.day(edition, number), room, starts_at, starts_at + timedelta(minutes=minutes))


def begins(slot: Slot) -> str:
    slot.refresh_from_db()
    return f"{slot.starts_at.astimezone(slot.day.edition.zone):%H:%M}"


# --- moving ---


def test_a_session_is_moved_to_another_day_room_and_time(edition: Edition, mei: User) -> None:
    slot, room = make.slot(make.session(edition)), make.room(edition)
    to = at(edition, room, "14:00", 45, number=2)

    done = deed(edition, mei).move(Step(slot.session, to, seen=0))

    slot.refresh_from_db()
    assert Stretch.of(slot) == to
    assert slot.version == done.number == 1


def test_a_session_without_a_time_gets_one_and_loses_it(edition: Edition) -> None:
    session, room = make.session(edition), make.room(edition)

    deed(edition).move(Step(session, at(edition, room, "14:00")))
    scheduled = Slot.objects.get(session=session)
    deed(edition).move(Step(session, None, seen=1))

    assert scheduled.room == room
    assert list(Session.objects.without_time()) == [session]


def test_a_blocker_is_put_on_the_timetable_and_never_released(edition: Edition) -> None:
    room = make.room(edition)

    deed(edition).move(
        Step(Slot(title="Set-up", is_blocker=True), at(edition, room, "09:00")),
        Step(Slot(title="Lunch"), at(edition, None, "12:00")),
    )
    make.release(edition)

    assert Slot.objects.count() == 2
    assert [str(slot.title) for slot in Release.objects.current(edition).slots.all()] == ["Lunch"]


def test_what_stays_where_it_is_makes_no_move(edition: Edition) -> None:
    slot = make.slot(make.session(edition))

    deed(edition).move(Step(slot.session, Stretch.of(slot)))

    assert not Move.objects.exists()


def test_a_room_of_another_edition_is_refused(edition: Edition) -> None:
    slot, theirs = make.slot(make.session(edition)), make.room(make.edition())

    with pytest.raises(Refusal, match="another edition"):
        deed(edition).move(Step(slot.session, at(edition, theirs, "14:00")))


def test_a_session_that_is_gone_or_another_editions_is_refused(edition: Edition) -> None:
    gone, theirs = make.session(edition), make.session(make.edition())
    to = at(edition, make.room(edition), "14:00")
    Session.objects.filter(pk=gone.pk).delete()

    for session in (gone, theirs):
        with pytest.raises(Refusal, match="not there"):
            deed(edition).move(Step(session, to))


def test_two_are_exchanged_and_stay_as_long_as_they_are(edition: Edition) -> None:
    one = make.slot(make.session(edition), at="10:00", minutes=60)
    other = make.slot(make.session(edition), at="14:00", minutes=30)
    rooms = [one.room, other.room]

    deed(edition).swap(Step(one.session, None), Step(other.session, None))

    assert (begins(one), begins(other)) == ("14:00", "10:00")
    assert [one.room, other.room] == rooms[::-1]
    assert [slot.ends_at - slot.starts_at for slot in (one, other)] == [
        timedelta(minutes=60),
        timedelta(minutes=30),
    ]


@pytest.mark.parametrize(
    ("everywhere", "then"),
    [(False, ["10:00", "11:15", "14:15", "11:00"]), (True, ["10:00", "11:15", "14:15", "11:15"])],
)
def test_all_that_comes_after_is_shifted_in_a_room_or_in_all(
    edition: Edition, everywhere: bool, then: list[str]
) -> None:
    room = make.room(edition)
    slots = [make.slot(make.session(edition), room=room, at=time) for time in ("10:00", "11:00", "14:00")]
    slots.append(make.slot(make.session(edition), at="11:00"))
    tomorrow = make.slot(make.session(edition), room=room, day=2, at="11:00")

    deed(edition).shift(Step(slots[1].session, None), 15, all_rooms=everywhere)

    assert [begins(slot) for slot in slots] == then
    assert begins(tomorrow) == "11:00"


# --- clashes ---


def test_a_clash_is_refused_with_both_names_and_nothing_is_done(edition: Edition) -> None:
    room = make.room(edition, name="Lotus")
    make.slot(make.session(edition, title="Here first"), room=room)
    slot = make.slot(make.session(edition, title="Wages"), at="15:00")

    with pytest.raises(Clashing, match=r"Room “Lotus” is taken twice.*“Here first” and “Wages”"):
        deed(edition).move(Step(slot.session, at(edition, room, "10:30")))

    assert begins(slot) == "15:00"
    assert not Move.objects.exists()


def test_a_clash_with_a_reason_is_done_and_the_reason_stays(edition: Edition, mei: User) -> None:
    room = make.room(edition)
    make.slot(make.session(edition), room=room)
    slot = make.slot(make.session(edition), at="15:00")

    deed(edition, mei, "The wall is opened.").move(Step(slot.session, at(edition, room, "10:30")))

    assert [clash.reason for clash in Clash.all_in(edition)] == ["The wall is opened."]
    assert Move.objects.get().reason == "The wall is opened."


def test_a_reason_that_is_not_needed_is_not_kept(edition: Edition) -> None:
    slot = make.slot(make.session(edition), reason="The wall is opened.")

    deed(edition, reason="In case").move(Step(slot.session, at(edition, slot.room, "15:00")))

    slot.refresh_from_db()
    assert slot.reason == Move.objects.get().reason == ""


def test_a_clash_that_has_a_reason_is_not_asked_about_again_but_another_one_is(edition: Edition) -> None:
    room = make.room(edition)
    make.slot(make.session(edition), room=room, at="10:00")
    make.slot(make.session(edition, title="Third"), room=room, at="12:00")
    slot = make.slot(make.session(edition), room=room, at="10:30", reason="The wall is opened.")

    deed(edition).move(Step(slot.session, at(edition, room, "10:30", 75)))
    with pytest.raises(Clashing) as refused:
        deed(edition).move(Step(slot.session, at(edition, room, "10:30", 120), seen=1))

    assert [clash.other and str(clash.other.session) for clash in refused.value.clashes] == ["Third"]


def test_what_clashes_already_is_given_a_reason_where_it_stands(edition: Edition) -> None:
    room = make.room(edition)
    make.slot(make.session(edition), room=room)
    slot = make.slot(make.session(edition), room=room, at="10:30")

    deed(edition, reason="The wall is opened.").move(Step(slot.session, Stretch.of(slot)))

    assert [clash.reason for clash in Clash.all_in(edition)] == ["The wall is opened."]


def test_what_moves_together_does_not_clash_with_where_it_was(edition: Edition) -> None:
    room = make.room(edition)
    slots = [make.slot(make.session(edition), room=room, at=time) for time in ("10:00", "11:00")]

    deed(edition).swap(*(Step(slot.session, None) for slot in slots))

    assert [begins(slot) for slot in slots] == ["11:00", "10:00"]


# --- two at once ---


def test_the_later_one_is_told_who_changed_what(edition: Edition, mei: User) -> None:
    slot = make.slot(make.session(edition, title="Wages"))
    deed(edition, mei).move(Step(slot.session, at(edition, make.room(edition, name="Teak"), "14:00")))

    with pytest.raises(Overtaken, match=r"Mei Lin moved “Wages” from .*10:00.* to .*14:00–15:00 · Teak"):
        deed(edition).move(Step(slot.session, at(edition, slot.room, "16:00"), seen=0))

    assert begins(slot) == "14:00"


def test_a_break_that_somebody_removed_is_not_moved(edition: Edition, mei: User) -> None:
    slot = make.slot(edition=edition, title="Lunch", at="12:00")
    to = at(edition, None, "13:00")
    deed(edition, mei).move(Step(slot, None))

    with pytest.raises(Overtaken, match="Mei Lin took “Lunch” off"):
        deed(edition).move(Step(slot, to))


def test_what_was_taken_off_and_put_back_meanwhile_is_not_what_was_seen(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    to = Stretch.of(slot)
    deed(edition).move(Step(slot.session, None))
    deed(edition).move(Step(slot.session, to, seen=1))

    with pytest.raises(Overtaken):
        deed(edition).move(Step(slot.session, at(edition, slot.room, "16:00"), seen=0))


def test_nothing_is_shifted_that_somebody_moved_meanwhile(edition: Edition, mei: User) -> None:
    room = make.room(edition)
    first, second = (make.slot(make.session(edition), room=room, at=time) for time in ("10:00", "14:00"))
    deed(edition, mei).move(Step(second.session, at(edition, room, "15:00")))

    with pytest.raises(Overtaken, match="Mei Lin"):
        deed(edition).shift(Step(first.session, None, seen=0), 15, all_rooms=False)

    assert begins(first) == "10:00"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_one_room_at_one_time_one_gets_it(edition: Edition) -> None:
    room, sessions = make.room(edition), [make.session(edition) for _ in range(6)]
    to = at(edition, room, "14:00")

    results = at_once([lambda one=one: deed(edition).move(Step(one, to)) for one in sessions], threads=6)

    assert [type(one).__name__ for one in results].count("Clashing") == 5, results
    assert Slot.objects.get().room == room
    assert Clash.all_in(edition) == []


@pytest.mark.django_db(transaction=True)
def test_of_many_who_move_the_same_one_does_and_the_others_are_told(edition: Edition) -> None:
    slot, rooms = make.slot(make.session(edition)), [make.room(edition) for _ in range(6)]
    deeds = [
        lambda to=to: deed(edition).move(Step(slot.session, to))
        for to in (at(edition, room, "14:00") for room in rooms)
    ]

    results = at_once(deeds, threads=6)

    assert [type(one).__name__ for one in results].count("Overtaken") == 5, results
    assert Move.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_schedule_the_same_session_one_does(edition: Edition) -> None:
    session, rooms = make.session(edition), [make.room(edition) for _ in range(6)]
    deeds = [
        lambda to=to: deed(edition).move(Step(session, to))
        for to in (at(edition, room, "14:00") for room in rooms)
    ]

    results = at_once(deeds, threads=6)

    assert [type(one).__name__ for one in results].count("Overtaken") == 5, results
    assert Slot.objects.count() == 1


# --- the history ---


def test_a_history_says_who_moved_what_from_where_to_where(edition: Edition, mei: User) -> None:
    slot = make.slot(make.session(edition, title="Wages"), room=make.room(edition, name="Lotus"))

    deed(edition, mei).move(Step(slot.session, at(edition, None, "14:00")))
    deed(edition, mei).move(Step(slot.session, None, seen=1))

    said = [str(move) for move in Move.objects.of(slot.session)]
    assert "Mei Lin took “Wages” off the timetable" in said[0]
    assert "10:00–11:00 · Lotus to " in said[1]
    assert "14:00–15:00 · All rooms" in said[1]


def test_a_history_keeps_the_name_of_a_room_that_is_gone(edition: Edition) -> None:
    slot = make.slot(make.session(edition), room=make.room(edition, name="Lotus"))
    deed(edition).move(Step(slot.session, at(edition, make.room(edition), "14:00")))
    Room.objects.get(name={"en": "Lotus"}).delete()

    assert "Lotus" in str(Move.objects.get())
    with pytest.raises(Refusal, match="is gone"):
        deed(edition).undo(1)


def test_the_last_move_is_undone_and_that_is_a_move_too(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    before = Stretch.of(slot)
    deed(edition).move(Step(slot.session, at(edition, make.room(edition), "14:00")))

    deed(edition).undo(1)
    undone = Stretch.of(Slot.objects.get())
    deed(edition).undo(2)

    assert undone == before
    assert begins(slot) == "14:00"
    assert Move.objects.count() == 3


def test_what_one_deed_moved_is_undone_at_once(edition: Edition) -> None:
    room = make.room(edition)
    slots = [make.slot(make.session(edition), room=room, at=time) for time in ("10:00", "11:00")]
    deed(edition).shift(Step(slots[0].session, None), 20, all_rooms=True)

    deed(edition).undo(1)

    assert [begins(slot) for slot in slots] == ["10:00", "11:00"]


def test_a_break_that_was_removed_comes_back_once(edition: Edition) -> None:
    slot = make.slot(edition=edition, title="Lunch", at="12:00")
    deed(edition).move(Step(slot, None))

    deed(edition).undo(1)
    with pytest.raises(Overtaken, match="undone already"):
        deed(edition).undo(1)

    assert str(Slot.objects.get().title) == "Lunch"


def test_an_undo_asks_about_clashes_too(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    deed(edition).move(Step(slot.session, at(edition, make.room(edition), "14:00")))
    make.slot(make.session(edition), room=slot.room)

    with pytest.raises(Clashing):
        deed(edition).undo(1)

    assert begins(slot) == "14:00"


def test_what_was_moved_since_is_not_undone(edition: Edition, mei: User) -> None:
    slot = make.slot(make.session(edition))
    deed(edition).move(Step(slot.session, at(edition, slot.room, "14:00")))
    deed(edition, mei).move(Step(slot.session, at(edition, slot.room, "15:00"), seen=1))

    with pytest.raises(Overtaken, match="Mei Lin"):
        deed(edition).undo(1)


# --- what it costs ---


def test_a_move_takes_as_many_queries_among_many_as_among_few(
    edition: Edition, queries: Callable[..., Any]
) -> None:
    session, room = make.session(edition, speakers=[make.speaker(edition)]), make.room(edition)
    slot = make.slot(session, room=room, at="10:00")
    make.slot(make.session(edition, speakers=[make.speaker(edition)]), at="14:00")

    with queries() as among_few:
        deed(edition).move(Step(session, at(edition, room, "14:00")))
    for _ in range(3):
        make.slot(make.session(edition, speakers=[make.speaker(edition), make.speaker(edition)]), at="14:00")
    with queries() as among_many:
        deed(edition).move(Step(session, at(edition, room, "10:30"), seen=1))

    assert begins(slot) == "10:30"
    assert len(among_many) == len(among_few) <= 12, among_many


def test_a_shift_of_many_takes_as_many_queries_as_of_few(
    edition: Edition, queries: Callable[..., Any]
) -> None:
    first = make.slot(make.session(edition), at="10:00")

    with queries() as of_one:
        deed(edition).shift(Step(first.session, None), 10, all_rooms=True)
    for _ in range(3):
        make.slot(make.session(edition), at="11:00")
    with queries() as of_four:
        deed(edition).shift(Step(first.session, None, seen=1), 10, all_rooms=True)

    assert len(of_four) == len(of_one), of_four
