"""Whom a release concerns is told, each once, what it changes for them, and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agenda.models import Appearance, PersonalAgenda, Session, Slot
from forum.actor import Actor
from forum.mail import Pointless, compose
from forum.models import Edition, Message
from forum.tasks import sweep_messages
from tests import make, staff

pytestmark = pytest.mark.django_db
BY = Actor.system()


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th"])


def told(edition: Edition) -> list[str]:
    """Release, and say to which addresses a mail is queued."""
    before = set(Message.objects.values_list("pk", flat=True))
    make.release(edition, is_silent=False)
    return sorted(Message.objects.exclude(pk__in=before).values_list("to", flat=True))


def said(to: str = "") -> str:
    """The newest mail, as it would be sent now."""
    message = Message.objects.filter(**({"to": to} if to else {})).order_by("pk").last()
    assert message
    return str(compose(message).body)


def moved(slot: Slot, minutes: int = 60) -> None:
    slot.starts_at += timedelta(minutes=minutes)
    slot.ends_at += timedelta(minutes=minutes)
    slot.save()


# --- who ---


def test_who_marked_a_session_is_told_when_it_moves_and_nobody_else_is(edition: Edition) -> None:
    slot, other = make.slot(make.session(edition), at="10:00"), make.slot(make.session(edition), at="14:00")
    make.agenda_of_user(edition, slot.session, user=make.user("marks@example.org"))
    make.agenda_of_user(edition, other.session, user=make.user("marks-other@example.org"))
    make.speaker(edition, email="idle@example.org")
    make.release(edition)
    moved(slot)

    assert told(edition) == ["marks@example.org"]


def test_a_speaker_is_told_of_the_sessions_in_which_they_appear(edition: Edition) -> None:
    speaker = make.speaker(edition, email="mei@example.org")
    make.slot(make.session(edition, title="Wages by phone", speakers=[speaker]))

    addresses, body = told(edition), said()

    assert addresses == ["mei@example.org"]
    assert "You appear now in:" in body
    assert "Wages by phone" in body


def test_who_speaks_and_marks_under_one_address_gets_one_mail(edition: Edition) -> None:
    person = make.user("both@example.org")
    speaker = make.speaker(edition, email="BOTH@example.org", user=person)
    slot = make.slot(make.session(edition, title="Wages", speakers=[speaker]), at="10:00")
    other = make.slot(make.session(edition, title="Remedy"), at="14:00")
    make.agenda_of_user(edition, slot.session, other.session, user=person)
    make.release(edition)
    moved(slot)
    moved(other)

    addresses, body = told(edition), said()

    assert addresses == ["both@example.org"]
    assert body.count("Moved: Wages") == body.count("Moved: Remedy") == 1


def test_two_speakers_with_one_mailbox_get_one_mail_that_names_both(edition: Edition) -> None:
    ana, ben = (make.speaker(edition, name=name, email="office@example.org") for name in ("Ana", "Ben"))
    make.slot(make.session(edition, title="Wages", speakers=[ana]), at="10:00")
    make.slot(make.session(edition, title="Remedy", speakers=[ben]), at="14:00")

    addresses, body = told(edition), said()

    assert addresses == ["office@example.org"]
    assert re.findall(r"^(?:Ana|Ben)$|Wages$|Remedy$", body, re.M) == ["Ana", "Wages", "Ben", "Remedy"]


def test_nobody_is_told_by_a_silent_release(edition: Edition) -> None:
    slot = make.slot(make.session(edition, speakers=[make.speaker(edition, email="mei@example.org")]))
    make.agenda_of_user(edition, slot.session)

    make.release(edition, is_silent=True)

    assert not Message.objects.exists()


@pytest.mark.parametrize("phase", ["draft", "past", "cancelled"])
def test_nobody_is_told_of_an_edition_that_is_not_public_yet_or_does_not_lie_ahead(phase: str) -> None:
    edition = make.edition(**({"cancelled_at": timezone.now()} if phase == "cancelled" else {"phase": phase}))
    make.slot(make.session(edition, speakers=[make.speaker(edition, email="mei@example.org")]))

    assert told(edition) == []


def test_a_mail_that_waited_until_the_edition_was_cancelled_is_not_sent(edition: Edition) -> None:
    make.slot(make.session(edition, speakers=[make.speaker(edition, email="mei@example.org")]))
    make.release(edition, is_silent=False)

    edition.cancelled_at = timezone.now()
    edition.save()

    with pytest.raises(Pointless):
        said()


def test_an_address_that_nobody_has_confirmed_gets_no_mail(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    for email, moment in (("typed@example.org", None), ("confirmed@example.org", timezone.now())):
        make.agenda_of_user(
            edition, slot.session, user=None, email=email, email_confirmed_at=moment, language="en"
        )
    make.release(edition)
    moved(slot)

    assert told(edition) == ["confirmed@example.org"]


def test_who_wants_no_news_and_who_may_not_sign_in_any_more_get_none(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    make.agenda_of_user(edition, slot.session, wants_news=False)
    make.agenda_of_user(edition, slot.session, user=make.user(is_active=False))
    make.release(edition)
    moved(slot)

    assert told(edition) == []


def test_a_mail_is_in_its_readers_language(edition: Edition) -> None:
    slot = make.slot(make.session(edition, title={"en": "Wages", "th": "ค่าจ้าง"}))
    make.agenda_of_user(edition, slot.session, language="th")
    make.release(edition)
    moved(slot)

    make.release(edition, is_silent=False)

    assert "ค่าจ้าง" in said()
    assert "Wages" not in said()


# --- what ---


def test_a_mail_says_from_where_and_to_where_a_session_moved(edition: Edition) -> None:
    slot = make.slot(make.session(edition), room=make.room(edition, name="Lotus"), at="10:00")
    make.agenda_of_user(edition, slot.session)
    make.release(edition)
    slot.room = make.room(edition, name="Teak")
    moved(slot, 90)
    make.release(edition, is_silent=False)

    body = said()

    assert re.search(r"Until now: .*10:00–11:00, Lotus", body)
    assert re.search(r"Now: .*11:30–12:30, Teak", body)
    assert "All times are Bangkok time" in body


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (lambda slot: slot.session.cancel(by=BY), "Cancelled: Wages"),
        (lambda slot: slot.delete(), "Taken off the agenda: Wages"),
        (lambda slot: Session.objects.filter(pk=slot.session_id).update(title="Pay"), "Renamed: Pay"),
        (
            lambda slot: Appearance.objects.create(
                session=slot.session, speaker=make.speaker(slot.session.edition, name="Mei Lin")
            ),
            "with Mei Lin · Speaker",
        ),
    ],
)
def test_who_marked_a_session_reads_what_becomes_of_it(deed: Any, words: str, edition: Edition) -> None:
    slot = make.slot(make.session(edition, title="Wages"))
    make.agenda_of_user(edition, slot.session)
    make.release(edition)
    deed(slot)
    make.release(edition, is_silent=False)

    assert words in said()


def test_a_session_that_takes_place_after_all_is_told(edition: Edition) -> None:
    slot = make.slot(make.session(edition, title="Wages"))
    slot.session.cancel(by=BY)
    make.agenda_of_user(edition, slot.session)
    make.release(edition)
    slot.session.confirm(by=BY)
    make.release(edition, is_silent=False)

    assert "Taking place after all: Wages" in said()


def test_a_subject_says_the_one_thing_that_there_is_to_say(edition: Edition) -> None:
    slot = make.slot(make.session(edition, title="Wages"))
    make.agenda_of_user(edition, slot.session)
    make.release(edition)
    slot.session.cancel(by=BY)
    make.release(edition, is_silent=False)

    assert compose(Message.objects.get()).subject == "Cancelled: Wages"


def test_a_speaker_reads_that_they_appear_no_more_and_in_which_role_they_do(edition: Edition) -> None:
    speaker = make.speaker(edition, name="Mei", email="mei@example.org")
    goes, stays = (make.session(edition, title=title, speakers=[speaker]) for title in ("Wages", "Remedy"))
    make.slot(goes, at="10:00")
    make.slot(stays, at="14:00")
    make.release(edition)
    goes.appearances.get().delete()
    stays.appearances.update(role="moderator")
    make.release(edition, is_silent=False)

    body = said()

    assert re.search(r"You do not appear any more in:\s+\* Wages", body)
    assert "Mei · Moderator, until now Speaker" in body


def test_a_speaker_reads_nothing_of_who_else_comes(edition: Edition) -> None:
    speaker = make.speaker(edition, email="mei@example.org")
    session = make.session(edition, speakers=[speaker])
    make.slot(session)
    make.release(edition)
    Appearance.objects.create(session=session, speaker=make.speaker(edition))

    assert told(edition) == []


def test_who_is_not_listed_is_named_to_nobody_else(edition: Edition) -> None:
    session = make.session(edition)
    slot = make.slot(session)
    make.agenda_of_user(edition, session)
    make.release(edition)
    Appearance.objects.create(session=session, speaker=make.speaker(edition, name="Hidden", listed=False))

    of_people_alone = told(edition)
    Appearance.objects.create(session=session, speaker=make.speaker(edition, name="Other", listed=False))
    moved(slot)
    make.release(edition, is_silent=False)

    assert of_people_alone == []
    assert "Moved" in said()
    assert "Hidden" not in said()
    assert "Other" not in said()


def test_who_withdrew_before_the_mail_is_written_is_not_named_in_it(edition: Edition) -> None:
    session, speaker = make.session(edition), make.speaker(edition, name="Mei Lin")
    make.slot(session)
    make.agenda_of_user(edition, session)
    make.release(edition)
    Appearance.objects.create(session=session, speaker=speaker)
    make.release(edition, is_silent=False)

    before = said()
    speaker.withdraw("listed")

    assert "Mei Lin" in before
    with pytest.raises(Pointless):
        said()


def test_of_a_closed_session_only_those_who_appear_in_it_are_told(edition: Edition) -> None:
    inside = make.speaker(edition, email="inside@example.org", listed=False)
    session = make.session(edition, title="Behind doors", access="closed", speakers=[inside])
    slot = make.slot(session)
    make.agenda_of_user(edition, session)
    make.release(edition)
    moved(slot)

    addresses = told(edition)

    assert addresses == ["inside@example.org"]
    assert "Behind doors" in said()
    assert "/sessions/" not in said()


def test_a_session_that_is_closed_before_the_mail_is_written_is_not_told_to_who_marked_it(
    edition: Edition,
) -> None:
    slot = make.slot(make.session(edition))
    make.agenda_of_user(edition, slot.session)
    make.release(edition)
    moved(slot)
    make.release(edition, is_silent=False)

    slot.session.access = "closed"
    slot.session.save()

    with pytest.raises(Pointless):
        said()


def test_a_title_that_is_but_translated_is_no_news(edition: Edition) -> None:
    slot = make.slot(make.session(edition, title={"en": "Wages"}))
    make.agenda_of_user(edition, slot.session, language="th")
    make.release(edition)
    slot.session.title = {"en": "Wages", "th": "ค่าจ้าง"}
    slot.session.save()

    assert told(edition) == []


# --- late, again, back ---


def test_a_mail_that_comes_late_says_what_is_true_by_then(edition: Edition) -> None:
    slot = make.slot(make.session(edition), at="10:00")
    make.agenda_of_user(edition, slot.session)
    make.release(edition)
    moved(slot, 60)
    first = make.release(edition, is_silent=False)
    moved(slot, 60)
    make.release(edition)

    body = str(compose(Message.objects.about(first).get()).body)

    assert re.search(r"Until now: .*10:00", body)
    assert re.search(r"Now: .*12:00", body)
    assert "11:00–12:00" not in body


def test_what_was_taken_back_before_the_mail_went_is_not_told(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    make.agenda_of_user(edition, slot.session)
    first = make.release(edition)
    moved(slot)
    second = make.release(edition, is_silent=False)

    first.bring_back(by=BY, after=second.number, is_silent=True)

    with pytest.raises(Pointless):
        said()


def test_who_marked_nothing_any_more_or_stopped_the_mails_meanwhile_gets_none(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    personal = make.agenda_of_user(edition, slot.session)
    make.release(edition)
    moved(slot)
    make.release(edition, is_silent=False)

    PersonalAgenda.objects.filter(pk=personal.pk).update(wants_news=False)

    with pytest.raises(Pointless):
        said()


def test_a_mail_has_its_readers_way_out_in_its_head(edition: Edition) -> None:
    slot = make.slot(make.session(edition, speakers=[make.speaker(edition, email="mei@example.org")]))
    make.agenda_of_user(edition, slot.session, user=make.user("marks@example.org"))
    make.release(edition)
    moved(slot)
    make.release(edition, is_silent=False)

    heads = {
        message.to: compose(message).extra_headers.get("List-Unsubscribe")
        for message in Message.objects.all()
    }

    assert heads["mei@example.org"] is None
    assert re.fullmatch(r"<http://\S+/agenda/no-news/\S+/>", heads["marks@example.org"] or "")


# --- the way out ---


def way_out(edition: Edition, session: Session, **fields: Any) -> tuple[str, PersonalAgenda]:
    personal = make.agenda_of_user(edition, session, **fields)
    [message] = (
        message
        for message in _after_a_move(edition, session)
        if message.to.casefold() == personal.address.casefold()
    )
    [link] = re.findall(r"http://[^/]+(/\S*no-news\S*)", str(compose(message).body))
    return link, personal


def _after_a_move(edition: Edition, session: Session) -> list[Message]:
    make.release(edition)
    moved(session.slot)
    make.release(edition, is_silent=False)
    return list(Message.objects.all())


def test_looking_at_the_way_out_stops_nothing_and_pressing_does(client: Client, edition: Edition) -> None:
    link, personal = way_out(edition, make.slot(make.session(edition)).session)

    page = client.get(link)
    personal.refresh_from_db()
    before = personal.wants_news
    done = client.post(link)
    personal.refresh_from_db()

    assert before
    assert not personal.wants_news
    assert (page.status_code, done.status_code) == (200, 200)
    assert "no-store" in page["Cache-Control"]


def test_a_mail_program_stops_the_mails_by_one_press_of_its_own(edition: Edition) -> None:
    link, personal = way_out(edition, make.slot(make.session(edition)).session)

    answer = Client(enforce_csrf_checks=True).post(link, {"List-Unsubscribe": "One-Click"})
    personal.refresh_from_db()

    assert answer.status_code == 200
    assert not personal.wants_news


def test_the_way_out_ends_the_mails_of_all_agendas_at_that_address_and_of_no_other(
    client: Client, edition: Edition
) -> None:
    session = make.slot(make.session(edition)).session
    assert session
    other = make.agenda_of_user(edition, session)
    same = make.agenda_of_user(
        edition, session, user=None, email="Marks@example.org", email_confirmed_at=timezone.now()
    )
    link, personal = way_out(edition, session, user=make.user("marks@example.org"))

    client.post(link)

    wanting = PersonalAgenda.objects.filter(wants_news=True)
    assert list(wanting) == [other]
    assert {same.pk, personal.pk}.isdisjoint(wanting.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "spoil", [lambda link: link[:-3] + "xx/", lambda link: link.replace("no-news/", "no-news/9")]
)
def test_nobody_stops_the_mails_of_another(spoil: Any, client: Client, edition: Edition) -> None:
    link, personal = way_out(edition, make.slot(make.session(edition)).session)

    answers = [client.post(spoil(link)), client.get(spoil(link))]
    personal.refresh_from_db()

    assert [answer.status_code for answer in answers] == [404, 404]
    assert personal.wants_news


# --- the outbox ---


def test_the_outbox_does_not_say_who_is_told_of_changes(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    make.agenda_of_user(edition, slot.session, user=make.user("marks@example.org"))
    make.release(edition)
    moved(slot)
    make.release(edition, is_silent=False)
    message = Message.objects.get()
    superuser = staff.at_work("superuser", edition)

    listed = superuser.get(reverse("admin:forum_message_changelist"))
    one = superuser.get(reverse("admin:forum_message_change", args=[message.pk]))

    assert "marks@example.org" not in listed.content.decode()
    assert (one.status_code, one["Location"]) == (302, reverse("admin:index"))


def test_a_mail_of_changes_that_failed_is_nobodys_matter_on_the_first_page(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    make.agenda_of_user(edition, slot.session)
    make.release(edition)
    moved(slot)
    make.release(edition, is_silent=False)
    make.failed(Message.objects.get())
    owner = staff.at_work("owner", edition)

    matters = [matter.text for matter in owner.get(reverse("admin:index")).context["matters"]]

    assert not [text for text in matters if "mail" in text]


def test_the_mails_are_sent_by_a_worker(edition: Edition) -> None:
    slot = make.slot(make.session(edition))
    for _ in range(3):
        make.agenda_of_user(edition, slot.session)
    make.release(edition)
    moved(slot)
    release = make.release(edition, is_silent=False)

    before = len(mail.outbox)
    sweep_messages()

    assert (before, len(mail.outbox)) == (0, 3)
    assert release.told() == {"sent": 3}


def test_writing_a_mail_asks_as_often_for_many_sessions_as_for_one(edition: Edition, queries: Any) -> None:
    def another(number: int) -> Message:
        slots = [make.slot(make.session(edition), day=number, at=at) for at in ("10:00", "12:00")[:number]]
        person = make.user()
        speaker = make.speaker(edition, email=person.email, user=person)
        for slot in slots:
            Appearance.objects.create(session=slot.session, speaker=speaker)
        make.agenda_of_user(edition, *(slot.session for slot in slots), user=person)
        make.release(edition)
        for slot in slots:
            moved(slot)
        make.release(edition, is_silent=False)
        return Message.objects.get(to=person.email)

    one, two = another(1), another(2)
    counts = []
    for message in (one, two):
        fresh = Message.objects.select_related("edition").get(pk=message.pk)
        with queries() as asked:
            compose(fresh)
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 14
