"""Reconciliation: every disagreement is found, said in a sentence, and leads to where it is seen to."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from forum.actor import Actor
from forum.models import Edition, Message
from registration.models import Order, Place, Quota, StatementLine, Ticket, TypeChange, Voucher
from registration.models.outcome import Outcome
from registration.reconciliation import Reconciliation
from tests import make, staff

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

PAGE = "/admin/registration/payment/reconciliation/"
SHEET = "/admin/registration/payment/reconciliation/disagreements.csv"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def finance(edition: Edition) -> Client:
    return staff.at_work("finance", edition)


def order(edition: Edition, status: str = "confirmed", price: int = 1000, paid: int = 1000) -> Order:
    """An order with a ticket of which its attendee was told, and for which so much was paid."""
    made = make.order(edition=edition, status=status, price=price)
    for ticket in made.tickets.all():
        Message.queue(f"ticket-{status}", about=ticket, to=made.email)
    if paid:
        make.payment(made, paid)
    return made


def found(edition: Edition) -> list[tuple[str, str]]:
    """Kind and sentence of each disagreement."""
    kinds = Reconciliation.of(edition).disagreeing
    return [(str(kind.name), one.sentence) for kind, ones in kinds for one in ones]


def too_little(edition: Edition) -> None:
    order(edition, paid=400)


def too_much(edition: Edition) -> None:
    order(edition, paid=1500)


def paid_and_waiting(edition: Edition) -> None:
    order(edition, "reserved")


def in_another_currency(edition: Edition) -> None:
    make.payment(order(edition), 9900, currency="THB")


def overrefunded(edition: Edition) -> None:
    payment = order(edition, "cancelled").payments.get()
    for _ in range(2):
        make.refund(payment, 1000, status="refunded")
    make.payment(payment.order, 1000)  # so that the order itself agrees


def refund_failed(edition: Edition) -> None:
    made = order(edition, "cancelled")
    make.refund(made.payments.get(), 1000, status="failed")
    Order.objects.filter(pk=made.pk).update(kept=1000)


def refund_unsure(edition: Edition) -> None:
    make.refund(order(edition, "cancelled").payments.get(), 1000, status="failed", is_unsure=True)


def refund_slow(edition: Edition) -> None:
    hours_ago = timezone.now() - timedelta(hours=4)
    make.refund(order(edition, "cancelled").payments.get(), 1000, created_at=hours_ago)


def page_unbooked(edition: Edition) -> None:
    make.checkout(order(edition, price=0, paid=0), amount=1000, status="paid", outcome="booked")


def page_stuck(edition: Edition) -> None:
    hours_ago = timezone.now() - timedelta(hours=3)
    make.checkout(order(edition), amount=1000, expires_at=hours_ago)


def notice_open(edition: Edition) -> None:
    make.notice(order(edition), outcome=Outcome.OWED)


def line_unclear(edition: Edition) -> None:
    make.statement(edition)


def line_suggested(edition: Edition) -> None:
    make.statement_line(order(edition))


def quota_miscounted(edition: Edition) -> None:
    quota = make.quota(make.ticket_type(edition), name="Hall")
    Quota.objects.filter(pk=quota.pk).update(taken=3)


def voucher_miscounted(edition: Edition) -> None:
    voucher = make.voucher(edition, code="FRIENDS", max_uses=9)
    Voucher.objects.filter(pk=voucher.pk).update(used=2)


def ticket_misplaced(edition: Edition) -> None:
    kind = make.ticket_type(edition, size=5)
    made = make.ticket(order=order(edition, price=0, paid=0), ticket_type=kind)
    Message.queue("ticket-confirmed", about=made, to="a@example.org")
    Place.objects.filter(ticket=made).delete()
    Quota.objects.filter(ticket_types=kind).update(taken=F("taken") - 1)


def nobody_told(edition: Edition) -> None:
    make.ticket(order=make.order(tickets=0, edition=edition))


def reservation_overdue(edition: Edition) -> None:
    made = order(edition, "reserved", paid=0)
    Ticket.objects.filter(order=made).update(reserved_until=timezone.now() - timedelta(hours=2))


DISAGREEMENTS: dict[Callable[[Edition], None], tuple[str, str]] = {
    too_little: (
        "Orders whose money",
        "confirmed tickets cost USD 10.00 and USD 4.00 was paid; USD 6.00 lacks",
    ),
    too_much: ("Orders whose money", "USD 15.00 was paid for USD 10.00; that is USD 5.00 too much"),
    paid_and_waiting: ("Orders whose money", "all of USD 10.00 is paid, and a ticket is still only reserved"),
    in_another_currency: ("Payments in another currency", "THB 99.00 came for order"),
    overrefunded: ("Payments of which more", "of a payment of USD 10.00, USD 20.00 was paid back"),
    refund_failed: ("Refunds that have not arrived", "USD 10.00 could not be paid back"),
    refund_unsure: ("Refunds that have not arrived", "whether USD 10.00 was paid back is not known"),
    refund_slow: ("Refunds that have not arrived", "USD 10.00 has been on its way back for hours"),
    page_unbooked: ("Payment pages that are paid and not booked", "over USD 10.00 is paid, and no payment"),
    page_stuck: ("Payment pages that cannot be ended", "is still open"),
    notice_open: ("Notices that nobody has seen to", "nothing is owed for it"),
    line_unclear: ("Money on bank statements", "USD 250.00, and it is unclear for what"),
    line_suggested: ("Money on bank statements", "USD 250.00, for which an order is suggested"),
    quota_miscounted: ("Quotas that are miscounted", "“Hall” counts 3 places, and tickets hold 0"),
    voucher_miscounted: ("Vouchers that are miscounted", "FRIENDS counts 2 uses, and 0 live tickets have it"),
    ticket_misplaced: ("Tickets that hold other places", "holds other places than it should"),
    nobody_told: ("Confirmed tickets of which nobody was told", "no mail was written to its attendee"),
    reservation_overdue: ("Reservations that should have ended", "and still is"),
}


@pytest.mark.parametrize("make_one", DISAGREEMENTS, ids=lambda one: one.__name__)
def test_a_disagreement_is_found_and_leads_to_where_it_is_seen_to(
    make_one: Callable[[Edition], None], edition: Edition, finance: Client
) -> None:
    kind, words = DISAGREEMENTS[make_one]
    make_one(edition)
    make_one(make.edition())

    [(name, sentence)] = found(edition)
    page = finance.get(PAGE)
    [(_kind, [(_sentence, address)], _number, _is_cut)] = page.context["kinds"]
    owner = staff.at_work("owner", edition)

    assert name.startswith(kind)
    assert words in sentence
    assert "1 thing does not agree." in page.content.decode()
    for client, to in ((finance, address), (owner, owner.get(PAGE).context["kinds"][0][1][0][1])):
        assert to == "" or client.get(to).status_code == 200
    assert to


def test_misplaced_tickets_are_the_same_for_the_page_and_for_the_nightly_comparison(edition: Edition) -> None:
    kind, other = make.ticket_type(edition, size=9), make.ticket_type(edition, size=9)
    make.quota(kind, other)
    one = make.order(edition=edition, tickets=0)
    _right, lacking, cancelled, of_other, double = (
        make.ticket(order=one, ticket_type=kind, status="confirmed") for _ in range(5)
    )
    make.ticket(order=one, ticket_type=kind, status="expired")
    make.ticket(order=one, ticket_type=make.ticket_type(edition))
    lacking.places.first().delete()
    Ticket.objects.filter(pk=cancelled.pk).update(status="cancelled")
    Ticket.objects.filter(pk=of_other.pk).update(ticket_type=other)
    Place.objects.create(ticket=double, quota=other.quotas.first())

    found = list(Ticket.objects.misplaced_in(edition))

    assert found == [lacking, cancelled, of_other, double]
    assert found == list(Ticket.objects.misplaced().order_by("pk"))


def test_a_ticket_that_waits_to_become_dearer_holds_both_places_by_right(edition: Edition) -> None:
    kind, dearer = (make.ticket_type(edition, price=price, size=9) for price in (100, 200))
    lunch = make.quota(kind, dearer, size=9)
    order = make.order(edition=edition, ticket_type=kind)
    make.payment(order, 100)

    change = TypeChange.ask(order.tickets.get(), dearer, price=200, by=Actor.system())

    assert change.status == "waiting"
    assert not Ticket.objects.misplaced_in(edition).exists()
    lunch.places.all().delete()
    assert Ticket.objects.misplaced_in(edition).get() == order.tickets.get()


def test_a_page_paid_otherwise_than_agreed_is_said_until_the_money_agrees(edition: Edition) -> None:
    made = order(edition, paid=1200)
    make.checkout(made, amount=1000, status="paid", outcome=Outcome.DIFFERS)
    payment = made.payments.get()
    payment.__class__.objects.filter(pk=payment.pk).update(provider="stripe")

    before = [name for name, _sentence in found(edition)]
    make.refund(payment, 200, status="refunded")

    assert before == [
        "Orders whose money and tickets disagree",
        "Payment pages that ended otherwise than agreed",
    ]
    assert found(edition) == []


def test_what_agrees_is_said_with_when_it_was_looked_at(edition: Edition, finance: Client) -> None:
    for status, price, paid in (
        ("confirmed", 1000, 1000),
        ("confirmed", 0, 0),
        ("reserved", 1000, 0),
        ("reserved", 1000, 400),
        ("requested", 1000, 1000),
        ("expired", 1000, 0),
        ("cancelled", 1000, 0),
    ):
        order(edition, status, price, paid)
    make.ticket(order=make.order(tickets=0, edition=edition, email=""))  # of paper: nobody can be mailed

    page = finance.get(PAGE)
    text = page.content.decode()

    assert found(edition) == []
    assert "Everything agrees." in text
    assert "Looked at " in text
    assert len(page.context["reconciliation"].agreeing) == len(page.context["reconciliation"].found)


def test_what_somebody_has_decided_about_agrees(edition: Edition) -> None:
    make.notice(order(edition), outcome=Outcome.OWED, settled_at=timezone.now())
    make.statement(edition)
    StatementLine.objects.update(status="ignored")

    assert found(edition) == []


def test_what_a_refund_or_keeping_has_settled_agrees(edition: Edition) -> None:
    refunded, kept = order(edition, "cancelled"), order(edition, "cancelled")
    make.refund(refunded.payments.get(), 1000, status="refunded")
    Order.objects.filter(pk=kept.pk).update(kept=1000)

    assert found(edition) == []


def test_of_many_disagreements_the_page_shows_some_and_the_sheet_all(
    edition: Edition, finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registration.admin.money_page.SHOWN", 2)
    for _ in range(3):
        too_much(edition)

    page = finance.get(PAGE)
    rows = list(csv.DictReader(finance.get(SHEET).content.decode("utf-8-sig").splitlines()))

    assert "The first 2 of 3." in page.content.decode()
    assert len(page.context["kinds"][0][1]) == 2
    assert len(rows) == 3
    assert all(row["Where"].startswith("http") and "too much" in row["What"] for row in rows)


@pytest.mark.parametrize(
    ("duty", "status"),
    [
        ("finance", 200),
        ("owner", 200),
        ("superuser", 200),
        ("registration", 403),
        ("protection", 403),
        ("programme", 403),
        ("door", 403),
    ],
)
def test_the_reconciliation_is_for_finance_and_owners(duty: str, status: int, edition: Edition) -> None:
    made = order(edition, paid=400)
    client = staff.at_work(duty, edition)

    answers = [client.get(address) for address in (PAGE, SHEET)]

    assert [answer.status_code for answer in answers] == [status] * 2
    assert all((made.code in answer.content.decode()) == (status == 200) for answer in answers)


def test_a_group_that_is_not_shown_is_in_no_sentence(edition: Edition) -> None:
    hidden = make.group(edition, name="Survivors", shown_as=make.group(edition))
    make.ticket(order=make.order(tickets=0, edition=edition), group=hidden, price=1000)

    assert found(edition)
    assert not any("Survivors" in sentence for _name, sentence in found(edition))


def test_disagreements_are_asked_for_as_often_for_three_as_for_one(
    edition: Edition, finance: Client, queries: Any
) -> None:
    kinds = [one for one in DISAGREEMENTS if one is not voucher_miscounted]  # its code is taken once
    for make_one in kinds:
        make_one(edition)
    finance.get(PAGE)

    with queries() as for_one:
        finance.get(PAGE)
    for _ in range(2):
        for make_one in kinds:
            make_one(edition)
    with queries() as for_three:
        page = finance.get(PAGE)

    assert page.context["reconciliation"].number >= 3 * len(kinds)
    assert len(for_three) == len(for_one), for_three
