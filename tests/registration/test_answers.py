"""What attendees answered: on their ticket's page, for those who may read it, and until its last day."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from forum.models import Edition
from registration.models import Answer, ProtectedAnswer, Question, Ticket
from registration.models.answer import LOST, Document, keep
from registration.models.answer_columns import answer_columns
from registration.tasks import sweep_answers
from tests import make, staff
from tests.registration.test_register_page import text

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def private(tmp_path: Path, settings: Settings) -> Path:
    """The folder of a private storage of the test's own."""
    own = {**settings.STORAGES["private"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "private": own}
    return tmp_path


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def ticket(edition: Edition) -> Ticket:
    return make.ticket(order=make.order(tickets=0, edition=edition))


def page_of(ticket: Ticket) -> str:
    return reverse("ticket-questions", kwargs={"secret": ticket.secret})


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def document(content: bytes = PDF, name: str = "passport.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def given(ticket: Ticket) -> dict[Question, Any]:
    attendee = ticket.attendee
    return {one.question: one.value for one in [*attendee.answers.all(), *attendee.protected_answers.all()]}


# --- the ticket's pages ---


def test_a_ticket_says_what_is_still_to_be_answered(client: Client, edition: Edition, ticket: Ticket) -> None:
    question = make.question(edition, label="Which union?", is_required=True)

    before = text(client.get(ticket.get_absolute_url()))
    on_the_order = text(client.get(ticket.order.get_absolute_url()))
    client.post(page_of(ticket), {question.name: "River Union"})
    after = text(client.get(ticket.get_absolute_url()))

    assert "We still have questions" in before
    assert "We still have questions" in on_the_order
    assert "We still have questions" not in after
    assert "River Union" in after
    assert page_of(ticket) in after


def test_without_questions_a_ticket_says_nothing_of_them(client: Client, ticket: Ticket) -> None:
    page = text(client.get(ticket.get_absolute_url()))
    answer = client.get(page_of(ticket))

    assert "questions" not in page
    assert (answer.status_code, answer["Location"]) == (302, ticket.get_absolute_url())


def test_answers_can_be_corrected_and_emptied(client: Client, edition: Edition, ticket: Ticket) -> None:
    line, number = make.question(edition), make.question(edition, kind="number")
    make.answer(line, "First", attendee=ticket.attendee)
    make.answer(number, "3", attendee=ticket.attendee)

    page = text(client.get(page_of(ticket)))
    answer = client.post(page_of(ticket), {line.name: "Second", number.name: ""})

    assert 'value="First"' in page
    assert answer["Location"] == ticket.get_absolute_url()
    assert given(ticket) == {line: "Second"}


def test_a_wrong_answer_keeps_what_there_was(client: Client, edition: Edition, ticket: Ticket) -> None:
    number = make.question(edition, kind="number")
    make.answer(number, "3", attendee=ticket.attendee)

    page = text(client.post(page_of(ticket), {number.name: "some"}))

    assert "Write a number in figures" in page
    assert given(ticket) == {number: "3"}


def test_only_what_fits_the_ticket_is_asked(client: Client, edition: Edition, ticket: Ticket) -> None:
    ours = make.question(edition, groups=[ticket.group])
    theirs = make.question(edition, groups=[make.group(edition)])

    page = text(client.get(page_of(ticket)))
    client.post(page_of(ticket), {ours.name: "Ours", theirs.name: "Theirs", "seen": [ours.pk, theirs.pk]})

    assert theirs.name not in page
    assert given(ticket) == {ours: "Ours"}


def test_what_follows_is_asked_next_without_a_script(
    client: Client, edition: Edition, ticket: Ticket
) -> None:
    visa = make.question(edition, kind="yes-no")
    nation = make.question(edition, kind="country", depends_on=visa, depends_answer="yes", is_required=True)

    answer = client.post(page_of(ticket), {visa.name: "yes"})
    page = html.fromstring(text(client.get(answer["Location"])))
    client.post(page_of(ticket), {visa.name: "yes", nation.name: "MM", "seen": [nation.pk]})

    assert answer["Location"] == page_of(ticket)
    assert not page.xpath(f'//*[@name="{nation.name}"]/ancestor::fieldset[@disabled]')
    assert given(ticket) == {visa: "yes", nation: "MM"}


def test_what_is_not_asked_any_more_is_forgotten(client: Client, edition: Edition, ticket: Ticket) -> None:
    visa = make.question(edition, kind="yes-no")
    nation = make.question(edition, kind="country", depends_on=visa, depends_answer="yes")
    keep(ticket.attendee, {visa: "yes", nation: "MM"})

    client.post(page_of(ticket), {visa.name: "no"})

    assert given(ticket) == {visa: "no"}


@pytest.mark.parametrize("status", ["cancelled", "declined", "expired"])
def test_a_ticket_that_is_over_is_asked_nothing(client: Client, edition: Edition, status: str) -> None:
    question = make.question(edition)
    ticket = make.ticket(order=make.order(tickets=0, edition=edition), status=status)

    answer = client.post(page_of(ticket), {question.name: "Late"})

    assert answer.status_code == 302
    assert not Answer.objects.exists()


def test_when_the_forum_has_begun_nothing_is_answered_any_more(client: Client) -> None:
    edition = make.edition("running")
    question = make.question(edition)
    ticket = make.ticket(order=make.order(tickets=0, edition=edition))

    client.post(page_of(ticket), {question.name: "Late"})

    assert not Answer.objects.exists()


def test_nobody_finds_a_ticket_by_guessing(client: Client, edition: Edition) -> None:
    make.question(edition)

    assert client.get("/en/tickets/no-such-secret/questions/").status_code == 404


def test_an_option_that_was_taken_off_stays_for_who_chose_it(
    client: Client, edition: Edition, ticket: Ticket
) -> None:
    question = make.question(edition, kind="one", options=["Old", "New"])
    old = question.options.all()[0]
    other = make.ticket(order=make.order(tickets=0, edition=edition))
    make.answer(question, str(old.pk), attendee=ticket.attendee)
    question.options.filter(pk=old.pk).update(is_active=False)

    pages = [text(client.get(page_of(one))) for one in (ticket, other)]
    client.post(page_of(other), {question.name: str(old.pk)})

    assert ["Old" in page for page in pages] == [True, False]
    assert given(other) == {}


def test_a_protected_answer_is_shown_to_no_holder_of_a_link(
    client: Client, edition: Edition, ticket: Ticket
) -> None:
    question = make.question(edition, label="Legal name", is_protected=True, is_required=True)
    make.answer(question, "Khin Mar Oo", attendee=ticket.attendee)

    pages = [
        text(client.get(address))
        for address in (ticket.get_absolute_url(), page_of(ticket), ticket.order.get_absolute_url())
    ]
    client.post(page_of(ticket), {question.name: ""})

    assert not any("Khin Mar Oo" in page for page in pages)
    assert "Only those who need it can read it" in pages[0]
    assert given(ticket) == {question: "Khin Mar Oo"}


def test_the_pages_of_tickets_ask_as_often_for_three_questions_as_for_one(
    client: Client, edition: Edition, ticket: Ticket, queries: Callable[[], Any]
) -> None:
    def asked(address: str) -> int:
        with queries() as found:
            client.get(address)
        return len(found)

    addresses = [ticket.get_absolute_url(), page_of(ticket), ticket.order.get_absolute_url()]
    make.answer(make.question(edition, kind="one", options=["a", "b"]), "1", attendee=ticket.attendee)
    client.get(page_of(ticket))
    with_one = [asked(address) for address in addresses]
    for _ in range(2):
        make.answer(make.question(edition, kind="one", options=["a", "b"]), "1", attendee=ticket.attendee)

    assert [asked(address) for address in addresses] == with_one


def test_an_orders_page_asks_as_often_for_three_tickets_as_for_one(
    client: Client, edition: Edition, queries: Callable[[], Any]
) -> None:
    make.question(edition, is_required=True)
    kind = make.ticket_type(edition)
    orders = [make.order(tickets=number, ticket_type=kind) for number in (1, 3)]
    client.get(orders[0].get_absolute_url())

    asked = []
    for order in orders:
        with queries() as found:
            page = text(client.get(order.get_absolute_url()))
        asked.append(len(found))

    assert asked[0] == asked[1]
    assert page.count("We still have questions") == 3


@pytest.mark.parametrize("is_required", [False, True])
def test_what_is_not_shown_again_can_be_deleted_unless_it_must_be_answered(
    is_required: bool, client: Client, edition: Edition, ticket: Ticket
) -> None:
    question = make.question(edition, is_protected=True, is_required=is_required)
    make.answer(question, "Khin Mar Oo", attendee=ticket.attendee)

    page = text(client.get(page_of(ticket)))
    client.post(page_of(ticket), {question.name: "", f"{question.name}-deletion": "on"})

    assert ("Delete what I have answered" in page) != is_required
    assert (given(ticket) == {}) != is_required


# --- files ---


def picture(kind: str) -> bytes:
    whole = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(whole, kind)
    return whole.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PDF, "application/pdf"), (picture("PNG"), "image/png"), (picture("JPEG"), "image/jpeg")],
    ids=["PDF", "PNG", "JPEG"],
)
def test_a_file_is_kept_in_private_under_a_name_that_tells_nothing(
    content: bytes, media_type: str, client: Client, edition: Edition, ticket: Ticket, private: Path
) -> None:
    question = make.question(edition, kind="file", is_required=True)

    client.post(page_of(ticket), {question.name: document(content, "khin mar.doc")})

    answer = Answer.objects.get()
    [kept] = files(private)
    assert kept.read_bytes() == content
    assert "khin" not in str(kept)
    assert answer.value == {"title": "khin mar.doc", "type": media_type, "size": len(content)}
    assert "khin mar.doc" in text(client.get(ticket.get_absolute_url()))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><script>alert(1)</script>", "is no PDF, PNG or JPEG"),
        (b"%PDF-1.7 cut off", "not whole"),
        (b"", "empty"),
        (picture("PNG")[:200], ""),
        (picture("GIF"), "is no PDF, PNG or JPEG"),
        (PDF + b" " * 5 * 1024 * 1024, "larger than 5 MB"),
    ],
    ids=["page", "half a PDF", "nothing", "half a picture", "GIF", "large"],
)
def test_a_file_of_another_kind_is_refused(
    content: bytes, words: str, client: Client, edition: Edition, ticket: Ticket, private: Path
) -> None:
    question = make.question(edition, kind="file")

    page = text(client.post(page_of(ticket), {question.name: document(content, "passport.pdf")}))

    assert words in page
    assert "field-error" in page
    assert not Answer.objects.exists()
    assert not files(private)


