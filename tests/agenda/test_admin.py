"""Organizing the agenda in the back office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from agenda.models import Release, Session, Slot
from forum.actor import Actor
from forum.models import Edition, Message
from tests import make, staff

pytestmark = pytest.mark.django_db
PUBLISH = "admin:agenda_release_publish"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("programme", edition)


def opened(session: Session | Slot) -> str:
    return reverse(f"admin:agenda_{session._meta.model_name}_change", args=[session.pk])


def local(edition: Edition, number: int, at: str) -> str:
    """A moment on day `number` as the browser's control writes it."""
    return make.moment(edition, number, at).strftime("%Y-%m-%dT%H:%M")


# --- sessions and slots ---


def test_a_session_is_made_with_its_time_room_and_speaker_in_one_form(
    edition: Edition, organizer: Client
) -> None:
    day, room, speaker = make.day(edition, 2), make.room(edition), make.speaker(edition)
    address = reverse("admin:agenda_session_add")
    sent = staff.fields(
        organizer.get(address),
        title_en="Wages by phone",
        **{
            "slot-0-room": room.pk,
            "slot-0-starts_at": local(edition, 2, "10:00"),
            "slot-0-ends_at": local(edition, 2, "11:00"),
            "appearances-0-speaker": speaker.pk,
        },
    )

    organizer.post(address, sent)

    session = Session.objects.get()
    assert (session.slot.day, session.slot.room, session.slot.starts_at) == (
        day,
        room,
        make.moment(edition, 2, "10:00"),
    )
    assert session.appearances.get().speaker == speaker
    assert session.status == Session.Status.DRAFT


