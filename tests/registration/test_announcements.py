"""Announcements: who is told, once each and in their language; nothing that was sent is changed; who may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from icalendar import Calendar

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import Pointless, compose
from forum.models import Edition, Job, Message
from forum.tasks import run_job
from registration.models import Announcement, Ticket
from registration.ready_texts import ready_announcement
from tests import make, staff
from tests.registration.test_places import at_once, kinds

pytestmark = pytest.mark.django_db
ORGANIZER = Actor.system()
LIST = "/admin/registration/announcement/"


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th"])


def ticket(edition: Edition, buyer: str, *, language: str = "en", **fields: Any) -> Ticket:
    order = make.order(tickets=0, edition=edition, email=buyer, language=language)
    return make.ticket(order=order, **fields)


def sent(announcement: Announcement) -> Job:
    """The job of sending it, done."""
    job = announcement.send(by=ORGANIZER, seen=announcement.digest)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def told() -> dict[str, str]:
    """The address and the language of each mail."""
    return dict(Message.objects.filter(letter="announcement").values_list("to", "language"))


# --- who is told -----------------------------------------------------------------------------------------------


@pytest.mark.embedded
def test_everybody_who_has_registered_is_told_in_the_language_of_their_order(edition: Edition) -> None:
    ticket(edition, "anna@example.org")
    ticket(edition, "boon@example.org", language="th", status="requested")
    ticket(edition, "chit@example.org", status="cancelled")
    ticket(make.edition(), "dao@example.org")

    job = sent(make.announcement(edition))

    assert told() == {"anna@example.org": "en", "boon@example.org": "th"}
    assert (job.status, job.progress, job.total) == ("done", 2, 2)


@pytest.mark.parametrize(
    ("readers", "expected"),
    [
        ("live", {"requested", "reserved", "free", "confirmed"}),
        ("confirmed", {"confirmed"}),
        ("payable", {"reserved"}),
    ],
)
def test_those_are_told_whom_the_state_of_their_ticket_is_about(
    readers: str, expected: set[str], edition: Edition
) -> None:
    for status in ("requested", "reserved", "confirmed", "declined", "expired", "cancelled"):
        ticket(edition, f"{status}@example.org", status=status, price=25000)
    ticket(edition, "free@example.org", status="requested", price=0)

    addresses = make.announcement(edition, readers=readers).addresses()

    assert {address.partition("@")[0] for address in addresses} == expected


def test_those_are_told_who_have_not_answered_what_must_be_answered_of_them(edition: Edition) -> None:
    brands = make.group(edition)
    asked = make.question(edition, is_required=True, groups=[brands])
    make.question(edition)
    ticket(edition, "open@example.org", group=brands)
    make.answer(asked, attendee=ticket(edition, "done@example.org", group=brands).attendee)
    ticket(edition, "never-asked@example.org")
    ticket(edition, "gone@example.org", group=brands, status="cancelled")

    addresses = make.announcement(edition, readers="asked").addresses()

    assert list(addresses) == ["open@example.org"]


def test_who_has_answered_since_it_was_sent_is_not_written_to(edition: Edition) -> None:
    asked = make.question(edition, is_required=True)
    late = ticket(edition, "late@example.org", group=make.group(edition))
    ticket(edition, "open@example.org", group=make.group(edition))
    sent(make.announcement(edition, readers="asked"))

    make.answer(asked, attendee=late.attendee)

    with pytest.raises(Pointless):
        compose(Message.objects.get(to="late@example.org"))
    assert compose(Message.objects.get(to="open@example.org"))


def test_the_ready_text_for_open_questions_is_for_those_who_have_not_answered(edition: Edition) -> None:
    organizer = staff.at_work("registration", edition)

    page = organizer.get(f"{LIST}add/?ready=questions")

    chosen = page.context["adminform"].form.instance
    assert chosen.readers == "asked"
    assert not chosen.with_calendar
    assert "Answer the questions" in str(chosen.text)
    assert set(chosen.subject) == {"en", "th"}


def test_ticket_types_and_groups_limit_who_is_told(edition: Edition) -> None:
    kind, brands = make.ticket_type(edition), make.group(edition)
    ticket(edition, "both@example.org", ticket_type=kind, group=brands)
    ticket(edition, "type@example.org", ticket_type=kind)
    ticket(edition, "group@example.org", group=brands)

    addresses = make.announcement(edition, ticket_types=[kind], groups=[brands]).addresses()

    assert list(addresses) == ["both@example.org"]


def test_a_group_means_all_who_are_shown_as_it(edition: Edition) -> None:
    civil = make.group(edition)
    survivors = make.group(edition, shown_as=civil)
    ticket(edition, "civil@example.org", group=civil)
    ticket(edition, "survivor@example.org", group=survivors)

    by_shown, by_real = (
        make.announcement(edition, groups=[group]).addresses() for group in (civil, survivors)
    )

    assert set(by_shown) == {"civil@example.org", "survivor@example.org"}
    assert not by_real


def test_who_has_two_tickets_is_told_once(edition: Edition) -> None:
    ticket(edition, "anna@example.org")
    ticket(edition, "Anna@example.org", language="th")

    sent(make.announcement(edition))

    assert told() == {"anna@example.org": "en"}


def test_buyers_or_attendees_are_told(edition: Edition) -> None:
    ticket(edition, "buyer@example.org", email="attendee@example.org")

    each = [list(make.announcement(edition, told=told).addresses()) for told in ("buyers", "attendees")]

    assert each == [["buyer@example.org"], ["attendee@example.org"]]


def test_who_has_no_address_is_counted_and_written_nothing(edition: Edition) -> None:
    ticket(edition, "", email="")
    ticket(edition, "anna@example.org")
    announcement = make.announcement(edition)

    sent(announcement)

    assert announcement.number_without_address() == 1
    assert list(told()) == ["anna@example.org"]


# --- once ------------------------------------------------------------------------------------------------------


def test_a_job_that_is_done_twice_doubles_no_mail_and_adds_what_is_missing(edition: Edition) -> None:
    for name in ("anna", "boon", "chit"):
        ticket(edition, f"{name}@example.org")
    announcement = make.announcement(edition)
    job = sent(announcement)
    Message.objects.filter(to="boon@example.org").delete()
    Job.objects.update(status="queued")

    run_job(job.pk)

    assert sorted(Message.objects.values_list("to", flat=True)) == [
        "anna@example.org",
        "boon@example.org",
        "chit@example.org",
    ]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_it_at_once_one_does(edition: Edition) -> None:
    ticket(edition, "anna@example.org")
    announcement = make.announcement(edition)
    seen = announcement.digest

    results = at_once(
        [lambda: Announcement.objects.get(pk=announcement.pk).send(by=ORGANIZER, seen=seen) for _ in range(6)]
    )

    assert kinds(results) == {"Job": 1, "Refusal": 5}


def test_what_was_changed_after_the_preview_is_not_sent_unseen(edition: Edition) -> None:
    ticket(edition, "anna@example.org")
    announcement = make.announcement(edition)
    seen = announcement.digest
    announcement.groups.add(make.group(edition))

    with pytest.raises(Refusal, match="changed meanwhile"):
        announcement.send(by=ORGANIZER, seen=seen)

    announcement.refresh_from_db()
    assert announcement.sent_at is None


def test_what_would_reach_nobody_is_not_sent(edition: Edition) -> None:
    announcement = make.announcement(edition)

    with pytest.raises(Refusal, match="Nobody"):
        announcement.send(by=ORGANIZER, seen=announcement.digest)


def test_mails_to_many_do_not_hold_up_the_mails_of_those_who_register(edition: Edition) -> None:
    one = ticket(edition, "anna@example.org")
    sent(make.announcement(edition))
    confirmation = make.message("ticket-confirmed", about=one, to="anna@example.org")

    assert Message.objects.due().first() == confirmation


# --- what is read ----------------------------------------------------------------------------------------------


def read(announcement: Announcement, to: str) -> Any:
    return compose(Message.objects.get(letter="announcement", to=to))


def test_a_mail_says_what_was_written_and_why_it_comes_in_the_readers_language(edition: Edition) -> None:
    ticket(edition, "anna@example.org")
    thai = ticket(edition, "boon@example.org", language="th")
    announcement = make.announcement(
        edition,
        subject={"en": "The hall has changed", "th": "เปลี่ยนห้องประชุม"},
        text={"en": "We meet in the **large** hall.", "th": "พบกันที่ห้องใหญ่"},
    )
    sent(announcement)

    mail, in_thai = read(announcement, "anna@example.org"), read(announcement, "boon@example.org")

    assert mail.subject == "The hall has changed"
    assert "**large** hall" in mail.body
    assert "<strong>large</strong> hall" in mail.alternatives[0][0]
    assert "because of your registration for" in mail.body
    assert (in_thai.subject, "พบกันที่ห้องใหญ่" in in_thai.body) == ("เปลี่ยนห้องประชุม", True)
    assert thai.order.code in in_thai.body


def test_a_text_that_a_language_lacks_comes_in_the_main_language(edition: Edition) -> None:
    ticket(edition, "boon@example.org", language="th")
    announcement = make.announcement(edition)
    sent(announcement)

    assert read(announcement, "boon@example.org").subject == "The hall has changed"


def test_what_is_written_cannot_bring_html_or_a_header_into_the_mail(edition: Edition) -> None:
    ticket(edition, "anna@example.org")
    announcement = make.announcement(
        edition,
        subject="Hello\nBcc: everybody@example.org",
        text="<script>alert(1)</script> [here](javascript:alert(1)) <img src=https://example.org/x>",
    )
    sent(announcement)

    mail = read(announcement, "anna@example.org")

    html = mail.alternatives[0][0]
    assert mail.subject == "Hello Bcc: everybody@example.org"
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_a_buyer_gets_the_orders_link_and_an_attendee_only_the_tickets(edition: Edition) -> None:
    one = ticket(edition, "buyer@example.org", email="attendee@example.org")
    attendees, buyers = make.announcement(edition), make.announcement(edition, told="buyers")
    sent(attendees)
    sent(buyers)

    to_attendee, to_buyer = read(attendees, "attendee@example.org"), read(buyers, "buyer@example.org")

    assert (one.secret in to_attendee.body, one.order.secret in to_attendee.body) == (True, False)
    assert one.order.secret in to_buyer.body


def test_who_has_cancelled_or_corrected_their_address_meanwhile_is_not_written_to(edition: Edition) -> None:
    gone, moved = ticket(edition, "gone@example.org"), ticket(edition, "typo@example.org")
    announcement = make.announcement(edition)
    sent(announcement)

    gone.cancel(by=ORGANIZER)
    moved.order.correct_email("right@example.org", by=ORGANIZER)

    for address in ("gone@example.org", "typo@example.org"):
        with pytest.raises(Pointless):
            read(announcement, address)


def test_a_new_calendar_file_replaces_the_old_one(edition: Edition) -> None:
    day = make.day(edition)
    one = ticket(edition, "anna@example.org")
    first = compose(make.message("ticket-confirmed", about=one, to="anna@example.org", edition=edition))
    edition.starts_on += timedelta(days=100)
    edition.ends_on += timedelta(days=100)
    edition.save()
    day.date, day.starts_at = edition.starts_on, day.starts_at + timedelta(days=100)
    day.ends_at += timedelta(days=100)
    day.save()
    announcement = make.announcement(edition, with_calendar=True)
    sent(announcement)

    mail = read(announcement, "anna@example.org")

    old, new = (_event(each) for each in (first, mail))
    assert old["uid"] == new["uid"]
    assert new["dtstart"].dt - old["dtstart"].dt == timedelta(days=100)
    assert (new["sequence"], new["dtstamp"].dt >= old["dtstamp"].dt) == (1, True)


def _event(mail: Any) -> Any:
    [file] = [part[1] for part in mail.attachments if part[0] == "forum.ics"]
    [event] = Calendar.from_ical(file).events
    return event


def test_an_organizer_who_tries_it_out_gets_it_once_in_each_language_and_nobody_else_does(
    edition: Edition,
) -> None:
    one = ticket(edition, "anna@example.org")
    announcement = make.announcement(edition)
    organizer = staff.at_work("registration", edition)

    organizer.post(f"{LIST}{announcement.pk}/trial/")

    mails = [compose(message) for message in Message.objects.order_by("pk")]
    announcement.refresh_from_db()
    assert [message.language for message in Message.objects.order_by("pk")] == ["en", "th"]
    assert {mail.to[0] for mail in mails}.isdisjoint({"anna@example.org"})
    assert all("trial" in mail.body for mail in mails[:1])
    assert all(one.order.code not in mail.body and one.secret not in mail.body for mail in mails)
    assert announcement.sent_at is None


# --- in the back office ----------------------------------------------------------------------------------------


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


def test_an_organizer_writes_previews_and_sends(edition: Edition, organizer: Client) -> None:
    ticket(edition, "anna@example.org")
    ticket(edition, "boon@example.org", language="th")
    form = organizer.get(f"{LIST}add/")
    organizer.post(f"{LIST}add/", staff.fields(form, subject_en="Trains run late", text_en="Come *early*."))
    way = f"{LIST}{Announcement.objects.get().pk}/sending/"

    preview = organizer.get(way)
    organizer.post(way, {"seen": preview.context["announcement"].digest})
    run_job(Job.objects.get().pk)
    standing = organizer.get(way)

    page = preview.content.decode()
    assert "2 addresses would get it" in page
    assert "Come *early*." in page
    assert "ไทย is not written yet" in page
    assert not Message.objects.filter(letter="announcement-trial").exists()
    assert "Its mails are on their way" in standing.content.decode()
    assert standing.context["announcement"].queued == 2


def test_what_became_of_the_mails_is_counted(edition: Edition, organizer: Client, queries: Any) -> None:
    for name in ("anna", "boon", "chit"):
        ticket(edition, f"{name}@example.org")
    announcement = make.announcement(edition)
    sent(announcement)
    make.failed(Message.objects.get(to="anna@example.org"))
    Message.objects.filter(to="boon@example.org").update(status="sent")

    page = organizer.get(f"{LIST}{announcement.pk}/sending/")
    mails = organizer.get(f"{LIST}{announcement.pk}/mails/")

    counted = page.context["announcement"]
    assert (counted.queued, counted.sent, counted.failed) == (1, 1, 1)
    assert [message.to for message in mails.context["mails"]] == [
        "anna@example.org",
        "boon@example.org",
        "chit@example.org",
    ]


def test_the_list_of_who_got_it_asks_as_often_for_three_as_for_one(
    edition: Edition, organizer: Client, queries: Any
) -> None:
    ticket(edition, "anna@example.org")
    one, three = make.announcement(edition), make.announcement(edition)
    sent(one)
    ticket(edition, "boon@example.org")
    ticket(edition, "chit@example.org")
    sent(three)

    with queries() as for_one:
        organizer.get(f"{LIST}{one.pk}/mails/")
    with queries() as for_three:
        organizer.get(f"{LIST}{three.pk}/mails/")

    assert len(for_three) == len(for_one), for_three


def test_what_was_sent_is_neither_changed_nor_deleted(edition: Edition, organizer: Client) -> None:
    ticket(edition, "anna@example.org")
    announcement = make.announcement(edition)
    form = staff.fields(organizer.get(f"{LIST}{announcement.pk}/change/"), subject_en="Something else")
    sent(announcement)

    answers = [
        organizer.post(f"{LIST}{announcement.pk}/change/", form),
        organizer.post(f"{LIST}{announcement.pk}/delete/", {"post": "yes"}),
        organizer.post(
            LIST, {"action": "delete_selected", "_selected_action": [announcement.pk], "post": "yes"}
        ),
    ]

    announcement.refresh_from_db()
    assert [answer.status_code for answer in answers[:2]] == [403, 403]
    assert str(announcement.subject) == "The hall has changed"


def test_a_draft_is_deleted(edition: Edition, organizer: Client) -> None:
    announcement = make.announcement(edition)

    organizer.post(f"{LIST}{announcement.pk}/delete/", {"post": "yes"})

    assert not Announcement.objects.exists()


def test_what_was_sent_is_not_offered_for_translation(edition: Edition, organizer: Client) -> None:
    make.announcement(edition, subject="A draft")
    make.announcement(edition, subject="Gone out", sent_at=timezone.now())

    page = organizer.get("/admin/translations/registration_announcement/th/").content.decode()

    assert "A draft" in page
    assert "Gone out" not in page


def test_the_ready_text_says_the_new_dates_in_each_language_and_is_kept_unchanged(
    edition: Edition, organizer: Client
) -> None:
    address = f"{LIST}add/?ready=postponed"

    form = organizer.get(address)
    organizer.post(address, staff.fields(form))

    announcement = Announcement.objects.get()
    assert announcement.with_calendar
    assert set(announcement.subject) == set(announcement.text) == {"en", "th"}
    assert str(edition.starts_on.year) in announcement.text["en"]
    assert "cancel" in announcement.text["en"]


def test_only_groups_that_others_see_are_offered(edition: Edition, organizer: Client) -> None:
    civil = make.group(edition, name="Civil society")
    make.group(edition, name="Survivors", shown_as=civil)

    page = organizer.get(f"{LIST}add/").content.decode()

    assert "Civil society" in page
    assert "Survivors" not in page


@pytest.mark.parametrize("duty", ["programme", "finance", "door", "protection"])
@pytest.mark.parametrize("page", ["change", "sending", "mails"])
def test_others_neither_read_nor_write_to_those_who_have_registered(
    duty: str, page: str, edition: Edition
) -> None:
    ticket(edition, "anna@example.org")
    announcement = make.announcement(edition)
    other = staff.at_work(duty, edition)

    answers = [
        other.get(f"{LIST}{announcement.pk}/{page}/"),
        other.post(f"{LIST}{announcement.pk}/sending/", {"seen": announcement.digest}),
        other.post(f"{LIST}{announcement.pk}/trial/"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert not Message.objects.exists()


@pytest.mark.parametrize("page", ["sending", "mails"])
def test_an_announcement_of_another_edition_does_not_exist(page: str, organizer: Client) -> None:
    theirs = make.announcement()

    assert organizer.get(f"{LIST}{theirs.pk}/{page}/").status_code == 404


def test_the_preview_in_the_outbox_holds_no_secret(edition: Edition, organizer: Client) -> None:
    one = ticket(edition, "anna@example.org")
    sent(make.announcement(edition))

    page = organizer.get(f"/admin/forum/message/{Message.objects.get().pk}/change/").content.decode()

    assert "We meet in the" in page
    assert one.order.secret not in page


def test_ready_texts_speak_the_language_of_each_box(edition: Edition) -> None:
    with translation.override("th"):
        subjects = ready_announcement("postponed", edition)["subject"]

    assert subjects["en"].startswith("New dates")
    assert ready_announcement("nothing", edition) == {}