def test_a_file_that_was_sent_need_not_be_sent_again_when_something_else_is_wrong(
    client: Client, edition: Edition, ticket: Ticket
) -> None:
    file = make.question(edition, kind="file", is_required=True)
    number = make.question(edition, kind="number")

    wrong = text(client.post(page_of(ticket), {file.name: document(), number.name: "some"}))
    client.post(page_of(ticket), {number.name: "3"})

    assert "You have answered this." in wrong
    assert {question.kind for question in given(ticket)} == {"file", "number"}


def test_another_file_takes_the_place_of_the_first(
    client: Client,
    edition: Edition,
    ticket: Ticket,
    private: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    question = make.question(edition, kind="file")

    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(ticket), {question.name: document()})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(ticket), {question.name: document(PDF + b"2")})

    [kept] = files(private)
    assert kept.read_bytes() == PDF + b"2"


def test_a_protected_file_lies_encrypted(
    client: Client, edition: Edition, ticket: Ticket, private: Path
) -> None:
    question = make.question(edition, kind="file", is_protected=True)

    client.post(page_of(ticket), {question.name: document()})

    [kept] = files(private)
    assert b"PDF" not in kept.read_bytes()
    assert ProtectedAnswer.objects.get().content == PDF
    assert "passport" not in text(client.get(ticket.get_absolute_url()))


