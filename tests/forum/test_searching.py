"""Long lists are searched once a page, and find what they would find by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from forum.edition_admin import searching
from registration.models import Order, Ticket
from tests import make, staff

pytestmark = pytest.mark.django_db

TICKETS, ORDERS = "/admin/registration/ticket/", "/admin/registration/order/"


def names_on(page: Any) -> list[str]:
    return sorted(ticket.attendee.name for ticket in page.context["cl"].result_list)


@pytest.mark.parametrize("at_most", [1, 1000])
def test_a_search_finds_all_that_has_the_words_however_many_there_are(
    at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "AT_MOST", at_most)
    edition = make.edition()
    for name in ("Anna River", "Anna Hill", "Boris River"):
        make.ticket(order=make.order(tickets=0, edition=edition), name=name)
    make.ticket(name="Anna of another edition")
    organizer = staff.at_work("registration", edition)

    one_word, both = organizer.get(TICKETS, {"q": "anna"}), organizer.get(TICKETS, {"q": "river anna"})

    assert names_on(one_word) == ["Anna Hill", "Anna River"]
    assert one_word.context["cl"].result_count == 2
    assert names_on(both) == ["Anna River"]


@pytest.mark.parametrize("at_most", [1, 1000])
def test_an_order_of_several_who_have_the_word_is_found_once(
    at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "AT_MOST", at_most)
    edition = make.edition()
    family, other = (make.order(tickets=0, edition=edition) for _ in range(2))
    for name in ("Anna River", "Boris River", "Chit River"):
        make.ticket(order=family, name=name)
    make.ticket(order=other, name="Dao Hill")
    Ticket.objects.filter(order=other).update(status="cancelled")
    organizer = staff.at_work("registration", edition)

    def found(**asked: str) -> list[Order]:
        return list(organizer.get(ORDERS, asked).context["cl"].result_list)

    assert found(q="river") == [family]
    assert found(q=f"{other.code} hill") == [other]
    assert found(q='"Chit River"') == [family]
    assert found(q="nobody") == []
    assert found(tickets__status__exact="confirmed") == [family]
    assert found(tickets__status__exact="cancelled") == [other]
    assert set(found(tickets__status__exact="no state")) == {family, other}


def test_a_search_looks_through_the_records_once(queries: Any) -> None:
    edition = make.edition()
    make.ticket(order=make.order(tickets=0, edition=edition), name="Anna River")
    organizer = staff.at_work("registration", edition)

    with queries() as asked:
        organizer.get(TICKETS, {"q": "anna"})

    assert sum("%anna%" in one["sql"] for one in asked.captured_queries) == 1, asked
