"""An edition's own questions on the registration page: of whom each is asked, and what becomes of the answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from lxml import html

from forum import briefly, caching
from forum.models import Edition
from registration.forms import RegistrationForm
from registration.models import Answer, Order, ProtectedAnswer, Question
from tests import make
from tests.registration.test_register_page import PATH, answers, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return make.edition()


def carried(page: str) -> dict[str, list[str]]:
    """What a page carries along, hidden; of what is switched off, a browser sends nothing."""
    sent: dict[str, list[str]] = {}
    for box in html.fromstring(page).xpath(
        '//main//input[@type="hidden"][not(ancestor::fieldset[@disabled])]'
    ):
        if box.name != "csrfmiddlewaretoken":
            sent.setdefault(box.name, []).append(box.get("value", ""))
    return sent


def asks(page: str, question: Question) -> bool:
    """Whether a visitor without a script can answer this question on the page."""
    boxes = html.fromstring(page).xpath(f'//*[@name="{question.name}"][not(@type="hidden")]')
    return bool(boxes) and not any(box.xpath("ancestor::fieldset[@disabled]") for box in boxes)


def send(client: Client, edition: Edition, **typed: Any) -> str:
    return text(client.post(PATH, answers(edition, **typed)))


def go_on(client: Client, page: str, step: str, **typed: Any) -> Any:
    return client.post(PATH, {**carried(page), "step": step, **typed})


def confirmed(client: Client, page: str) -> Order:
    answer = go_on(client, page, "confirm", agree="on")
    assert answer.status_code == 302, text(answer)
    return Order.objects.get()


# --- of whom it is asked ---


def test_a_question_for_everybody_is_asked_and_its_answer_kept(client: Client, edition: Edition) -> None:
    question = make.question(edition, label="Who sends you?", help="Your union, for instance.")

    first = text(client.get(PATH))
    review = send(client, edition, **{question.name: "The river union"})
    confirmed(client, review)

    assert asks(first, question)
    assert "Your union, for instance." in first
    assert "Who sends you?" in review
    assert "The river union" in review
    assert [(one.question, one.value) for one in Answer.objects.all()] == [(question, "The river union")]


def test_a_required_question_is_to_be_answered(client: Client, edition: Edition) -> None:
    make.question(edition, is_required=True)

    page = send(client, edition)

    assert "Please answer this question." in page
    assert "Step 1 of 2" in page


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"kept_until": "2020-01-01"}], ids=["taken off", "past its last day"]
)
def test_a_question_that_is_not_asked_any_more_is_not_on_the_page(
    client: Client, edition: Edition, change: dict[str, Any]
) -> None:
    question = make.question(edition, is_required=True, **change)

    page = send(client, edition)

    assert question.name not in page
    assert "Step 2 of 2" in page


def test_another_editions_questions_are_not_asked(client: Client, edition: Edition) -> None:
    other = make.question(make.edition("past"))

    assert other.name not in text(client.get(PATH))


def test_a_question_for_one_group_is_asked_of_it_alone_on_the_next_page(
    client: Client, edition: Edition
) -> None:
    brands, unions = make.group(edition), make.group(edition)
    question = make.question(edition, label="How many members?", groups=[unions], is_required=True)

    first = text(client.get(PATH))
    of_brands = send(client, edition, group=brands)
    of_unions = send(client, edition, group=unions)

    assert not asks(first, question)
    assert "Step 2 of 2" in of_brands
    assert "How many members?" not in of_brands
    assert "They follow from what you have chosen." in of_unions
    assert asks(of_unions, question)
    assert "Please answer this question." not in of_unions


def test_a_question_for_one_ticket_type_is_asked_of_it_alone(client: Client, edition: Edition) -> None:
    free, paid = make.ticket_type(edition), make.ticket_type(edition)
    question = make.question(edition, ticket_types=[paid])

    assert "Step 2 of 2" in send(client, edition, ticket_type=free)
    assert asks(send(client, edition, ticket_type=paid), question)


def test_what_follows_from_an_answer_is_asked_after_it_and_all_that_was_typed_travels_along(
    client: Client, edition: Edition
) -> None:
    visa = make.question(edition, label="A visa letter?", kind="yes-no", is_required=True)
    nation = make.question(
        edition,
        label="Which passport?",
        kind="country",
        depends_on=visa,
        depends_answer="yes",
        is_required=True,
    )
    number = make.question(edition, label="Anything else?", depends_on=visa, depends_answer="yes")

    without = send(client, edition, **{visa.name: "no"})
    further = send(client, edition, **{visa.name: "yes"}, organisation="River Union")
    empty = text(go_on(client, further, "further", **{nation.name: "", "seen": [nation.pk, number.pk]}))
    review = text(go_on(client, further, "further", **{nation.name: "MM", "seen": [nation.pk, number.pk]}))
    order = confirmed(client, review)

    assert "Step 2 of 2" in without
    assert asks(further, nation)
    assert "Please answer this question." in empty
    assert asks(empty, nation)
    assert "Step 2 of 2" in review
    assert "Myanmar" in review
    [ticket] = order.tickets.all()
    assert ticket.attendee.organisation == "River Union"
    assert {one.question: one.value for one in ticket.attendee.answers.all()} == {visa: "yes", nation: "MM"}


def test_a_chain_of_questions_is_asked_link_by_link(client: Client, edition: Edition) -> None:
    first = make.question(edition, kind="yes-no")
    second = make.question(edition, kind="yes-no", depends_on=first, depends_answer="yes")
    third = make.question(edition, depends_on=second, depends_answer="no")

    one = send(client, edition, **{first.name: "yes"})
    two = text(go_on(client, one, "further", **{second.name: "no", "seen": [second.pk]}))
    sent = {**carried(two), third.name: "At last", "seen": [second.pk, third.pk], "step": "further"}
    review = text(client.post(PATH, sent))

    assert (asks(one, second), asks(one, third)) == (True, False)
    assert (asks(two, second), asks(two, third)) == (False, True)
    assert "At last" in review


def test_what_follows_from_one_of_several_answers_is_asked(client: Client, edition: Edition) -> None:
    groups = make.question(edition, kind="several", options=["Wages", "Recruitment", "Remedy"])
    wages, remedy = groups.options.all()[0], groups.options.all()[2]
    why = make.question(edition, depends_on=groups, depends_answer=str(remedy.pk))

    page = send(client, edition, **{groups.name: [wages.pk, remedy.pk]})
    other = send(client, edition, **{groups.name: [wages.pk]})

    assert asks(page, why)
    assert "Step 2 of 2" in other
    assert "Wages" in other


def test_an_answer_to_what_is_not_asked_is_dropped_also_a_wrong_one(client: Client, edition: Edition) -> None:
    visa = make.question(edition, kind="yes-no")
    day = make.question(edition, kind="date", depends_on=visa, depends_answer="yes", is_required=True)

    review = send(client, edition, **{visa.name: "no", day.name: "no day at all", "seen": [day.pk]})
    confirmed(client, review)

    assert [one.question for one in Answer.objects.all()] == [visa]


def test_a_script_sends_all_at_once_and_no_further_page_comes(client: Client, edition: Edition) -> None:
    visa = make.question(edition, kind="yes-no")
    nation = make.question(edition, kind="country", depends_on=visa, depends_answer="yes", is_required=True)

    review = send(client, edition, **{visa.name: "yes", nation.name: "TH", "seen": [nation.pk]})

    assert "Step 2 of 2" in review
    assert "Thailand" in review


def test_a_page_that_claims_to_be_confirmed_skips_no_question(client: Client, edition: Edition) -> None:
    group = make.group(edition)
    question = make.question(edition, groups=[group], is_required=True)
    review = send(client, edition, group=group, **{question.name: "Said", "seen": [question.pk]})
    sent = {**carried(review), "agree": "on", "step": "confirm"}

    unseen = client.post(PATH, {**sent, "seen": []})
    empty = client.post(PATH, {**sent, question.name: ""})

    assert asks(text(unseen), question)
    assert "Please answer this question." in text(empty)
    assert not Order.objects.exists()


def test_changing_the_answers_loses_none_of_them(client: Client, edition: Edition) -> None:
    several = make.question(edition, kind="several", options=["Wages", "Recruitment", "Remedy"])
    keys = [str(option.pk) for option in several.options.all()]
    line = make.question(edition, depends_on=several, depends_answer=keys[0])
    typed = {several.name: keys[:2], line.name: "Because", "seen": [line.pk]}
    review = send(client, edition, **typed)

    page = text(go_on(client, review, "change"))

    boxes = re.findall(rf'<input[^>]*name="{several.name}"[^>]*>', page)
    assert ["checked" in box for box in boxes] == [True, True, False]
    assert 'value="Because"' in page
    assert asks(page, line)


def test_a_wrong_answer_is_said_and_shown_again(client: Client, edition: Edition) -> None:
    number = make.question(edition, kind="number")

    page = send(client, edition, **{number.name: "a dozen"})

    assert "Write a number in figures" in page
    assert 'value="a dozen"' in page


def test_a_file_is_asked_for_later(client: Client, edition: Edition) -> None:
    file = make.question(edition, label="A letter of support", kind="file", is_required=True)

    first = text(client.get(PATH))
    review = send(client, edition)

    assert file.name not in first
    assert "on your ticket’s page: A letter of support" in re.sub(r"\s+", " ", review)


def test_a_protected_answer_lies_encrypted_in_its_own_table(client: Client, edition: Edition) -> None:
    question = make.question(edition, label="Name in your passport", is_protected=True)

    review = send(client, edition, **{question.name: "Khin Mar Oo"})
    confirmed(client, review)

    answer = ProtectedAnswer.objects.get()
    assert not Answer.objects.exists()
    assert "Khin" not in answer.sealed
    assert answer.value == "Khin Mar Oo"


def test_a_question_is_asked_in_the_readers_language_else_in_the_main_one(client: Client) -> None:
    edition = make.edition(languages=["en", "th"])
    make.question(edition, label={"en": "Why do you come?", "th": "มาทำไม"})
    make.question(
        edition, kind="one", label={"en": "Which?"}, options=[{"en": "Tea", "th": "ชา"}, {"en": "Mud"}]
    )

    page = text(client.get("/th/register/"))

    assert "มาทำไม" in page
    assert "ชา" in page
    assert '<span lang="en">Mud</span>' in page


def test_what_an_organizer_writes_is_no_markup(client: Client, edition: Edition) -> None:
    make.question(edition, kind="one", label="<b>x</b>", help="<i>y</i>", options=["<u>z</u>", "ok"])

    page = client.get(PATH).content.decode()

    assert not re.search("<b>x|<i>y|<u>z", page)


# --- what it costs ---


def test_questions_cost_one_reading_however_many_there_are(
    client: Client, edition: Edition, queries: Callable[[], Any]
) -> None:
    group = make.group(edition)

    def add() -> None:
        make.question(edition, kind="one", options=["a", "b"], groups=[group])

    add()
    client.get(PATH)
    caching.forget()
    with queries() as with_one:
        client.get(PATH)
    add()
    add()
    caching.forget()
    with queries() as with_three:
        client.get(PATH)

    assert len(with_three) == len(with_one), with_three


def test_many_answers_are_written_at_once(
    client: Client, edition: Edition, queries: Callable[[], Any]
) -> None:
    def place(number: int) -> int:
        Order.objects.update(key="another")
        briefly.forget()
        review = send(client, edition, **{one.name: "Said" for one in Question.objects.all()})
        with queries() as asked:
            go_on(client, review, "confirm", agree="on")
        assert Answer.objects.filter(attendee__email="khin.mar@example.org").count() == number
        Answer.objects.all().delete()
        return len(asked)

    make.question(edition)
    with_one = place(1)
    make.question(edition)
    make.question(edition)

    assert place(3) == with_one


# --- the form itself ---


def test_by_hand_nothing_is_asked_that_only_the_attendee_knows(edition: Edition) -> None:
    from registration.forms.by_hand import ByHandForm

    question = make.question(edition, is_required=True)

    assert question.name in RegistrationForm(edition).fields
    assert question.name not in ByHandForm(edition, QueryDict("")).fields