# --- who reads them ---


READERS = [
    ("registration", True, False),
    ("protection", True, True),
    ("finance", False, True),
    ("owner", True, True),
]


@pytest.mark.parametrize(("duty", "plain", "sealed"), READERS)
def test_answers_are_read_by_those_whom_they_are_for(
    duty: str, plain: bool, sealed: bool, edition: Edition, ticket: Ticket
) -> None:
    make.answer(make.question(edition), "An ordinary answer", attendee=ticket.attendee)
    make.answer(make.question(edition, is_protected=True), "A legal name", attendee=ticket.attendee)
    reader = staff.at_work(duty, edition)

    page = text(reader.get(reverse("admin:registration_attendee_change", args=[ticket.attendee.pk])))

    assert ("An ordinary answer" in page, "A legal name" in page) == (plain, sealed)


@pytest.mark.parametrize("duty", ["door", "programme"])
def test_others_do_not_open_an_attendee_at_all(duty: str, edition: Edition, ticket: Ticket) -> None:
    reader = staff.at_work(duty, edition)
    address = reverse("admin:registration_attendee_change", args=[ticket.attendee.pk])

    assert reader.get(address).status_code == 403


@pytest.mark.parametrize(("duty", "plain", "sealed"), [*READERS, ("door", False, False)])
def test_a_file_is_given_as_an_attachment_to_those_whom_it_is_for(
    duty: str, plain: bool, sealed: bool, edition: Edition, ticket: Ticket
) -> None:
    file = Document("<evil>\r\n.pdf", "application/pdf", PDF)
    made = [
        make.answer(make.question(edition, kind="file", is_protected=hidden), file, attendee=ticket.attendee)
        for hidden in (False, True)
    ]
    reader = staff.at_work(duty, edition)

    answers = [
        reader.get(
            reverse("admin:registration_attendee_answer_file", args=[ticket.attendee.pk, table, one.pk])
        )
        for table, one in zip(("answers", "protected-answers"), made, strict=True)
    ]

    for answer, may in zip(answers, (plain, sealed), strict=True):
        assert (answer.status_code == 200) == may
        if may:
            assert answer.content == PDF
            assert answer["Content-Disposition"].startswith('attachment; filename="')
            assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_another_edition_or_attendee_is_not_there(edition: Edition, ticket: Ticket) -> None:
    file = Document("a.pdf", "application/pdf", PDF)
    own = make.answer(make.question(edition, kind="file"), file, attendee=ticket.attendee)
    theirs = make.answer(make.question(make.edition("past"), kind="file"), file)
    reader = staff.at_work("owner", edition)
    other = make.ticket(order=make.order(tickets=0, edition=edition)).attendee

    answers = [
        reader.get(reverse("admin:registration_attendee_answer_file", args=[attendee, table, answer]))
        for attendee, table, answer in (
            (theirs.attendee_id, "answers", theirs.pk),
            (other.pk, "answers", own.pk),
            (ticket.attendee.pk, "protected-answers", own.pk),
            (ticket.attendee.pk, "sessions", own.pk),
        )
    ]

    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize(("duty", "plain", "sealed"), READERS)
