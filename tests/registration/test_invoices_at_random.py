"""Whatever happens to orders, and in whichever order: at rest, invoices less credit notes are payments less refunds,
and every place says the same totals."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition
from forum.money import digits
from registration.exports import BOM, invoices_csv
from registration.invoice_document import tax_shares
from registration.models import (
    BillingDetails,
    Invoice,
    InvoiceSeries,
    Order,
    Payment,
    Recipient,
    Refund,
    Ticket,
    wrongly_billed,
)
from tests import make

SOMEBODY = Actor.system()

pytestmark = pytest.mark.django_db


class Undone(Exception):
    """Takes back what an example wrote."""


class Life:
    """What can happen to an edition's orders. `number` chooses which, and how much."""

    def __init__(self, *, currency: str, rate: int, added: bool) -> None:
        self.edition = make.edition(
            currency=currency, tax_rate=rate, tax_is_added=added, issuer_name="Forum Foundation"
        )
        self.kind = make.ticket_type(self.edition, price=24999)
        self.asked = make.ticket_type(self.edition, price=333, needs_approval=True, own_tax_rate=1900)
        self.vouchers = [
            None,
            make.voucher(self.edition, value=33, max_uses=None),
            make.voucher(self.edition, value=100, max_uses=None),
            make.voucher(self.edition, effect="off", value=777, max_uses=None),
        ]
        self.group = make.group(self.edition)

    def do(self, deed: str, number: int) -> None:
        if deed == "place" or not Order.objects.exists():
            self.place(number)
            return
        orders = Order.objects.with_tickets().order_by("pk")
        order = orders[number % len(orders)]
        with suppress(Refusal), transaction.atomic():
            getattr(self, deed)(order, number)

    def place(self, number: int) -> None:
        kind = self.asked if number % 5 == 0 else self.kind
        wish = make.wish(kind, self.group, voucher=self.vouchers[number % 4])
        order = Order.place(wish, by=SOMEBODY)
        if number % 3 == 0:  # an order of two
            price, rate = order.tickets.get().price, order.tickets.get().tax_rate
            status = order.tickets.get().status
            make.ticket(order=order, ticket_type=kind, price=price, tax_rate=rate, status=status)

    def pay(self, order: Order, number: int) -> None:
        self.book(order, max(order.balance, 0) or 100)

    def pay_short(self, order: Order, number: int) -> None:
        self.book(order, max(order.balance - number, 1))

    def overpay(self, order: Order, number: int) -> None:
        self.book(order, max(order.balance, 0) + number + 1)

    def book(self, order: Order, amount: int) -> None:
        Payment.book(
            order,
            provider="by-hand",
            reference=f"{order.pk}-{order.payments.count()}",
            amount=amount,
            currency=order.edition.currency,
            by=SOMEBODY,
        )

    def approve(self, order: Order, number: int) -> None:
        self.one(order, number).approve(by=SOMEBODY)

    def decline(self, order: Order, number: int) -> None:
        self.one(order, number).decline(by=SOMEBODY)

    def expire(self, order: Order, number: int) -> None:
        Ticket.objects.filter(order=order, status="reserved").update(reserved_until="2020-01-01T00:00Z")
        self.one(order, number).expire(by=SOMEBODY)

    def cancel(self, order: Order, number: int) -> None:
        order.cancel(by=SOMEBODY)

    def cancel_one(self, order: Order, number: int) -> None:
        self.one(order, number).cancel(by=SOMEBODY)

    def one(self, order: Order, number: int) -> Ticket:
        tickets = list(order.tickets.all())
        return tickets[number % len(tickets)]

    def keep(self, order: Order, number: int) -> None:
        order.keep(max(1, order.overpaid // (1 + number % 3)), by=SOMEBODY)

    def refund(self, order: Order, number: int) -> None:
        for payment in order.payments.all():
            if payment.refundable:
                Refund.ask(payment, amount=max(1, payment.refundable // (1 + number % 2)), by=SOMEBODY)
                return

    def change_tax(self, order: Order, number: int) -> None:
        Edition.objects.filter(pk=self.edition.pk).update(tax_rate=number * 7, tax_is_added=number % 2 == 0)
        self.edition.refresh_from_db()

    def change_details(self, order: Order, number: int) -> None:
        recipient = Recipient(f"Company {number % 3}", "A Street", "TH")
        BillingDetails.write(order, recipient, is_wanted=number % 2 == 0, by=SOMEBODY)

    def bill(self, order: Order, number: int) -> None:
        Invoice.bring_up_to_date(order, by=SOMEBODY)

    def settle(self) -> None:
        """Bring all orders to rest: what waits is declined or given up, what is left over is kept or paid back."""
        for order in Order.objects.with_tickets():
            for ticket in order.tickets.all():
                if ticket.price and ticket.is_live and not ticket.admits:
                    ticket.cancel(by=SOMEBODY)
            now = Order.objects.with_tickets().get(pk=order.pk)
            if now.balance > 0:  # some of it was paid back, and the ticket left
                self.book(now, now.balance)
            elif now.overpaid and order.pk % 2:
                now.keep(now.overpaid, by=SOMEBODY)
            else:
                for payment in now.payments.all():
                    left = Order.objects.with_tickets().get(pk=order.pk).overpaid
                    amount = min(left, Payment.objects.get(pk=payment.pk).refundable)
                    if amount:
                        Refund.ask(payment, amount=amount, by=SOMEBODY)


DEEDS = (
    *("place", "pay", "pay_short", "overpay", "approve", "decline", "expire", "cancel", "cancel_one", "keep"),
    *("refund", "change_tax", "change_details", "bill", "bill"),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    currency=st.sampled_from(["USD", "JPY", "KRW", "KWD"]),
    rate=st.sampled_from([0, 700, 825, 1900]),
    added=st.booleans(),
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 500)), min_size=3, max_size=12),
)
def test_at_rest_what_is_billed_is_what_was_paid_and_not_paid_back(
    currency: str, rate: int, added: bool, deeds: list[tuple[str, int]]
) -> None:
    with suppress(Undone), transaction.atomic():
        life = Life(currency=currency, rate=rate, added=added)
        for deed, number in deeds:
            life.do(deed, number)
        assert_the_sweep_finds_what_is_wrong()
        life.settle()
        for order in Order.objects.all():
            Invoice.bring_up_to_date(order, by=SOMEBODY)

        assert_all_is_billed()
        assert_every_place_says_the_same(currency)
        raise Undone


def assert_the_sweep_finds_what_is_wrong() -> None:
    """The one question for all orders says what each order says of itself."""
    wrong = {order.pk for order in Order.objects.with_tickets() if not order.billed.is_right}
    assert {order.pk for order in wrongly_billed()} == wrong


def assert_all_is_billed() -> None:
    assert not wrongly_billed().exists()
    assert not InvoiceSeries.objects.broken().exists()
    for order in Order.objects.with_tickets():
        assert order.is_settled
        assert order.billed.is_right
        assert order.billed.amount == order.received - order.refunded == order.total


def assert_every_place_says_the_same(currency: str) -> None:
    invoices: Any = Invoice.objects.with_all().in_sequence()
    rows = list(csv.DictReader(io.StringIO(invoices_csv(invoices).removeprefix(BOM))))
    for invoice in invoices:
        lines = invoice.lines.all()
        shares = tax_shares(invoice)
        sign = -1 if invoice.is_credit_note else 1
        own = [row for row in rows if row["Number"] == invoice.number]
        assert invoice.total == sum(line.price for line in lines) == invoice.net + invoice.tax
        assert invoice.tax == sum(line.tax for line in lines) == sum(share.tax for share in shares)
        assert column(own, "Gross", currency) == sign * invoice.total
        assert column(own, "Tax", currency) == sign * invoice.tax
        assert column(own, "Net", currency) == sign * invoice.net
    paid = sum(order.paid for order in Order.objects.with_tickets())
    assert column(rows, "Gross", currency) == sum(one.worth for one in invoices) == paid


def column(rows: list[dict[str, str]], name: str, currency: str) -> int:
    """What a column of the sheet adds up to, in minor units, by reading what stands there."""
    for row in rows:
        assert len(row[name].partition(".")[2]) == digits(currency)
    return sum(int(row[name].replace(".", "")) for row in rows)
