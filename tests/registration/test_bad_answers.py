"""Whatever is sent as an answer: an error beside its field or a value that can be kept and read, never a fault.

What is sent is made up by hypothesis, the same in every run.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from registration.forms import RegistrationForm
from registration.forms.asking import field_for
from registration.models import Answer, Question
from registration.models.answer import keep
from registration.models.answer_words import in_words
from tests import make
from tests.registration.test_bad_input import any_text, tries
from tests.registration.test_register_page import PATH, answers

pytestmark = pytest.mark.django_db

KINDS = [kind for kind in Question.Kind if kind != Question.Kind.FILE]
likely = st.one_of(
    any_text,
    st.sampled_from(
        ["yes", "no", "TH", "2027-02-29", "2570-01-01", "1", "-0", "1e5", "1_0", "၁၂", "sNaN", "Infinity"]
    ),
    st.dates().map(str),
    st.decimals(allow_nan=True).map(str),
    st.integers().map(str),
)


def prepared(kind: str) -> Question:
    question = make.question(kind=kind, options=["a", "b"] if kind in {"one", "several"} else [])
    return Question.objects.prefetch_related("options").get(pk=question.pk)


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_refused_or_can_be_kept_and_read(kind: str) -> None:
    question = prepared(kind)
    attendee = make.ticket(order=make.order(tickets=0, edition=question.edition)).attendee
    keys = [str(option.pk) for option in question.options.all()]
    field = field_for(question)

    @tries(60)
    @given(likely | st.lists(likely | st.sampled_from(keys or [""]), max_size=3))
    def holds(sent: Any) -> None:
        try:
            value = field.clean(sent if (kind == "several") == isinstance(sent, list) else str(sent))
        except ValidationError:
            return
        keep(attendee, {question: value})
        kept = Answer.objects.filter(question=question).first()
        assert (kept is None) == (value in ("", []))
        if kept:
            assert kept.value == value
            with override("my"):
                assert in_words(question, kept.value)

    holds()


@tries(40)
@given(st.lists(st.tuples(st.integers(0, len(KINDS)), likely), max_size=8))
def sent_to_the_page(client: Client, names: list[str], sent: list[tuple[int, str]]) -> None:
    data = QueryDict(mutable=True)
    data.update(base)
    for number, value in sent:
        data.appendlist(names[number], value)
    answer = client.post(PATH, data.urlencode(), content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {200, 302, 400}, (sent, answer.status_code)


base: dict[str, Any] = {}


@pytest.mark.parametrize("step", ["review", "further", "change", "confirm", "voucher"])
def test_the_pages_bear_whatever_is_sent(client: Client, step: str) -> None:
    edition = make.edition()
    first = make.question(edition, kind="yes-no")
    names = ["seen"]
    for kind in KINDS:
        options = ["a", "b"] if kind in {"one", "several"} else []
        one = make.question(
            edition, kind=kind, options=options, depends_on=first, depends_answer="yes", is_required=True
        )
        names.append(one.name)
    base.clear()
    base.update({**answers(edition), first.name: "yes", "step": step})

    sent_to_the_page(client, names)


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("number", " 1 250.50 ", "1250.50"),
        ("number", "၁၂", "12"),
        ("number", "1e3", "1000"),
        ("date", "2027-03-09", "2027-03-09"),
        ("country", "MM", "MM"),
        ("line", "  a \u202e b\n", "a b"),
        ("text", "a\r\n\r\n b ", "a\nb"),
        ("yes-no", "yes", "yes"),
    ],
)
def test_an_answer_is_kept_in_one_spelling(kind: str, sent: str, kept: str) -> None:
    assert field_for(prepared(kind)).clean(sent) == kept


@pytest.mark.parametrize(
    ("kind", "sent", "words"),
    [
        ("number", "NaN", "in figures"),
        ("number", "9" * 40, "too long"),
        ("date", "9/3/2027", "year, month, day"),
        ("date", "2570-03-09", "another calendar"),
        ("country", "XX", "from the list"),
        ("yes-no", "maybe", "answers on this page"),
        ("one", "999999", "answers on this page"),
        ("several", ["999999"], "answers on this page"),
        ("line", "x" * 301, "under 300"),
    ],
)
def test_a_wrong_answer_is_told_what_to_do(kind: str, sent: Any, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        field_for(prepared(kind)).clean(sent)

    assert words in " ".join(refused.value.messages)


def test_a_date_is_read_out_in_the_readers_language() -> None:
    question = prepared("date")

    with override("th"):
        assert in_words(question, str(date(2027, 3, 9))) == "9 มีนาคม 2027"


def test_the_form_holds_a_field_for_each_kind_that_a_page_can_carry() -> None:
    edition = make.edition()
    made = {kind: make.question(edition, kind=kind) for kind in Question.Kind}

    form = RegistrationForm(edition)

    assert {kind for kind, question in made.items() if question.name in form.fields} == set(KINDS)
