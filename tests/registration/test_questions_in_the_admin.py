"""Questions in the back office: they are made there, and cannot be changed so that answers mean something else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from forum.models import Edition
from registration.models import Question
from registration.models.question import MOST_FILES
from tests import make, staff
from tests.registration.test_register_page import text

pytestmark = pytest.mark.django_db

ADD = "admin:registration_question_add"
LIST = "admin:registration_question_changelist"


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th"])


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


def opened(question: Question) -> str:
    return reverse("admin:registration_question_change", args=[question.pk])


def errors(page: Any) -> dict[str, Any]:
    assert page.status_code == 200, page.status_code
    return page.context["adminform"].form.errors


def change(organizer: Client, question: Question, **typed: Any) -> Any:
    return organizer.post(opened(question), staff.fields(organizer.get(opened(question)), **typed))


def test_a_question_is_made_with_its_answers_in_all_languages(edition: Edition, organizer: Client) -> None:
    form = organizer.get(reverse(ADD))
    typed = {
        "label_en": "Which topics?",
        "label_th": "หัวข้อไหน",
        "kind": "several",
        "options-0-label_en": "Wages",
        "options-0-label_th": "ค่าจ้าง",
        "options-1-label_en": "Remedy",
    }

    organizer.post(reverse(ADD), staff.fields(form, **typed))

    question = Question.objects.get()
    assert (question.edition, question.kind) == (edition, "several")
    assert question.label == {"en": "Which topics?", "th": "หัวข้อไหน"}
    assert [option.label for option in question.options.all()] == [
        {"en": "Wages", "th": "ค่าจ้าง"},
        {"en": "Remedy"},
    ]
    assert question.kept_until == edition.ends_on + timedelta(days=30)


def test_a_new_question_comes_last_unless_somebody_says_otherwise(
    edition: Edition, organizer: Client
) -> None:
    make.question(edition, position=7)
    make.question(make.edition("past"), position=70)

    form = organizer.get(reverse(ADD))
    organizer.post(reverse(ADD), staff.fields(form, label_en="And then?"))

    assert Question.objects.get(label__en="And then?").position == 8


def test_no_more_files_are_asked_for_than_a_page_can_bring(
    edition: Edition, organizer: Client, settings: Settings
) -> None:
    for _ in range(MOST_FILES - 1):
        make.question(edition, kind="file")
    form = organizer.get(reverse(ADD))

    answers = [
        organizer.post(reverse(ADD), staff.fields(form, label_en="A letter?", kind="file")) for _ in range(2)
    ]

    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES == MOST_FILES
    assert answers[0].status_code == 302
    assert "10 files at most" in str(errors(answers[1])["kind"])


def test_a_choice_needs_something_to_choose_from(organizer: Client) -> None:
    form = organizer.get(reverse(ADD))
    typed = {"label_en": "Which?", "kind": "one", "options-0-label_en": "This one"}

    page = organizer.post(reverse(ADD), staff.fields(form, **typed))

    assert "write two answers at least" in text(page)
    assert not Question.objects.exists()


def test_a_question_follows_from_an_answer_that_is_chosen_in_words(
    edition: Edition, organizer: Client
) -> None:
    visa = make.question(edition, label="A visa letter?", kind="yes-no", position=1)
    make.question(edition, kind="yes-no", is_protected=True, label="A secret?", position=1)
    make.question(make.edition("past"), kind="yes-no", label="Last time?", position=1)
    form = organizer.get(reverse(ADD))
    typed = {"label_en": "Which passport?", "kind": "country", "position": 2, "asked_when": f"{visa.pk}:yes"}

    organizer.post(reverse(ADD), staff.fields(form, **typed))
    listed = text(organizer.get(reverse(LIST)))

    made = Question.objects.get(kind="country")
    assert (made.depends_on, made.depends_answer) == (visa, "yes")
    assert "A visa letter? Yes" in listed
    offered = dict(form.context["adminform"].form.fields["asked_when"].choices)
    assert [str(one) for one in offered] == ["", "A visa letter?"]


def test_a_question_cannot_come_before_the_one_that_it_follows_from(
    edition: Edition, organizer: Client
) -> None:
    first = make.question(edition, kind="yes-no", position=5)
    second = make.question(edition, position=6, depends_on=first, depends_answer="yes")

    pages = [change(organizer, second, position=4), change(organizer, first, position=7)]

    assert [set(errors(page)) for page in pages] == [{"position"}, {"position"}]


@pytest.mark.parametrize(("name", "value"), [("kind", "text"), ("is_protected", "on")])
def test_what_was_answered_keeps_its_kind_and_its_protection(
    name: str, value: str, edition: Edition, organizer: Client
) -> None:
    question = make.question(edition)
    free = change(organizer, question, **{name: value})
    Question.objects.filter(pk=question.pk).update(kind="line", is_protected=False)
    make.answer(question)

    page = change(organizer, question, **{name: value})

    assert free.status_code == 302
    assert "It has answers already" in str(errors(page)[name])


def test_what_was_answered_encrypted_is_not_laid_open(edition: Edition, organizer: Client) -> None:
    question = make.question(edition, is_protected=True)
    make.answer(question)

    page = change(organizer, question, is_protected=None)

    assert "is_protected" in errors(page)


def test_a_question_from_which_others_follow_keeps_its_kind(edition: Edition, organizer: Client) -> None:
    first = make.question(edition, kind="yes-no", position=1)
    make.question(edition, depends_on=first, depends_answer="yes", position=2)

    page = change(organizer, first, kind="line")

    assert "Other questions follow" in str(errors(page)["kind"])


@pytest.mark.parametrize("is_protected", [False, True])
def test_a_question_with_answers_is_kept_and_the_page_says_why_and_names_nobody(
    is_protected: bool, edition: Edition, organizer: Client
) -> None:
    question = make.question(edition, is_protected=is_protected)
    attendee = make.ticket(order=make.order(tickets=0, edition=edition), name="Khin Mar").attendee
    make.answer(question, attendee=attendee)

    page = organizer.post(reverse("admin:registration_question_delete", args=[question.pk]), {"post": "yes"})

    assert "1 person has answered" in text(page)
    assert "Take it off the form instead" in text(page)
    assert "Khin Mar" not in text(page)
    assert Question.objects.exists()


def test_a_question_without_answers_goes(edition: Edition, organizer: Client) -> None:
    question = make.question(edition, kind="one", options=["a", "b"])

    organizer.post(reverse("admin:registration_question_delete", args=[question.pk]), {"post": "yes"})

    assert not Question.objects.exists()


def test_a_question_from_which_others_follow_is_kept(edition: Edition, organizer: Client) -> None:
    first = make.question(edition, kind="yes-no", position=1)
    make.question(edition, label="Then?", depends_on=first, depends_answer="yes", position=2)

    page = organizer.post(reverse("admin:registration_question_delete", args=[first.pk]), {"post": "yes"})

    assert "“Then?” follows from" in text(page)
    assert Question.objects.count() == 2


def test_an_answer_that_was_chosen_or_that_others_follow_from_is_not_deleted(
    edition: Edition, organizer: Client
) -> None:
    chosen, deciding, free = (
        make.question(edition, kind="one", options=["a", "b", "c"], position=number) for number in (1, 2, 3)
    )
    key = str(deciding.options.all()[0].pk)
    make.question(edition, depends_on=deciding, depends_answer=key, position=9)
    make.answer(chosen, str(chosen.options.all()[0].pk))

    for question in (chosen, deciding, free):
        change(organizer, question, **{"options-0-DELETE": "on"})

    assert [question.options.count() for question in (chosen, deciding, free)] == [3, 3, 2]


@pytest.mark.parametrize("duty", ["finance", "protection"])
def test_others_may_read_the_questions_and_change_none(duty: str, edition: Edition) -> None:
    question = make.question(
        edition,
        label="Then?",
        depends_on=make.question(edition, label="Before?", kind="yes-no", position=1),
        depends_answer="no",
    )
    reader = staff.at_work(duty, edition)

    page = text(reader.get(opened(question)))
    answer = reader.post(opened(question), {"label_en": "Changed"})

    assert "Before? No" in page
    assert answer.status_code == 403


def test_questions_and_their_answers_are_on_the_translation_sheets(
    edition: Edition, organizer: Client
) -> None:
    make.question(edition, label={"en": "Which?"}, options=[{"en": "This"}, {"en": "That"}])

    sheets = [
        text(organizer.get(reverse("translate", args=[kind, "th"])))
        for kind in ("registration_question", "registration_questionoption")
    ]

    assert "Which?" in sheets[0]
    assert "This" in sheets[1]


def test_the_attendees_page_asks_as_often_for_three_answers_as_for_one(
    edition: Edition, queries: Callable[[], Any]
) -> None:
    attendee = make.ticket(order=make.order(tickets=0, edition=edition)).attendee
    owner = staff.at_work("owner", edition)
    address = reverse("admin:registration_attendee_change", args=[attendee.pk])

    def asked() -> int:
        question = make.question(edition, kind="one", options=["a", "b"])
        make.answer(question, str(question.options.all()[0].pk), attendee=attendee)
        make.answer(make.question(edition, is_protected=True), "x", attendee=attendee)
        with queries() as found:
            owner.get(address)
        return len(found)

    owner.get(address)
    first = asked()
    asked()

    assert asked() == first
