"""Which order a credit is for: found by what people make of a code, else by amount and name."""

from __future__ import annotations

from typing import Any

import pytest

from forum.models import Edition
from registration.models import Order, StatementLine
from registration.payments.bank.matching import Match, Matcher, are_alike
from tests import make

pytestmark = pytest.mark.django_db
CODE = "K7QX2M4P"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


def owing(edition: Edition, code: str = CODE, *, price: int = 25000, **fields: Any) -> Order:
    return make.order(edition=edition, code=code, status="reserved", price=price, **fields)


def match(edition: Edition, text: str = "", **fields: Any) -> Match:
    return Matcher(edition).match(make.entry(text=text, **fields))


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        "Ticket k7qx2m4p thank you",
        "K7QX 2M4P",
        "k7qx-2m4p",
        "REF:K7QX2M4P/FORUM",
        "Forum order K7QX2\nM4P",
        "/RFB/K7 QX 2M 4P/ANN",
        "E2EK7QX2M4P20261120",
        "Ｋ７ＱＸ２Ｍ４Ｐ",
        "ชำระเงิน K7QX2M4P ค่ะ",
    ],
)
def test_a_code_is_found_however_it_was_written(text: str, edition: Edition) -> None:
    order = owing(edition)
    owing(edition, "ABCDEFGH")

    assert match(edition, text) == Match(order.pk, "code")


@pytest.mark.parametrize("text", ["K70X2M4P", "KTQX2M4P", "K7OXZM4P", "k7 0x 2m-4p"])
def test_a_code_with_signs_that_look_alike_is_found_and_said_to_be_misread(
    text: str, edition: Edition
) -> None:
    order = owing(edition)

    assert match(edition, text) == Match(order.pk, "misread")


@pytest.mark.parametrize("text", ["", "K7QX2M4", "P4M2XQ7K", "K7QX  M4P", "Thank you for the forum"])
def test_a_code_that_is_not_there_is_not_found(text: str, edition: Edition) -> None:
    owing(edition)

    assert match(edition, text, amount=1) == Match()


def test_two_codes_in_one_text_are_said_and_none_is_chosen(edition: Edition) -> None:
    owing(edition), owing(edition, "ABCDEFGH")

    assert match(edition, f"for {CODE} and ABCDEFGH") == Match(
        note=f"It names several orders: ABCDEFGH, {CODE}."
    )


def test_many_codes_in_one_text_are_kept_as_far_as_there_is_room(edition: Edition) -> None:
    codes = [owing(edition, f"ABCDEF{one}{other}").code for one in "GHJKMN" for other in "PQRSTUVW"]

    note = match(edition, " ".join(codes)).note

    line = StatementLine.of(make.entry(), order=None, found_by="", note=note)
    assert make.statement(edition, line).lines.get().note.startswith("It names several orders: ABCDEFGP")


def test_two_orders_that_a_misread_code_may_mean_are_said_and_none_is_chosen(edition: Edition) -> None:
    owing(edition), owing(edition, "K7DX2M4P")

    assert match(edition, CODE).found_by == "code"
    assert match(edition, "K70X2M4P").order is None


def test_the_order_of_another_edition_is_not_found(edition: Edition) -> None:
    owing(make.edition())

    assert match(edition, CODE) == Match()


def test_a_code_counts_more_than_amount_and_name(edition: Edition) -> None:
    order = owing(edition)
    owing(edition, "ABCDEFGH", price=999, name="Mei Lin")

    assert match(edition, CODE, amount=999, payer="Mei Lin") == Match(order.pk, "code")


@pytest.mark.parametrize(
    ("fields", "found_by"),
    [
        ({"payer": "LIN MEI"}, "name"),
        ({"payer": "", "text": "TRANSFER FROM MEI LIN"}, "name"),
        ({"payer": "Wongsak, Somchai", "email": "somchai.wongsak@example.org"}, "email"),
        ({"payer": "S WONGSAK", "email": "s.wongsak77@example.org"}, "email"),
    ],
)
def test_without_a_code_the_amount_and_who_paid_hint_at_an_order(
    fields: dict[str, str], found_by: str, edition: Edition
) -> None:
    order = owing(edition, name="Mei Lin", email=fields.pop("email", "x@example.org"))
    owing(edition, "ABCDEFGH", price=999, name="Mei Lin")

    assert match(edition, **fields) == Match(order.pk, found_by)


@pytest.mark.parametrize(
    "fields",
    [
        {"payer": "Mei Lin", "amount": 24999},
        {"payer": "Mei Lin", "currency": "EUR"},
        {"payer": "Somebody Else"},
        {"payer": ""},
    ],
)
def test_amount_currency_and_name_must_all_fit(fields: dict[str, Any], edition: Edition) -> None:
    owing(edition, name="Mei Lin")

    assert match(edition, **fields) == Match()


def test_of_two_orders_of_similar_people_none_is_chosen(edition: Edition) -> None:
    owing(edition, name="Mei Lin"), owing(edition, "ABCDEFGH", name="Mei Lin")

    found = match(edition, payer="Mei Lin")

    assert found.order is None
    assert CODE in found.note
    assert "ABCDEFGH" in found.note


@pytest.mark.parametrize("status", ["confirmed", "requested", "expired", "cancelled"])
def test_a_name_hints_at_no_order_that_waits_for_no_money(status: str, edition: Edition) -> None:
    make.order(edition=edition, status=status, price=25000, name="Mei Lin")

    assert match(edition, payer="Mei Lin") == Match()


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("Somchai Wongsak", "WONGSAK SOMCHAI", True),
        ("Dr. José García", "JOSE GARCIA", True),
        ("Somchai Wongsak", "S. Wongsak", True),
        ("Ana Maria Ruiz", "Ana Ruiz", True),
        ("Somchai Wongsak", "SOMCHAI WONGSAKK", True),
        ("สมชาย วงศ์ศักดิ์", "สมชาย วงศ์ศักดิ์", True),
        ("Somchai Wongsak", "Somchai Srisai", False),
        ("Somchai Wongsak", "Anan Wongsak", False),
        ("Ana Ruiz", "A R", False),
        ("Mei", "Mei Lin", False),
        ("", "", False),
        ("Mei Lin", "", False),
    ],
)
def test_names_are_alike_when_they_may_be_one_persons(name: str, other: str, alike: bool) -> None:
    assert are_alike(name, other) is alike


def test_matching_asks_as_often_for_many_orders_as_for_one(edition: Edition, queries: Any) -> None:
    owing(edition)
    with queries() as for_one:
        match(edition, CODE)
    for number in range(3):
        owing(edition, f"ABCDEFG{number + 2}")
    with queries() as for_many:
        match(edition, CODE)

    assert len(for_many) == len(for_one)
