"""Questions that are worded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forum.models import Page
from forum.prepared import Question
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

TITLES = Question(
    lambda edition: Page.objects.filter(edition=edition, in_menu=True).values_list("slug", "position")
)


def test_a_question_is_answered_for_the_record_that_it_is_asked_about(queries: Callable[[], Any]) -> None:
    one, other = make.edition(), make.edition()
    make.page(one, "terms", in_menu=True, position=4)
    make.page(one, "hidden", in_menu=False)
    make.page(other, "about", in_menu=True, position=2)

    with queries() as asked:
        rows = TITLES.ask(one.pk), TITLES.ask(other.pk)

    assert rows == ([("terms", 4)], [("about", 2)])
    assert len(asked) == 2


def test_a_question_that_is_about_no_record_is_refused() -> None:
    everything = Question(lambda edition: Page.objects.values_list("slug"))

    with pytest.raises(ValueError, match="about no record"):
        everything.ask(1)


def test_a_question_may_be_about_a_record_and_a_slug() -> None:
    one, other = make.edition(), make.edition()
    make.page(one, "terms", position=4)
    make.page(other, "terms", position=2)
    place = Question(
        lambda edition, slug: Page.objects.filter(edition=edition, slug=slug).values_list("position")
    )

    asked = place.ask(one.pk, "terms"), place.ask(other.pk, "terms"), place.ask(one.pk, "about")

    assert asked == ([(4,)], [(2,)], [])


def test_records_are_what_the_database_would_give_by_itself_and_are_read_whole_when_they_were_not() -> None:
    page = make.page(make.edition(), "terms", title={"en": "Terms", "th": "เงื่อนไข"}, body="Be kind.")
    pages = Question(lambda edition: Page.objects.filter(edition=edition).defer("body"))

    [record] = pages.records(page.edition_id)

    fields = ("pk", "title", "in_menu", "updated_at", "body")
    assert [getattr(record, name) for name in fields] == [
        getattr(Page.objects.get(), name) for name in fields
    ]
    assert record.title["th"] == "เงื่อนไข"
    assert not record._state.adding