def test_columns_hold_what_the_reader_may_read(
    duty: str, plain: bool, sealed: bool, edition: Edition, ticket: Ticket
) -> None:
    several = make.question(edition, kind="several", options=["Wages", "Remedy"], label="Topics")
    keys = [str(option.pk) for option in several.options.all()]
    make.answer(several, keys, attendee=ticket.attendee)
    make.answer(
        make.question(edition, is_protected=True, label="Legal name"), "Khin", attendee=ticket.attendee
    )
    make.question(edition, label="Nobody answered")
    other = make.ticket(order=make.order(tickets=0, edition=edition)).attendee

    columns = answer_columns(edition, [ticket.attendee, other], seen_by=make.user(duty=duty, edition=edition))

    rows = {column.title: (column.cell(ticket.attendee), column.cell(other)) for column in columns}
    topics = {"Topics": ("Wages and Remedy", "")} if plain else {}
    assert rows == topics | ({"Legal name": ("Khin", "")} if sealed else {})


def test_columns_ask_as_often_for_three_people_as_for_one(
    edition: Edition, queries: Callable[[], Any]
) -> None:
    reader = make.user(duty="owner", edition=edition)
    made = [make.ticket(order=make.order(tickets=0, edition=edition)).attendee for _ in range(3)]

    def asked(number: int) -> int:
        for attendee in made[:number]:
            make.answer(make.question(edition, kind="country"), "MM", attendee=attendee)
            make.answer(make.question(edition, is_protected=True), "x", attendee=attendee)
        with queries() as found:
            for column in answer_columns(edition, made[:number], seen_by=reader):
                column.cell(made[0])
        return len(found)

    reader.has_duty(edition, "owner")
    assert asked(1) == asked(3) <= 4


