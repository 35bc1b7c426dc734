"""What does not go together on the timetable, said with both sides, and one truth for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from agenda.models import Clash, ClashKind, Session, Slot
from forum.models import Edition
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return make.edition()


def put(edition: Edition, title: str, at: str = "10:00", **fields: Any) -> Slot:
    """A session of this title on day 1, an hour long."""
    of_session = {name: fields.pop(name) for name in ("speakers", "track", "status") if name in fields}
    return make.slot(make.session(edition, title=title, **of_session), at=at, **fields)


def kinds(edition: Edition) -> list[str]:
    return [clash.kind for clash in Clash.all_in(edition)]


def sentences(edition: Edition) -> list[str]:
    return [str(clash) for clash in Clash.all_in(edition)]


def test_a_room_that_is_taken_twice_is_a_clash_that_names_both(edition: Edition) -> None:
    room = make.room(edition, name="Lotus")
    put(edition, "First", room=room)
    put(edition, "Second", "10:30", room=room)

    assert sentences(edition) == ["Room “Lotus” is taken twice at the same time: “First” and “Second”."]


def test_what_begins_when_the_other_ends_is_no_clash(edition: Edition) -> None:
    room, speaker, track = make.room(edition), make.speaker(edition), make.track(edition)
    for at in ("10:00", "11:00"):
        put(edition, at, at, room=room, speakers=[speaker], track=track)

    assert kinds(edition) == []


def test_a_break_over_all_rooms_clashes_with_what_is_in_a_room(edition: Edition) -> None:
    put(edition, "First", "11:30", room=make.room(edition, name="Lotus"))
    make.slot(edition=edition, title="Lunch", at="12:00")

    assert sentences(edition) == ["Room “Lotus” is taken twice at the same time: “First” and “Lunch”."]


def test_what_takes_all_rooms_twice_is_said_once_however_many_rooms_there_are(edition: Edition) -> None:
    for at in ("09:00", "15:00"):
        put(edition, at, at)
    make.slot(edition=edition, title="Lunch", at="12:00")
    make.slot(edition=edition, title="Tea", at="12:30")

    assert sentences(edition) == ["“Lunch” and “Tea” take all rooms at the same time."]


def test_a_blocker_takes_its_room(edition: Edition) -> None:
    room = make.room(edition, name="Lotus")
    put(edition, "First", room=room)
    make.slot(edition=edition, title="Set-up", room=room, is_blocker=True)

    assert kinds(edition) == [ClashKind.ROOM]


def test_a_speaker_in_two_places_is_a_clash(edition: Edition) -> None:
    speaker = make.speaker(edition, name="Mei Lin")
    put(edition, "First", speakers=[speaker])
    put(edition, "Second", "10:59", speakers=[make.speaker(edition), speaker])

    assert sentences(edition) == ["Mei Lin speaks twice at the same time: in “First” and “Second”."]


def test_two_sessions_of_a_track_at_the_same_time_are_a_clash(edition: Edition) -> None:
    track = make.track(edition, name="Policy")
    put(edition, "First", track=track)
    put(edition, "Second", track=track)
    put(edition, "Third", track=make.track(edition))

    assert sentences(edition) == ["“First” and “Second” are both of the track “Policy”, at the same time."]


@pytest.mark.parametrize("at", ["08:30", "17:30"])
def test_what_lies_outside_its_day_is_a_clash(edition: Edition, at: str) -> None:
    put(edition, "First", at)

    [clash] = Clash.all_in(edition)

    assert clash.kind == ClashKind.DAY
    assert "First" in str(clash)


@pytest.mark.parametrize(
    ("hours", "clashes"),
    [
        ([], False),
        ([("10:00", "11:00")], False),
        ([("09:00", "10:30"), ("10:30", "12:00")], False),
        ([("10:15", "12:00")], True),
        ([("09:00", "10:45")], True),
        ([("09:00", "10:20"), ("10:40", "12:00")], True),
        ([("14:00", "15:00")], True),
    ],
)
def test_a_speaker_speaks_only_when_they_can(
    edition: Edition, hours: list[tuple[str, str]], clashes: bool
) -> None:
    speaker = make.speaker(edition, name="Mei Lin")
    for begins, ends in hours:
        speaker.availabilities.create(
            starts_at=make.moment(edition, 1, begins), ends_at=make.moment(edition, 1, ends)
        )
    put(edition, "First", speakers=[speaker])

    found = Clash.all_in(edition)

    assert [clash.kind for clash in found] == [ClashKind.AVAILABILITY] * clashes
    assert all("Mei Lin" in str(clash) and "First" in str(clash) for clash in found)


def test_a_cancelled_session_keeps_nothing_from_others(edition: Edition) -> None:
    room, speaker, track = make.room(edition), make.speaker(edition), make.track(edition)
    for status in (Session.Status.CANCELLED, Session.Status.CONFIRMED):
        put(edition, status, room=room, speakers=[speaker], track=track, status=status)

    assert kinds(edition) == []


def test_another_edition_is_another_matter(edition: Edition) -> None:
    put(make.edition(), "There")
    put(edition, "Here")

    assert kinds(edition) == []


def test_a_clash_says_the_reason_that_one_of_the_two_has(edition: Edition) -> None:
    room = make.room(edition)
    put(edition, "First", room=room)
    put(edition, "Second", room=room, reason="The wall is opened.")

    assert [clash.reason for clash in Clash.all_in(edition)] == ["The wall is opened."]


def test_all_clashes_of_an_edition_take_as_many_queries_for_many_as_for_few(
    edition: Edition, queries: Callable[..., Any]
) -> None:
    room, speaker, track = make.room(edition), make.speaker(edition), make.track(edition)
    speaker.availabilities.create(
        starts_at=make.moment(edition, 1, "14:00"), ends_at=make.moment(edition, 1, "15:00")
    )
    put(edition, "First", room=room, speakers=[speaker], track=track)

    with queries() as with_one:
        sentences(edition)
    for number in range(2):
        put(edition, f"More {number}", room=room, speakers=[speaker, make.speaker(edition)], track=track)
    with queries() as with_three:
        found = sentences(edition)

    assert len(found) > 3
    assert len(with_three) == len(with_one) == 4, with_three


# --- the same in a form ---


def test_a_slot_that_clashes_is_not_clean_unless_it_says_why(edition: Edition) -> None:
    room = make.room(edition)
    put(edition, "First", room=room)
    slot = put(edition, "Second", "15:00", room=room)
    slot.starts_at, slot.ends_at = make.moment(edition, 1, "10:30"), make.moment(edition, 1, "11:30")

    with pytest.raises(ValidationError, match="First"):
        slot.full_clean()
    slot.reason = "The wall is opened."
    slot.full_clean()


def test_a_session_is_no_blocker(edition: Edition) -> None:
    slot = put(edition, "First")
    slot.is_blocker = True

    with pytest.raises(ValidationError) as refused:
        slot.full_clean()

    assert "is_blocker" in refused.value.message_dict
