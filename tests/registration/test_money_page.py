"""The money page: the same sums everywhere, whatever they are split by, for those who answer for money."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forum.models import Edition
from registration.models import Figures, Ledger, Order, Payment, Standing
from registration.models.ledger import Line
from tests import make, staff

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

MONEY = "/admin/registration/payment/money/"
SHEET = "/admin/registration/payment/money/figures.csv"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def finance(edition: Edition) -> Client:
    return staff.at_work("finance", edition)


def order(edition: Edition, *tickets: tuple[str, int], paid: int = 0, **fields: Any) -> Order:
    """An order with a ticket of each of these states and prices, for which so much was paid."""
    made = make.order(tickets=0, edition=edition)
    kind = make.ticket_type(edition)
    for status, price in tickets:
        make.ticket(**{"order": made, "ticket_type": kind, "status": status, "price": price, **fields})
    if paid:
        make.payment(made, paid)
    return made


def figures(lines: list[Line]) -> dict[str, Figures]:
    return {line.name: line.figures for line in lines}


def many(edition: Edition, number: int = 60) -> None:
    """Orders of every kind that there may be, the same ones each time."""
    dice = random.Random(7)
    civil = make.group(edition)
    groups = [civil, make.group(edition), make.group(edition, shown_as=civil)]
    kinds = [make.ticket_type(edition) for _ in range(3)]
    for _ in range(number):
        made = make.order(tickets=0, edition=edition)
        tickets = [
            make.ticket(
                order=made,
                ticket_type=dice.choice(kinds),
                group=dice.choice(groups),
                status=dice.choice(
                    ["requested", "reserved", "confirmed", "declined", "expired", "cancelled"]
                ),
                price=dice.choice([0, 100, 999, 25000]),
            )
            for _ in range(dice.randint(0, 4))
        ]
        for _ in range(dice.randint(0, 2)):
            payment = make.payment(
                made,
                dice.choice([50, 999, 25000, 26000]),
                currency=dice.choice([edition.currency] * 4 + ["THB"]),
                provider=dice.choice(["stripe", "bank-transfer", "by-hand"]),
            )
            for _ in range(dice.randint(0, 2)):
                make.refund(
                    payment,
                    dice.choice([10, 40]),
                    status=dice.choice(["refunded", "queued", "failed"]),
                    is_unsure=dice.random() < 0.2,
                    ticket=dice.choice([*tickets, None]),
                )
            if dice.random() < 0.2:
                make.dispute(payment, amount=dice.choice([50, 40]), status=dice.choice(["lost", "won"]))
        Order.objects.filter(pk=made.pk).update(kept=dice.choice([0, 0, 30, 30000]))


# --- the sums --------------------------------------------------------------------------------------------------


def test_the_totals_are_the_sums_of_what_each_order_says(edition: Edition) -> None:
    many(edition)
    many(make.edition(), 5)
    orders = list(Order.objects.of_edition(edition).with_tickets())

    total = Ledger(edition).total

    assert total.due == sum(max(0, one.balance) for one in orders)
    assert total.requested == sum(max(0, one.total - one.paid) - max(0, one.balance) for one in orders)
    assert total.too_much == sum(one.overpaid for one in orders)
    assert total.received == sum(one.received for one in orders)
    assert total.refunded == sum(one.refunded for one in orders)
    assert total.kept == sum(one.kept for one in orders)
    assert total.agreed + total.kept == sum(one.total for one in orders)
    assert total.tickets == sum(ticket.is_live for one in orders for ticket in one.tickets.all())


def test_every_table_adds_up_to_the_totals(edition: Edition) -> None:
    many(edition)

    ledger = Ledger(edition)

    for lines in (ledger.by_type, ledger.by_group):
        assert sum((line.figures for line in lines), Figures()) == ledger.total
    assert (ledger.moved.received, ledger.moved.refunded) == (ledger.total.received, ledger.total.refunded)
    assert sum(flow.received for _day, flow in ledger.by_day) == ledger.total.received
    assert sum(line.figures.refunded for line in ledger.by_provider) == ledger.total.refunded


def test_the_list_of_orders_is_narrowed_to_those_that_make_a_total(edition: Edition) -> None:
    many(edition)
    orders = {one.pk: one for one in Order.objects.of_edition(edition).with_tickets()}

    found = {
        standing: set(Order.objects.standing(standing.sql, edition).values_list("pk", flat=True))
        for standing in Standing
    }

    assert found[Standing.OWING] == {pk for pk, one in orders.items() if one.balance > 0}
    assert found[Standing.OVERPAID] == {pk for pk, one in orders.items() if one.overpaid}
    assert found[Standing.KEPT] == {pk for pk, one in orders.items() if one.kept}


def test_what_was_paid_goes_to_the_live_tickets_one_after_the_other(edition: Edition) -> None:
    made = make.order(tickets=0, edition=edition)
    for name in ("First", "Second", "Third"):
        make.ticket(
            order=made, ticket_type=make.ticket_type(edition, name=name), status="reserved", price=1000
        )
    make.payment(made, 1400)

    by_type = figures(Ledger(edition).by_type)

    assert [(one.received, one.due) for one in by_type.values()] == [(1000, 0), (400, 600), (0, 1000)]


def test_what_is_kept_or_too_much_counts_for_the_ticket_that_was_given_up(edition: Edition) -> None:
    made = make.order(tickets=0, edition=edition)
    make.ticket(order=made, ticket_type=make.ticket_type(edition, name="Stays"), price=1000)
    gone = make.ticket_type(edition, name="Gone")
    make.ticket(order=made, ticket_type=gone, price=2000, status="cancelled")
    make.payment(made, 3000)
    Order.objects.filter(pk=made.pk).update(kept=500)

    by_type = figures(Ledger(edition).by_type)

    assert by_type["Stays"] == Figures(tickets=1, agreed=1000)
    assert by_type["Stays"].received == 1000
    assert by_type["Gone"] == Figures(kept=500, too_much=1500)
    assert by_type["Gone"].received == 2000


def test_what_was_paid_back_counts_for_the_ticket_with_whose_cancellation_it_was(edition: Edition) -> None:
    made = make.order(tickets=0, edition=edition)
    kinds = [make.ticket_type(edition, name=name) for name in ("One", "Two", "Three")]
    tickets = [make.ticket(order=made, ticket_type=kind, price=1000, status="cancelled") for kind in kinds]
    payment = make.payment(made, 3000)
    make.refund(payment, 1000, ticket=tickets[1], status="refunded")

    by_type = figures(Ledger(edition).by_type)

    assert [by_type[name].refunded for name in ("One", "Two", "Three")] == [0, 1000, 0]
    assert sum((one for one in by_type.values()), Figures()) == Ledger(edition).total


def test_an_order_without_a_ticket_has_a_line_of_its_own(edition: Edition) -> None:
    order(edition, paid=700)

    assert figures(Ledger(edition).by_type)["Without a ticket"] == Figures(too_much=700)


def test_money_in_another_currency_counts_nowhere_and_is_said(edition: Edition, finance: Client) -> None:
    made = order(edition, ("confirmed", 1000), paid=1000)
    make.payment(made, 99900, currency="THB")

    ledger, page = Ledger(edition), finance.get(MONEY).content.decode()

    assert ledger.total.received == 1000
    assert [(code, flow.received) for code, flow in ledger.foreign] == [("THB", 99900)]
    assert "THB 999.00 came in another currency, in 1 payment." in page


def test_a_failed_refund_counts_for_nothing_and_one_of_which_nobody_knows_counts(edition: Edition) -> None:
    payment = make.payment(order(edition, ("cancelled", 1000)), 1000)
    make.refund(payment, 300, status="failed")
    make.refund(payment, 500, status="failed", is_unsure=True)

    total = Ledger(edition).total

    assert (total.received, total.refunded, total.too_much) == (1000, 500, 500)


def test_a_day_is_one_of_the_editions_time_zone() -> None:
    edition = make.edition(time_zone="Asia/Bangkok")
    made = order(edition, ("confirmed", 500))
    make.payment(made, 200, received_at=datetime(2026, 3, 8, 16, 59, tzinfo=UTC))
    make.payment(made, 300, received_at=datetime(2026, 3, 8, 17, 1, tzinfo=UTC))

    by_day = Ledger(edition).by_day

    assert [(day.isoformat(), flow.received) for day, flow in by_day] == [
        ("2026-03-08", 200),
        ("2026-03-09", 300),
    ]


def test_a_list_of_orders_that_is_narrowed_offers_months_only_when_one_is_chosen(
    edition: Edition, finance: Client
) -> None:
    made = order(edition, ("reserved", 1000))
    orders = reverse("admin:registration_order_changelist")
    month = {"placed_at__year": made.placed_at.year, "placed_at__month": made.placed_at.month}

    offered = {
        name: finance.get(orders, query).context["cl"].date_hierarchy
        for name, query in {
            "all": {},
            "filtered": {"money": "owing"},
            "searched": {"q": made.code},
            "both": {"q": made.code, **month},
        }.items()
    }

    assert offered == {"all": "placed_at", "filtered": None, "searched": None, "both": "placed_at"}


# --- the page --------------------------------------------------------------------------------------------------


def test_a_group_that_is_not_shown_is_in_no_table(edition: Edition, finance: Client) -> None:
    civil = make.group(edition, name="Civil society")
    hidden = make.group(edition, name="Survivors", shown_as=civil)
    for group in (civil, hidden):
        order(edition, ("confirmed", 1000), paid=1000, group=group)

    answers = [finance.get(MONEY).content.decode(), finance.get(SHEET).content.decode()]

    assert figures(Ledger(edition).by_group) == {"Civil society": Figures(tickets=2, agreed=2000)}
    assert all("Civil society" in answer and "Survivors" not in answer for answer in answers)


def test_each_figure_leads_to_the_list_behind_it(edition: Edition, finance: Client) -> None:
    owing = order(edition, ("reserved", 1000))
    paid = order(edition, ("confirmed", 2000), paid=2000)
    over = order(edition, ("cancelled", 3000), paid=3000)

    page = finance.get(MONEY)
    addresses = {str(name): address for name, _amount, address in page.context["totals"]}
    listed = {
        name: {getattr(one, "code", one.pk) for one in finance.get(address).context["cl"].result_list}
        for name, address in addresses.items()
    }
    tables = [*page.context["by_type"], *page.context["by_provider"], *page.context["by_day"]]

    assert listed["Still to be paid"] == {owing.code}
    assert listed["To be paid back or kept"] == {over.code}
    assert listed["Received"] == set(Payment.objects.values_list("pk", flat=True))
    assert paid.code not in listed["Kept"]
    assert {len(finance.get(to).context["cl"].result_list) for _name, to, _cells in tables} == {1, 2}


def test_the_sheet_says_the_same_as_the_page(edition: Edition, finance: Client) -> None:
    many(edition)
    ledger = Ledger(edition)

    text = b"".join(finance.get(SHEET)).decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))

    assert rows[0]["Received"] == f"{ledger.total.received / 100:.2f}"
    assert Counter(row["By"] for row in rows) == {
        "all": 1,
        "ticket type": len(ledger.by_type),
        "group": len(ledger.by_group),
        "provider": len(ledger.by_provider),
        "day": len(ledger.by_day),
        "other currency": len(ledger.foreign),
    }


def test_a_name_in_the_sheet_is_no_formula(edition: Edition, finance: Client) -> None:
    make.order(ticket_type=make.ticket_type(edition, name="=HYPERLINK(1)"))

    text = finance.get(SHEET).content.decode()

    assert ",'=HYPERLINK(1)," in text


def test_an_edition_without_orders_has_a_page(finance: Client) -> None:
    page = finance.get(MONEY)

    assert page.status_code == 200
    assert "Nothing yet." in page.content.decode()


@pytest.mark.parametrize(
    ("duty", "may"),
    [
        ("finance", True),
        ("owner", True),
        ("superuser", True),
        ("registration", False),
        ("protection", False),
        ("programme", False),
        ("door", False),
    ],
)
def test_money_is_for_finance_and_owners(duty: str, may: bool, edition: Edition) -> None:
    order(edition, ("confirmed", 123456), paid=123456)
    client = staff.at_work(duty, edition)

    answers = [client.get(address) for address in (MONEY, SHEET)]
    first = client.get(reverse("admin:index")).content.decode()

    assert [answer.status_code for answer in answers] == [200 if may else 403] * 2
    assert all(("1,234.56" in answer.content.decode()) == may for answer in answers[:1])
    assert (f'href="{MONEY}"' in first) == may


def test_money_of_another_edition_is_not_shown(edition: Edition, finance: Client) -> None:
    order(make.edition(), ("confirmed", 123456), paid=123456)

    assert "1,234.56" not in finance.get(MONEY).content.decode()


def test_the_page_is_kept_by_no_cache(finance: Client) -> None:
    assert "no-store" in finance.get(MONEY)["Cache-Control"]


def test_money_is_asked_for_as_often_for_three_orders_as_for_one(
    edition: Edition, finance: Client, queries: Any
) -> None:
    order(edition, ("confirmed", 1000), paid=1000)
    finance.get(MONEY)

    with queries() as for_one:
        finance.get(MONEY)
    for _ in range(2):
        made = order(edition, ("confirmed", 1000), ("cancelled", 500), paid=2000)
        make.refund(made.payments.get(), 300, status="refunded")
    with queries() as for_three:
        finance.get(MONEY)

    assert len(for_three) == len(for_one), for_three
