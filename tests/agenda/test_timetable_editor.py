"""The timetable's pages: who may open them, what their forms do without a script, and what a script is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agenda.models import Move, Release, Session, Slot
from forum.models import Edition, User
from tests import make, staff

pytestmark = pytest.mark.django_db
PAGE = "admin:agenda_slot_timetable"
JSON = {"accept": "application/json"}


@pytest.fixture
def edition() -> Edition:
    edition = make.edition()
    for number in (1, 2):
        make.day(edition, number)
    return edition


@pytest.fixture
def mei(edition: Edition) -> User:
    return make.user(name="Mei Lin", duty="programme", edition=edition)


@pytest.fixture
def organizer(mei: User) -> Client:
    return staff.enter(Client(), mei)


def day(edition: Edition, number: int = 1) -> str:
    return (edition.starts_on + timedelta(days=number - 1)).isoformat()


def panel(key: str) -> str:
    return reverse(f"{PAGE}_panel", args=[key])


def deed(key: str, name: str) -> str:
    return reverse(f"{PAGE}_deed", args=[key, name])


def place(edition: Edition, slot: Slot, **changed: Any) -> dict[str, Any]:
    """What the form for a place sends: where the slot is, but for what is changed."""
    return {
        "day": day(edition),
        "room": slot.room_id or "",
        "starts": "10:00",
        "minutes": 60,
        "seen": 0,
    } | changed


def clock(slot: Slot) -> str:
    slot.refresh_from_db()
    return f"{slot.starts_at.astimezone(slot.day.edition.zone):%H:%M}"


# --- who may ---


def addresses(edition: Edition) -> list[tuple[str, str]]:
    slot = make.slot(make.session(edition))
    key = f"session-{slot.session_id}"
    return [
        ("get", reverse(PAGE)),
        ("get", reverse(f"{PAGE}_state")),
        ("get", reverse(f"{PAGE}_add")),
        ("post", reverse(f"{PAGE}_add")),
        ("get", panel(key)),
        *(("post", deed(key, name)) for name in ("move", "swap", "shift", "off", "undo")),
    ]


@pytest.mark.parametrize("duty", ["registration", "door", "finance", "protection"])
def test_other_duties_open_no_timetable_and_move_nothing(edition: Edition, duty: str) -> None:
    client = staff.at_work(duty, edition)

    answers = [getattr(client, way)(address).status_code for way, address in addresses(edition)]

    assert set(answers) == {403}
    assert not Move.objects.exists()


def test_whoever_is_no_staff_is_led_to_the_sign_in(edition: Edition) -> None:
    speaker = Client()
    speaker.force_login(make.speaker(edition, user=make.user()).user)

    answers = [
        getattr(client, way)(address) for client in (Client(), speaker) for way, address in addresses(edition)
    ]

    assert {answer.status_code for answer in answers} <= {302, 403}
    assert not any("timetable" in answer.content.decode() for answer in answers)


@pytest.mark.parametrize("duty", ["programme", "owner"])
def test_programme_and_owners_open_it(edition: Edition, duty: str) -> None:
    client = staff.at_work(duty, edition)

    answers = [client.get(address).status_code for way, address in addresses(edition) if way == "get"]

    assert set(answers) == {200}


def test_what_is_another_editions_does_not_exist(edition: Edition, organizer: Client) -> None:
    theirs = make.slot(make.session(make.edition()))
    keys = [
        f"session-{theirs.session_id}",
        f"slot-{theirs.pk}",
        "session-0",
        "room-1",
        "session-99999999999999999999",
    ]

    answers = [organizer.get(panel(key)).status_code for key in keys]
    answers += [organizer.post(deed(key, "move"), place(edition, theirs)).status_code for key in keys]

    assert set(answers) == {404}
    assert clock(theirs) == "10:00"


def test_nothing_is_moved_by_following_a_link(edition: Edition, organizer: Client) -> None:
    slot = make.slot(make.session(edition))

    answer = organizer.get(deed(f"session-{slot.session_id}", "off"))

    assert answer.status_code == 405


@pytest.mark.parametrize(("duty", "named"), [("programme", True), ("protection", False)])
def test_the_menu_names_it_for_those_who_may(edition: Edition, duty: str, named: bool) -> None:
    client = staff.at_work(duty, edition)

    pages = [client.get(reverse(f"admin:{name}")) for name in ("index", "agenda_slot_changelist")]

    assert [f'href="{reverse(PAGE)}"' in page.content.decode() for page in pages] == [named, named]


# --- the page ---


def test_the_page_shows_a_day_with_its_rooms_and_what_has_no_time(
    edition: Edition, organizer: Client
) -> None:
    make.room(edition, name="Empty room", capacity=77)
    make.slot(make.session(edition, title="Wages", speakers=[make.speaker(edition, name="Somchai")]))
    make.slot(make.session(edition, title="Tomorrow"), day=2)
    make.session(edition, title="Some day")
    make.session(edition, title="Never", status="cancelled")

    page = organizer.get(reverse(PAGE), {"day": day(edition)}).content.decode()

    assert all(text in page for text in ("Empty room", "77 seats", "Wages", "Somchai", "Some day"))
    assert "Tomorrow" not in page
    assert "Never" not in page


def test_the_list_is_searched_without_a_script(edition: Edition, organizer: Client) -> None:
    make.session(edition, title="Wages by phone")
    make.session(edition, title="From survey to remedy")

    page = organizer.get(reverse(PAGE), {"q": "phon"}).content.decode()

    assert "Wages by phone" in page
    assert "From survey" not in page


@pytest.mark.parametrize(
    "asked", [{"day": "x"}, {"day": "2027-13-44"}, {"zoom": "7"}, {"zoom": "-1"}, {"q": "\u200b"}]
)
def test_what_makes_no_sense_in_the_address_is_passed_over(
    edition: Edition, organizer: Client, asked: dict[str, str]
) -> None:
    answer = organizer.get(reverse(PAGE), asked)

    assert (answer.status_code, answer.context["zoom"]) == (200, 15)


def test_an_edition_without_days_says_what_to_do_first() -> None:
    client = staff.at_work("programme", make.edition())

    assert reverse("admin:agenda_day_add") in client.get(reverse(PAGE)).content.decode()


def test_what_visitors_do_not_know_yet_is_marked(edition: Edition, organizer: Client) -> None:
    moved, same = (make.slot(make.session(edition)) for _ in range(2))
    lunch = make.slot(edition=edition, title="Lunch", at="12:00")
    make.release(edition)
    make.slot(make.session(edition))
    make.slot(edition=edition, title="Set-up", room=make.room(edition), is_blocker=True)
    Slot.objects.filter(pk=moved.pk).update(room=make.room(edition))

    board = organizer.get(reverse(PAGE)).context["board"]

    differs = {cell.key: cell.differs for cell in board.cells}
    assert [differs[f"session-{one.session_id}"] for one in (moved, same)] == ["moved", ""]
    assert differs[f"slot-{lunch.pk}"] == ""
    assert sorted(differs.values()) == ["", "", "", "moved", "new"]


def test_open_clashes_stand_above_those_with_a_reason(edition: Edition, organizer: Client) -> None:
    room = make.room(edition, name="Lotus")
    make.slot(make.session(edition), room=room)
    make.slot(make.session(edition), room=room, at="10:30", reason="The wall is opened.")
    for at in ("14:00", "14:30"):
        make.slot(make.session(edition, title=at), room=room, at=at)

    page = organizer.get(reverse(PAGE)).content.decode()

    assert "1 clash on the timetable" in page
    assert "1 with a reason" in page
    assert "The wall is opened." in page


def test_the_page_takes_as_many_queries_for_many_as_for_one(
    edition: Edition, organizer: Client, queries: Callable[..., Any]
) -> None:
    def more() -> None:
        speakers = [make.speaker(edition), make.speaker(edition)]
        make.slot(
            make.session(edition, speakers=speakers, track=make.track(edition)), room=make.room(edition)
        )
        make.session(edition, speakers=speakers, format=make.format(edition))
        make.slot(edition=edition, title="Lunch", at="12:00")

    more()
    make.release(edition)
    organizer.get(reverse(PAGE))

    with queries() as with_one:
        organizer.get(reverse(PAGE))
    more()
    more()
    with queries() as with_three:
        organizer.get(reverse(PAGE))

    assert len(with_three) == len(with_one), with_three


# --- the forms, without a script ---


def test_a_session_is_moved_by_the_form(edition: Edition, organizer: Client, mei: User) -> None:
    slot, room = make.slot(make.session(edition)), make.room(edition)
    key = f"session-{slot.session_id}"
    sent = place(edition, slot, day=day(edition, 2), room=room.pk, starts="14:30", minutes=45)

    answer = organizer.post(deed(key, "move"), sent)

    slot.refresh_from_db()
    assert answer["Location"] == f"{reverse(PAGE)}?day={day(edition, 2)}#{key}"
    assert (slot.room, slot.starts_at) == (room, make.moment(edition, 2, "14:30"))
    assert slot.ends_at - slot.starts_at == timedelta(minutes=45)
    assert Move.objects.get().by == mei


def test_a_time_after_midnight_is_on_the_night_of_a_day_that_lasts_until_then(
    edition: Edition, organizer: Client
) -> None:
    late = make.day(edition, 3, ends_at=make.moment(edition, 4, "02:00"))
    slot = make.slot(make.session(edition))

    organizer.post(
        deed(f"session-{slot.session_id}", "move"),
        place(edition, slot, day=late.date.isoformat(), starts="00:30"),
    )

    slot.refresh_from_db()
    assert (slot.day, slot.starts_at) == (late, make.moment(edition, 4, "00:30"))


def test_a_session_without_a_time_is_given_one_as_long_as_its_format(
    edition: Edition, organizer: Client
) -> None:
    session = make.session(edition, format=make.format(edition, minutes=90))
    room = make.room(edition)

    form = organizer.get(panel(f"session-{session.pk}")).context["panel"].deeds["move"]
    sent = {
        "day": day(edition),
        "room": room.pk,
        "starts": "10:00",
        "minutes": form["minutes"].value(),
        "seen": 0,
    }
    organizer.post(deed(f"session-{session.pk}", "move"), sent)

    assert Slot.objects.get().ends_at == make.moment(edition, 1, "11:30")


def test_a_clash_is_said_in_the_form_and_done_with_a_reason(edition: Edition, organizer: Client) -> None:
    taken = make.slot(make.session(edition, title="Here first"))
    slot = make.slot(make.session(edition, title="Wages"), at="15:00")
    address = deed(f"session-{slot.session_id}", "move")
    wanted = place(edition, slot, room=taken.room_id, starts="10:30")

    answer = organizer.post(address, wanted)
    refused = answer.context["panel"].deeds["move"]
    organizer.post(address, wanted | {"reason": "The wall is opened."})

    assert "“Here first” and “Wages”" in answer.content.decode()
    assert "reason" in refused.errors
    assert (refused["starts"].value(), refused["room"].value()) == ("10:30", str(taken.room_id))
    assert clock(slot) == "10:30"
    assert slot.reason == "The wall is opened."


def test_whoever_is_later_is_told_and_can_do_the_same_again_at_once(
    edition: Edition, organizer: Client
) -> None:
    slot = make.slot(make.session(edition, title="Wages"))
    address = deed(f"session-{slot.session_id}", "move")
    colleague = staff.enter(Client(), make.user(name="Thiri", duty="programme", edition=edition))
    colleague.post(address, place(edition, slot, starts="14:00"))

    answer = organizer.post(address, place(edition, slot, starts="16:00"))
    kept = answer.context["panel"].deeds["move"]
    before = clock(slot)
    organizer.post(address, {box.html_name: box.value() or "" for box in kept})

    assert "Thiri moved “Wages”" in answer.content.decode()
    assert before == "14:00"
    assert clock(slot) == "16:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": "25:00"},
        {"minutes": 0},
        {"minutes": 5000},
        {"day": "2001-01-01"},
        {"room": "0"},
        {"seen": ""},
    ],
)
def test_a_place_that_is_none_is_said_at_its_field(
    edition: Edition, organizer: Client, wrong: dict[str, Any]
) -> None:
    slot = make.slot(make.session(edition))

    answer = organizer.post(deed(f"session-{slot.session_id}", "move"), place(edition, slot, **wrong))

    assert list(answer.context["panel"].deeds["move"].errors) == list(wrong)
    assert not Move.objects.exists()


def test_two_are_exchanged_by_the_form(edition: Edition, organizer: Client) -> None:
    one, other = (make.slot(make.session(edition), at=time) for time in ("10:00", "14:00"))

    organizer.post(
        deed(f"session-{one.session_id}", "swap"), {"other": f"session-{other.session_id}.0", "seen": 0}
    )

    assert (clock(one), clock(other)) == ("14:00", "10:00")


def test_all_that_follows_is_shifted_by_the_form(edition: Edition, organizer: Client) -> None:
    room = make.room(edition)
    slots = [make.slot(make.session(edition), room=room, at=time) for time in ("10:00", "11:00", "14:00")]

    organizer.post(
        deed(f"session-{slots[1].session_id}", "shift"), {"minutes": 20, "where": "room", "seen": 0}
    )

    assert [clock(slot) for slot in slots] == ["10:00", "11:20", "14:20"]


def test_a_session_loses_its_time_and_a_break_is_removed_by_the_form(
    edition: Edition, organizer: Client
) -> None:
    slot, lunch = make.slot(make.session(edition)), make.slot(edition=edition, title="Lunch", at="12:00")

    organizer.post(deed(f"session-{slot.session_id}", "off"), {"seen": 0})
    organizer.post(deed(f"slot-{lunch.pk}", "off"), {"seen": 0})

    assert not Slot.objects.exists()
    assert Session.objects.count() == 1


def test_a_break_that_was_removed_is_brought_back_from_its_history(
    edition: Edition, organizer: Client
) -> None:
    lunch = make.slot(edition=edition, title="Lunch", at="12:00")
    organizer.post(deed(f"slot-{lunch.pk}", "off"), {"seen": 0})

    page = organizer.get(panel(f"slot-{lunch.pk}"))
    organizer.post(deed(f"slot-{lunch.pk}", "undo"), {"seen": 1})

    assert "not on the timetable any more" in page.content.decode()
    assert str(Slot.objects.get().title) == "Lunch"


def test_the_last_move_is_undone_by_the_form(edition: Edition, organizer: Client) -> None:
    slot = make.slot(make.session(edition))
    key = f"session-{slot.session_id}"
    organizer.post(deed(key, "move"), place(edition, slot, starts="14:00"))

    organizer.post(deed(key, "undo"), {"seen": 1})

    assert clock(slot) == "10:00"


def test_the_panel_says_when_people_can_and_who_moved_what(edition: Edition, organizer: Client) -> None:
    speaker = make.speaker(edition, name="Somchai")
    speaker.availabilities.create(
        starts_at=make.moment(edition, 1, "09:00"), ends_at=make.moment(edition, 1, "12:30")
    )
    slot = make.slot(make.session(edition, speakers=[speaker]))
    key = f"session-{slot.session_id}"
    organizer.post(deed(key, "move"), place(edition, slot, starts="11:00"))

    page = organizer.get(panel(key)).content.decode()

    assert "09:00–12:30" in page
    assert "Mei Lin moved" in page


@pytest.mark.parametrize("kind", ["break", "blocker"])
def test_a_break_or_blocker_is_added_by_the_form(edition: Edition, organizer: Client, kind: str) -> None:
    sent = {
        "kind": kind,
        "title_en": "Pause",
        "day": day(edition),
        "room": "",
        "starts": "12:00",
        "minutes": 30,
    }

    organizer.post(reverse(f"{PAGE}_add"), sent)
    make.release(edition)

    slot = Slot.objects.get()
    assert (str(slot.title), slot.is_blocker, slot.version) == ("Pause", kind == "blocker", 1)
    assert Release.objects.current(edition).slots.count() == (kind == "break")


def test_a_break_where_something_is_asks_for_a_reason(edition: Edition, organizer: Client) -> None:
    make.slot(make.session(edition, title="Wages"), at="12:00")
    sent = {
        "kind": "break",
        "title_en": "Lunch",
        "day": day(edition),
        "room": "",
        "starts": "12:00",
        "minutes": 30,
    }

    answer = organizer.post(reverse(f"{PAGE}_add"), sent)

    assert "Wages" in answer.content.decode()
    assert answer.context["form"]["title"].value()
    assert Slot.objects.count() == 1


# --- what a script is told ---


def test_a_script_gets_the_changed_cells_alone(edition: Edition, organizer: Client) -> None:
    room = make.room(edition)
    slot = make.slot(make.session(edition), at="15:00")
    make.slot(make.session(edition), room=room, at="13:00")
    rival = make.slot(make.session(edition, title="Here first"), room=room)
    sent = place(edition, slot, room=room.pk, starts="10:30", reason="The wall is opened.")

    answer = organizer.post(deed(f"session-{slot.session_id}", "move"), sent, headers=JSON).json()

    assert set(answer["cells"]) == {f"session-{slot.session_id}", f"session-{rival.session_id}"}
    assert all("The wall is opened." in cell for cell in answer["cells"].values())
    assert (answer["number"], answer["stale"]) == (1, True)


def test_a_script_learns_that_a_session_has_no_time_and_a_break_is_gone(
    edition: Edition, organizer: Client
) -> None:
    slot, lunch = make.slot(make.session(edition)), make.slot(edition=edition, title="Lunch", at="12:00")
    keys = [f"session-{slot.session_id}", f"slot-{lunch.pk}"]

    off, gone = (organizer.post(deed(key, "off"), {"seen": 0}, headers=JSON).json()["cells"] for key in keys)

    assert "data-from" not in off[keys[0]]
    assert gone == {keys[1]: None}


def test_a_refused_script_gets_the_panel_with_what_was_wanted(edition: Edition, organizer: Client) -> None:
    taken = make.slot(make.session(edition, title="Here first"))
    slot = make.slot(make.session(edition), at="15:00")

    answer = organizer.post(
        deed(f"session-{slot.session_id}", "move"), place(edition, slot, room=taken.room_id), headers=JSON
    )

    assert answer["content-type"].startswith("text/html")
    assert "Here first" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_an_open_page_learns_of_every_kind_of_change(edition: Edition, organizer: Client) -> None:
    slot = make.slot(make.session(edition))
    states = []

    def look() -> None:
        answer = organizer.get(reverse(f"{PAGE}_state")).json()
        states.append((answer["number"], answer["public"]))

    look()
    organizer.post(deed(f"session-{slot.session_id}", "move"), place(edition, slot, starts="14:00"))
    look()
    slot.session.title = {"en": "Another title"}
    slot.session.save()
    look()
    slot.refresh_from_db()
    address = reverse("admin:agenda_slot_change", args=[slot.pk])
    organizer.post(address, staff.fields(organizer.get(address), room=make.room(edition).pk))
    look()
    organizer.post(reverse("admin:agenda_slot_delete", args=[slot.pk]), {"post": "yes"})
    look()

    assert len(set(states)) == 5


def test_to_look_for_changes_takes_one_query_beside_who_asks(
    edition: Edition, organizer: Client, queries: Callable[..., Any]
) -> None:
    organizer.get(reverse(f"{PAGE}_state"))

    with queries(in_a_crowd=True) as of_looking:
        organizer.get(reverse(f"{PAGE}_state"))
    own = [one for one in of_looking.captured_queries if "agenda_move" in one["sql"]]

    assert len(own) == 1
    assert "publicchange" in own[0]["sql"]
    assert len(of_looking) <= 7, of_looking


def test_a_drag_takes_as_many_queries_among_many_as_among_few(
    edition: Edition, organizer: Client, queries: Callable[..., Any]
) -> None:
    def more() -> Slot:
        return make.slot(make.session(edition, speakers=[make.speaker(edition)], track=make.track(edition)))

    slot = more()
    make.release(edition)
    address = deed(f"session-{slot.session_id}", "move")
    organizer.get(reverse(PAGE))

    with queries(in_a_crowd=True) as among_few:
        organizer.post(address, place(edition, slot, starts="11:00"), headers=JSON)
    for _ in range(4):
        more()
    with queries(in_a_crowd=True) as among_many:
        organizer.post(address, place(edition, slot, starts="10:00", seen=1), headers=JSON)

    assert clock(slot) == "10:00"
    assert len(among_many) == len(among_few) <= 28, among_many


# --- other pages that write slots ---


def test_a_slot_that_is_changed_elsewhere_is_a_move_too(edition: Edition, organizer: Client) -> None:
    slot, room = make.slot(make.session(edition, title="Wages")), make.room(edition, name="Teak")
    address = reverse("admin:agenda_session_change", args=[slot.session_id])

    organizer.post(address, staff.fields(organizer.get(address), **{"slot-0-room": room.pk}))

    slot.refresh_from_db()
    assert slot.version == 1
    assert "Mei Lin moved “Wages”" in str(Move.objects.get())


def test_a_session_that_is_deleted_leaves_its_title_in_the_history(
    edition: Edition, organizer: Client
) -> None:
    session = make.slot(make.session(edition, title="Wages")).session

    organizer.post(reverse("admin:agenda_session_delete", args=[session.pk]), {"post": "yes"})

    assert "took “Wages” off" in str(Move.objects.get())


def test_a_form_that_is_refused_makes_no_move(edition: Edition, organizer: Client) -> None:
    taken, slot = make.slot(make.session(edition)), make.slot(make.session(edition), at="15:00")
    address = reverse("admin:agenda_slot_change", args=[slot.pk])

    organizer.post(
        address, staff.fields(organizer.get(address), room=taken.room_id, starts_at=taken.starts_at)
    )

    assert not Move.objects.exists()


# --- availabilities ---


def test_an_organizer_writes_when_a_speaker_can_and_others_do_not_read_it(
    edition: Edition, organizer: Client
) -> None:
    speaker = make.speaker(edition)
    address = reverse("admin:speakers_speaker_change", args=[speaker.pk])
    hours = {
        "availabilities-0-starts_at": make.moment(edition, 1, "09:00").strftime("%Y-%m-%dT%H:%M"),
        "availabilities-0-ends_at": make.moment(edition, 1, "12:30").strftime("%Y-%m-%dT%H:%M"),
    }

    organizer.post(address, staff.fields(organizer.get(address), **hours))

    assert speaker.availabilities.get().ends_at == make.moment(edition, 1, "12:30")
    assert staff.at_work("registration", edition).get(address).status_code == 403