def test_no_answer_is_on_a_badge(edition: Edition, ticket: Ticket) -> None:
    from registration.badges import Badge

    make.answer(make.question(edition), "An ordinary answer", attendee=ticket.attendee)

    assert "An ordinary answer" not in repr(vars(Badge.of(ticket)))


# --- keys ---


def test_a_protected_answer_outlives_a_change_of_the_secret_key_and_is_sealed_anew(
    edition: Edition, settings: Settings
) -> None:
    answer = make.answer(make.question(edition, is_protected=True), "Khin")
    file = make.answer(
        make.question(edition, is_protected=True, kind="file"), Document("a.pdf", "application/pdf", PDF)
    )

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    between = ProtectedAnswer.objects.get(pk=answer.pk).value
    sweep_answers()
    settings.SECRET_KEY_FALLBACKS = []

    assert between == "Khin"
    assert ProtectedAnswer.objects.get(pk=answer.pk).value == "Khin"
    assert ProtectedAnswer.objects.get(pk=file.pk).content == PDF


def test_an_answer_whose_key_is_gone_breaks_no_page(
    edition: Edition, ticket: Ticket, settings: Settings
) -> None:
    make.answer(make.question(edition, is_protected=True), "Khin", attendee=ticket.attendee)
    settings.SECRET_KEY = "another key"
    reader = staff.at_work("protection", edition)

    page = text(reader.get(reverse("admin:registration_attendee_change", args=[ticket.attendee.pk])))

    assert ProtectedAnswer.objects.get().value == LOST
    assert "cannot be read any more" in page


# --- how long they are kept ---


def test_answers_are_deleted_after_their_last_day_where_the_edition_is(
    private: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    edition = make.edition(time_zone="Pacific/Kiritimati")  # 14 hours before UTC
    today = timezone.localdate(timezone=edition.zone)
    over, is_last = (
        [
            make.question(edition, kept_until=day, kind="file"),
            make.question(edition, kept_until=day, is_protected=True),
        ]
        for day in (today - timedelta(days=1), today)
    )
    for file, line in (over, is_last):
        make.answer(file, Document("a.pdf", "application/pdf", PDF))
        make.answer(line, "A legal name")

    with django_capture_on_commit_callbacks(execute=True):
        sweep_answers()

    left = [one.question for one in [*Answer.objects.all(), *ProtectedAnswer.objects.all()]]
    assert left == is_last
    assert len(files(private)) == 1
    assert Question.objects.count() == 4


def test_a_file_that_no_answer_has_is_swept_after_an_hour(edition: Edition, private: Path) -> None:
    question = make.question(edition, kind="file")
    attendee = make.ticket(order=make.order(tickets=0, edition=edition)).attendee
    with transaction.atomic():
        keep(attendee, {question: Document("a.pdf", "application/pdf", PDF)})
        transaction.set_rollback(True)

    [orphan] = files(private)
    sweep_answers()
    stays = orphan.exists()

    os.utime(orphan, (0, 0))
    sweep_answers()

    assert stays
    assert not orphan.exists()