def test_a_time_outside_the_forum_is_said_beside_the_field(edition: Edition, organizer: Client) -> None:
    slot = make.slot(make.session(edition))
    late = (make.moment(edition, 1, "10:00") + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")

    answer = organizer.post(opened(slot), staff.fields(organizer.get(opened(slot)), starts_at=late))

    assert "starts_at" in answer.context["adminform"].form.errors
    slot.refresh_from_db()
    assert slot.starts_at == make.moment(edition, 1, "10:00")


def test_a_slot_follows_its_time_to_another_day(edition: Edition, organizer: Client) -> None:
    slot, other = make.slot(make.session(edition)), make.day(edition, 3)
    sent = staff.fields(
        organizer.get(opened(slot)), starts_at=local(edition, 3, "14:00"), ends_at=local(edition, 3, "15:00")
    )

    organizer.post(opened(slot), sent)

    slot.refresh_from_db()
    assert slot.day == other


def test_a_room_that_is_taken_is_said_beside_the_field(edition: Edition, organizer: Client) -> None:
    taken = make.slot(make.session(edition, title="Here first"))
    slot = make.slot(make.session(edition))

    answer = organizer.post(opened(slot), staff.fields(organizer.get(opened(slot)), room=taken.room.pk))

    assert "Here first" in str(answer.context["adminform"].form.errors["room"])


def test_a_search_finds_part_of_a_word_in_any_language(edition: Edition, organizer: Client) -> None:
    make.session(edition, title={"en": "Wages by phone", "th": "ค่าจ้างทางโทรศัพท์"})
    make.session(edition, title="Something else")

    found = (
        organizer.get(reverse("admin:agenda_session_changelist"), {"q": "โทรศัพท์"}).context["cl"].result_list
    )

    assert [str(session.title) for session in found] == ["Wages by phone"]


def test_the_search_for_a_speaker_offers_the_edition_alone(edition: Edition, organizer: Client) -> None:
    make.speaker(edition, name="Mei Here")
    make.speaker(make.edition("past"), name="Mei There")
    asked = {"app_label": "agenda", "model_name": "appearance", "field_name": "speaker", "term": "mei"}

    offered = organizer.get(reverse("admin:autocomplete"), asked).json()["results"]

    assert [one["text"] for one in offered] == ["Mei Here"]


def test_a_speaker_of_another_edition_cannot_be_put_into_a_session(
    edition: Edition, organizer: Client
) -> None:
    session, theirs = make.session(edition), make.speaker(make.edition("past"))
    sent = staff.fields(organizer.get(opened(session)), **{"appearances-0-speaker": theirs.pk})

    organizer.post(opened(session), sent)

    assert not session.appearances.exists()


def test_the_state_of_a_session_changes_by_a_verb_only(edition: Edition, organizer: Client) -> None:
    session = make.session(edition)

    organizer.post(opened(session), staff.fields(organizer.get(opened(session)), status="cancelled"))
    session.refresh_from_db()
    by_form = session.status
    asked = organizer.post(reverse("admin:agenda_session_cancel", args=[session.pk]))
    session.refresh_from_db()
    when_asked = session.status
    organizer.post(reverse("admin:agenda_session_cancel", args=[session.pk]), {"confirmed": "yes"})
    session.refresh_from_db()

    assert by_form == when_asked == Session.Status.CONFIRMED
    assert asked.status_code == 200
    assert session.status == Session.Status.CANCELLED


def test_looking_at_the_address_of_a_verb_does_nothing(edition: Edition, organizer: Client) -> None:
    session = make.session(edition, status="draft")

    answer = organizer.get(reverse("admin:agenda_session_confirm", args=[session.pk]))

    session.refresh_from_db()
    assert answer["Location"] == opened(session)
    assert session.status == Session.Status.DRAFT


def test_a_verb_on_a_session_of_another_edition_finds_nothing(edition: Edition, organizer: Client) -> None:
    theirs = make.session(make.edition("past"), status="draft")

    answer = organizer.post(reverse("admin:agenda_session_confirm", args=[theirs.pk]))

    theirs.refresh_from_db()
    assert answer.status_code == 404
    assert theirs.status == Session.Status.DRAFT


def test_several_sessions_are_confirmed_from_the_list(edition: Edition, organizer: Client) -> None:
    drafts = [make.session(edition, status="draft") for _ in range(2)]
    chosen = {"action": "confirm", "_selected_action": [session.pk for session in drafts]}

    organizer.post(reverse("admin:agenda_session_changelist"), chosen)

    assert {session.status for session in Session.objects.all()} == {Session.Status.CONFIRMED}


def test_who_may_only_read_is_offered_no_verb_and_may_do_none(edition: Edition) -> None:
    session = make.session(edition, status="draft")
    reader = staff.at_work("protection", edition)

    page = reader.get(opened(session))
    deeds = [
        reader.post(reverse("admin:agenda_session_confirm", args=[session.pk])),
        reader.post(
            reverse("admin:agenda_session_changelist"),
            {"action": "confirm", "_selected_action": [session.pk]},
        ),
    ]

    session.refresh_from_db()
    assert page.context["verbs"] == []
    assert deeds[0].status_code == 404
    assert session.status == Session.Status.DRAFT


def test_a_released_session_is_not_deleted_and_the_page_says_what_to_do(
    edition: Edition, organizer: Client
) -> None:
    session = make.session(edition)
    make.slot(session)
    make.release(edition)

    answer = organizer.post(reverse("admin:agenda_session_delete", args=[session.pk]), {"post": "yes"})

    assert "Cancel it instead" in answer.content.decode()
    assert Session.objects.exists()


def test_a_session_that_was_never_released_is_deleted(edition: Edition, organizer: Client) -> None:
    session = make.session(edition, speakers=[make.speaker(edition)])
    make.slot(session)

    organizer.post(reverse("admin:agenda_session_delete", args=[session.pk]), {"post": "yes"})

    assert not Session.objects.exists()
    assert not Slot.objects.exists()


def test_a_day_in_use_is_kept(edition: Edition, organizer: Client) -> None:
    slot = make.slot(make.session(edition))

    answer = organizer.post(reverse("admin:agenda_day_delete", args=[slot.day.pk]), {"post": "yes"})

    assert "1 slot is on that day" in answer.content.decode()
    assert edition.days.exists()


def test_a_day_that_a_ticket_type_admits_on_is_kept(edition: Edition, organizer: Client) -> None:
    day = make.day(edition)
    make.ticket_type(edition, days=[day])

    answer = organizer.post(reverse("admin:agenda_day_delete", args=[day.pk]), {"post": "yes"})

    assert "ticket type admits" in answer.content.decode()
    assert edition.days.exists()


def test_sessions_and_slots_are_found_by_day_and_sessions_without_one(
    edition: Edition, organizer: Client
) -> None:
    first, second, without = (make.session(edition, title=title) for title in ("First", "Second", "None"))
    slots = [make.slot(first, day=1), make.slot(second, day=2)]

    def found(model: str, day: object) -> list[object]:
        page = organizer.get(reverse(f"admin:agenda_{model}_changelist"), {"day": day})
        return list(page.context["cl"].result_list)

    assert found("session", slots[0].day_id) == [first]
    assert found("slot", slots[1].day_id) == [slots[1]]
    assert found("session", "none") == [without]


# --- the release page ---


def test_the_page_shows_what_changed_and_one_press_makes_it_public(
    edition: Edition, organizer: Client
) -> None:
    make.slot(make.session(edition, title="Wages by phone"))

    page = organizer.get(reverse(PUBLISH))
    done = organizer.post(
        reverse(PUBLISH), {"after": page.context["after"], "note_en": "Room changed."}, follow=True
    )

    release = Release.objects.get()
    assert "Wages by phone" in page.content.decode()
    assert "1 change waits" in page.content.decode()
    assert (release.is_current, str(release.note), release.published_by.email) == (
        True,
        "Room changed.",
        organizer.get(reverse(PUBLISH)).context["user"].email,
    )
    assert "is public now" in staff.said(done)


def test_when_nothing_changed_there_is_nothing_to_press(edition: Edition, organizer: Client) -> None:
    make.slot(make.session(edition))
    make.release(edition)

    page = organizer.get(reverse(PUBLISH)).content.decode()

    assert "nothing to release" in page
    assert 'value="Release"' not in page


def test_a_release_made_by_somebody_else_meanwhile_shows_the_changes_again(
    edition: Edition, organizer: Client
) -> None:
    make.slot(make.session(edition))
    make.release(edition)

    answer = organizer.post(reverse(PUBLISH), {"after": 0})

    assert answer.status_code == 200
    assert "released a moment ago" in staff.said(answer)
    assert Release.objects.count() == 1


def test_the_page_says_who_would_be_told_speakers_by_name_and_of_others_only_how_many(
    edition: Edition, organizer: Client
) -> None:
    mei = make.speaker(edition, name="Mei Lin", email="mei@example.org")
    slot = make.slot(make.session(edition, speakers=[mei, make.speaker(edition, name="Without Address")]))
    make.agenda_of_user(edition, slot.session, user=make.user("marks@example.org"), language="th")
    make.release(edition)
    slot.session.cancel(by=Actor.system())

    page = organizer.get(reverse(PUBLISH))

    audience, said = page.context["audience"], page.content.decode()
    assert "2 people get one mail each" in said
    assert (audience.languages, audience.number_marking) == ([("Thai", 1), ("English", 1)], 1)
    assert [str(one) for one in (*audience.speakers, *audience.unreached)] == ["Mei Lin", "Without Address"]
    assert "marks@example.org" not in said


def test_a_correction_is_released_without_a_mail(edition: Edition, organizer: Client) -> None:
    make.slot(make.session(edition, speakers=[make.speaker(edition, email="mei@example.org")]))

    organizer.post(reverse(PUBLISH), {"after": 0, "is_silent": "on"})

    assert Release.objects.get().is_silent
    assert not Message.objects.exists()


def test_a_rename_waits_on_the_page_in_each_language_in_which_it_is_one(
    edition: Edition, organizer: Client
) -> None:
    session = make.session(edition, title={"en": "Wages", "th": "ค่าจ้าง"})
    make.slot(session)
    make.release(edition)
    session.title = {"en": "Wages", "th": "ค่าแรง", "my": "လုပ်ခ"}
    session.save()

    page = organizer.get(reverse(PUBLISH))

    [change] = page.context["changes"]
    assert change.titles == [("ค่าจ้าง", "ค่าแรง", "th")]


@pytest.mark.parametrize("duty", ["registration", "finance", "door", "protection"])
def test_only_the_programme_releases(duty: str, edition: Edition) -> None:
    make.slot(make.session(edition))
    other = staff.at_work(duty, edition)

    answers = [other.get(reverse(PUBLISH)), other.post(reverse(PUBLISH), {"after": 0})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not Release.objects.exists()


def test_a_release_is_of_the_chosen_edition_alone(edition: Edition, organizer: Client) -> None:
    make.slot(make.session(edition))
    make.slot(make.session(make.edition("past"), title="Long ago"))

    page = organizer.get(reverse(PUBLISH)).content.decode()
    organizer.post(reverse(PUBLISH), {"after": 0})

    assert "Long ago" not in page
    assert Release.objects.get().edition == edition


def test_a_release_is_never_changed_or_deleted(edition: Edition) -> None:
    make.slot(make.session(edition))
    release = make.release(edition)
    superuser = staff.at_work("superuser", edition)

    answers = [
        superuser.post(reverse("admin:agenda_release_change", args=[release.pk]), {"number": 9}),
        superuser.post(reverse("admin:agenda_release_delete", args=[release.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Release.objects.get().number == 1
