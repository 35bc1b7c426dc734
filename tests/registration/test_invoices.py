"""Invoices and credit notes: what is billed, to whom, under which number; what was issued stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from unittest.mock import call, patch

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from forum import money
from forum.actor import Actor
from forum.models import Edition
from registration import tasks
from registration.models import (
    BillingDetails,
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    Order,
    Payment,
    Recipient,
    Refund,
    Ticket,
    wrongly_billed,
)
from registration.models.issued import AlreadyIssued
from tests import make
from tests.registration.test_places import at_once

SOMEBODY = Actor.system()
COMPANY = Recipient("River Mills Ltd", "1 Mill Lane\nBago", "MM", "TIN 42", "PO-7")

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return issuing()


def issuing(**fields: Any) -> Edition:
    """An edition that has invoices."""
    return make.edition(**{"slug": "2027", "issuer_name": "Forum Foundation", **fields})


def bill(order: Order) -> list[Invoice]:
    return Invoice.bring_up_to_date(order, by=SOMEBODY)


def numbers(order: Order) -> list[str]:
    return [document.number for document in Invoice.objects.of_order(order)]


def read(order: Order) -> Order:
    return Order.objects.with_tickets().get(pk=order.pk)


def pay(order: Order, amount: int) -> Payment:
    reference = f"transfer-{order.payments.count()}-{order.pk}"
    currency = order.edition.currency
    return Payment.book(
        order, provider="bank-transfer", reference=reference, amount=amount, currency=currency, by=SOMEBODY
    )


# --- what is billed ---


def test_each_confirmed_ticket_that_costs_something_is_a_line(edition: Edition) -> None:
    order = make.order(edition=edition, tickets=2, price=25000)
    make.ticket(order=order, price=0)
    make.ticket(order=order, price=9000, status="reserved")

    [invoice] = bill(order)

    assert [line.price for line in invoice.lines.all()] == [25000, 25000]
    assert (invoice.number, invoice.total, invoice.tax) == ("2027-0001", 50000, 0)


@pytest.mark.parametrize("status", ["requested", "reserved", "declined", "expired", "cancelled"])
def test_nothing_is_billed_for_what_is_not_confirmed(status: str, edition: Edition) -> None:
    order = make.order(edition=edition, status=status, price=25000)

    assert bill(order) == []


def test_an_edition_without_an_issuer_has_no_invoices() -> None:
    order = make.order(price=25000)

    assert bill(order) == []
    assert read(order).billed.is_right


def test_billing_again_changes_nothing(edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    bill(order)

    assert bill(order) == []
    assert numbers(order) == ["2027-0001"]


def test_what_is_cancelled_is_credited_in_full_and_the_rest_billed_anew(edition: Edition) -> None:
    order = make.order(edition=edition, tickets=2, price=25000)
    bill(order)
    order.tickets.all()[0].cancel(by=SOMEBODY)

    note, invoice = bill(order)

    assert (note.number, str(note.cancels), note.total) == ("2027-C0001", "2027-0001", 50000)
    assert (invoice.number, invoice.total) == ("2027-0002", 25000)
    assert read(order).billed.amount == 25000


def test_an_order_of_which_nothing_is_left_ends_with_a_credit_note(edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    bill(order)
    order.cancel(by=SOMEBODY)

    bill(order)

    assert numbers(order) == ["2027-0001", "2027-C0001"]
    assert read(order).billed.amount == 0


def test_what_is_kept_is_a_cancellation_fee(edition: Edition) -> None:
    order = make.order(edition=edition, status="reserved", price=25000, language="th")
    pay(order, 25000)
    bill(order)
    order.cancel(by=SOMEBODY)
    order.keep(5000, by=SOMEBODY)
    Refund.ask(order.payments.get(), amount=20000, by=SOMEBODY)

    bill(order)

    [line] = Invoice.objects.standing().get().lines.all()
    assert (line.ticket, line.price, line.tax) == (None, 5000, 0)
    assert read(order).billed.amount == read(order).paid == 5000


def test_what_is_paid_back_after_all_is_no_fee_any_more(edition: Edition) -> None:
    order = make.order(edition=edition, status="reserved", price=25000)
    pay(order, 25000)
    order.cancel(by=SOMEBODY)
    order.keep(25000, by=SOMEBODY)
    bill(order)
    Refund.ask(order.payments.get(), amount=25000, by=SOMEBODY)

    bill(order)

    assert read(order).billed.amount == read(order).paid == 0


def test_a_line_says_the_ticket_type_and_nothing_of_the_person(edition: Edition) -> None:
    kind = make.ticket_type(edition, name="Main forum", price=25000)
    group = make.group(edition, name="Survivors", shown_as=make.group(edition, name="Workers"))
    order = make.order(edition=edition, ticket_type=kind, group=group, name="Thiri", badge_name="River")

    [invoice] = bill(order)

    said = " ".join(str(value) for one in (invoice, *invoice.lines.all()) for value in vars(one).values())
    assert [line.text for line in invoice.lines.all()] == ["Main forum"]
    assert not {word for word in ("Thiri", "River", "Survivors", "Workers", "buyer-") if word in said}


# --- for whom, and when ---


def test_who_needs_the_invoice_to_pay_gets_it_for_what_is_reserved(edition: Edition) -> None:
    edition.payment_instructions = "Pay to account 12."
    edition.save()
    order = make.order(edition=edition, status="reserved", price=25000)

    BillingDetails.write(order, COMPANY, is_wanted=True, by=SOMEBODY)
    [invoice] = bill(order)

    assert invoice.bill.recipient == COMPANY
    assert invoice.how_to_pay == "Pay to account 12."
    assert invoice.due_on == read(order).pay_by.astimezone(edition.zone).date()  # type: ignore[union-attr]


def test_an_invoice_that_is_paid_says_nothing_of_paying(edition: Edition) -> None:
    edition.payment_instructions = "Pay to account 12."
    edition.save()
    order = make.order(edition=edition, status="reserved", price=25000)
    pay(order, 25000)

    [invoice] = bill(order)

    assert (invoice.how_to_pay, invoice.due_on) == ("", None)


def test_paying_leaves_the_invoice_that_was_wanted_before_as_it_is(edition: Edition) -> None:
    order = make.order(edition=edition, status="reserved", price=25000)
    BillingDetails.write(order, COMPANY, is_wanted=True, by=SOMEBODY)
    bill(order)
    pay(order, 25000)

    assert bill(order) == []


def test_an_invoice_that_was_wanted_before_is_credited_when_the_time_to_pay_passes(edition: Edition) -> None:
    order = make.order(edition=edition, status="reserved", price=25000)
    BillingDetails.write(order, COMPANY, is_wanted=True, by=SOMEBODY)
    bill(order)

    with time_machine.travel(order.placed_at + 2 * Order.PAYMENT_TIME, tick=False):
        order.tickets.get().expire(by=SOMEBODY)
        bill(order)

    assert read(order).billed.amount == 0


def test_other_details_cancel_the_invoice_and_issue_another(edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    bill(order)
    BillingDetails.write(order, COMPANY, is_wanted=False, by=SOMEBODY)

    note, invoice = bill(order)

    assert note.buyer_name == ""
    assert (invoice.buyer_name, invoice.purchase_order) == ("River Mills Ltd", "PO-7")


def test_the_same_details_once_more_cancel_nothing(edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    for _ in range(2):
        BillingDetails.write(order, COMPANY, is_wanted=False, by=SOMEBODY)
        bill(order)

    assert numbers(order) == ["2027-0001"]


# --- what was issued stays ---


def test_what_was_issued_says_what_it_said_whatever_changes(edition: Edition) -> None:
    kind = make.ticket_type(edition, name={"en": "Main forum", "th": "งานหลัก"}, price=25000)
    order = make.order(edition=edition, ticket_type=kind, language="th")
    [invoice] = bill(order)
    kind.name, kind.price = {"th": "อื่น"}, 1  # type: ignore[assignment]
    kind.save()
    Edition.objects.filter(pk=edition.pk).update(issuer_name="Another", tax_rate=2000, name={"en": "Another"})

    assert bill(order) == []

    found = Invoice.objects.with_all().get(pk=invoice.pk)
    assert (found.issuer_name, found.forum_name, found.tax) == ("Forum Foundation", str(edition.name), 0)
    assert [(line.text, line.price) for line in found.lines.all()] == [("งานหลัก", 25000)]


CHANGES: dict[str, Callable[[Invoice], object]] = {
    "saved": lambda invoice: invoice.save(),
    "deleted": lambda invoice: invoice.delete(),
    "updated": lambda invoice: Invoice.objects.filter(pk=invoice.pk).update(total=1),
    "deleted with others": lambda invoice: Invoice.objects.all().delete(),
    "updated with others": lambda invoice: Invoice.objects.bulk_update([invoice], ["total"]),
    "saved in a line": lambda invoice: invoice.lines.get().save(),
    "deleted in a line": lambda invoice: invoice.lines.get().delete(),
    "updated in its lines": lambda invoice: InvoiceLine.objects.update(price=1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_issued_is_neither_changed_nor_deleted(change: str, edition: Edition) -> None:
    [invoice] = bill(make.order(edition=edition, price=25000))

    with pytest.raises(AlreadyIssued):
        CHANGES[change](invoice)

    assert Invoice.objects.get().total == InvoiceLine.objects.get().price == 25000


def test_an_invoice_is_cancelled_once(edition: Edition) -> None:
    [invoice] = bill(make.order(edition=edition, price=25000))
    Invoice._cancel(invoice)

    with pytest.raises(IntegrityError):
        Invoice._cancel(invoice)


def test_a_credit_note_says_what_the_invoice_said(edition: Edition) -> None:
    order = make.order(edition=edition, price=25000, tax_rate=700)
    BillingDetails.write(order, COMPANY, is_wanted=False, by=SOMEBODY)
    [invoice] = bill(order)
    order.cancel(by=SOMEBODY)
    Edition.objects.filter(pk=edition.pk).update(issuer_name="Another")

    [note] = bill(order)

    assert note.bill == invoice.bill
    assert (note.issuer_name, note.tax, note.currency) == ("Forum Foundation", invoice.tax, "USD")


# --- numbers ---


def test_numbers_run_on_by_edition_and_kind(edition: Edition) -> None:
    other = issuing(slug="2026", invoice_prefix="F26-")
    orders = [make.order(edition=one, price=25000) for one in (edition, other, edition)]

    assert [bill(order)[0].number for order in orders] == ["2027-0001", "F26-0001", "2027-0002"]
    assert not InvoiceSeries.objects.broken().exists()


def test_the_date_is_the_one_where_the_forum_is(edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)

    with time_machine.travel("2026-11-30T18:00:00Z", tick=False):  # past midnight in Bangkok
        [invoice] = bill(order)

    assert invoice.issued_on == date(2026, 12, 1)


@pytest.mark.django_db(transaction=True)
def test_rivals_for_numbers_leave_no_gap_even_when_some_fail() -> None:
    edition = issuing()
    orders = [make.order(edition=edition, price=25000) for _ in range(24)]
    failing = {order.pk for order in orders[::3]}
    create = InvoiceLine.objects.create

    def fails_for_some(**fields: Any) -> InvoiceLine:
        if fields["invoice"].order_id in failing:
            raise RuntimeError("lost after the number was taken")
        line: InvoiceLine = create(**fields)
        return line

    with patch.object(InvoiceLine.objects, "create", fails_for_some):
        results = at_once([lambda order=order: bill(order) for order in orders], threads=12)

    counts = sorted(Invoice.objects.values_list("count", flat=True))
    assert sum(isinstance(result, RuntimeError) for result in results) == 8
    assert counts == list(range(1, 17))
    assert not InvoiceSeries.objects.broken().exists()


@pytest.mark.django_db(transaction=True)
def test_of_rivals_that_bill_one_order_one_issues() -> None:
    order = make.order(edition=issuing(), price=25000)

    results = at_once([lambda: bill(order) for _ in range(8)])

    assert sorted(len(result) for result in results) == [0] * 7 + [1]


@pytest.mark.django_db(transaction=True)
def test_rivals_that_cancel_and_bill_leave_no_gap_in_either_series() -> None:
    edition = issuing()
    orders = [make.order(edition=edition, tickets=2, price=25000) for _ in range(8)]

    def cancel_one(order: Order) -> None:
        bill(order)
        order.tickets.all()[0].cancel(by=SOMEBODY)
        bill(order)

    results = at_once([lambda order=order: cancel_one(order) for order in orders], threads=8)

    assert results == [None] * 8
    assert {series.kind: series.last for series in InvoiceSeries.objects.all()} == {
        "invoice": 16,
        "credit-note": 8,
    }
    assert not InvoiceSeries.objects.broken().exists()


def test_a_gap_raises_an_alarm(edition: Edition, caplog: pytest.LogCaptureFixture) -> None:
    bill(make.order(edition=edition, price=25000))
    InvoiceSeries.objects.update(last=3)

    tasks.compare_counters()

    assert "has given 3 numbers to 1 documents" in caplog.text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"invoice_prefix": "2027"}, "invoice_prefix"),
        ({"invoice_prefix": "2026-"}, "invoice_prefix"),
        ({"credit_note_prefix": "2028-"}, "credit_note_prefix"),
        ({"credit_note_prefix": "2026-c"}, "credit_note_prefix"),
    ],
)
def test_no_two_documents_can_have_the_same_number(fields: dict[str, str], wrong: str) -> None:
    issuing(slug="2026")

    with pytest.raises(ValidationError) as refused:
        issuing(slug="2028", **fields).full_clean()

    assert wrong in refused.value.message_dict


def test_the_issuer_cannot_be_left_empty_once_it_has_issued(edition: Edition) -> None:
    bill(make.order(edition=edition, price=25000))
    edition.issuer_name = ""

    with pytest.raises(ValidationError) as refused:
        edition.full_clean()

    assert "issuer_name" in refused.value.message_dict


# --- nudges and the sweep ---


def test_what_changes_a_bill_asks_for_a_new_one(
    edition: Edition, django_capture_on_commit_callbacks: Any
) -> None:
    order = make.order(edition=edition, status="reserved", price=25000)
    with patch("registration.models.billing_nudge.current_app.send_task") as asked:
        for deed in (
            lambda: pay(order, 25000),
            lambda: order.cancel(by=SOMEBODY),
            lambda: read(order).keep(5000, by=SOMEBODY),
            lambda: Refund.ask(order.payments.get(), amount=25000, by=SOMEBODY),
            lambda: BillingDetails.write(order, COMPANY, is_wanted=False, by=SOMEBODY),
        ):
            with django_capture_on_commit_callbacks(execute=True):
                deed()

            assert call("registration.tasks.bill_order", args=[order.pk]) in asked.call_args_list
            asked.reset_mock()


def test_the_sweep_bills_what_no_nudge_did(edition: Edition) -> None:
    orders = [make.order(edition=edition, price=25000) for _ in range(2)]

    tasks.sweep_invoices()

    assert [numbers(order) for order in orders] == [["2027-0001"], ["2027-0002"]]
    assert not wrongly_billed().exists()


def test_one_order_that_cannot_be_billed_does_not_keep_the_sweep_from_others(
    edition: Edition, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = (make.order(edition=edition, price=25000) for _ in range(2))
    issue = Invoice._bill

    def fails_for_the_first(order: Order, due: Any) -> Invoice:
        if order.pk == first.pk:
            raise RuntimeError
        return issue(order, due)

    with patch.object(Invoice, "_bill", fails_for_the_first):
        tasks.sweep_invoices()

    assert numbers(second) == ["2027-0001"]
    assert f"order {first.pk} cannot be billed" in caplog.text


def test_the_nudge_bills_its_order_and_no_other(edition: Edition) -> None:
    order, other = (make.order(edition=edition, price=25000) for _ in range(2))

    tasks.bill_order(order.pk)
    tasks.bill_order(0)

    assert (numbers(order), numbers(other)) == (["2027-0001"], [])


# --- tax ---


@given(net=st.integers(0, 10**9), rate=st.integers(0, 10_000))
def test_the_tax_within_a_price_is_the_tax_that_was_added(net: int, rate: int) -> None:
    tax = money.tax_on(net, rate)

    assert money.tax_within(net + tax, rate) == tax
    assert abs(tax * 10_000 - net * rate) <= 5_000  # half a unit at most


@pytest.mark.parametrize(
    ("currency", "added", "price", "total", "tax"),
    [
        ("USD", False, 10700, 10700, 700),
        ("USD", True, 10000, 10700, 700),
        ("USD", True, 50, 54, 4),  # 3.5 cents: a half is rounded up
        ("JPY", False, 1070, 1070, 70),
        ("JPY", True, 1001, 1071, 70),
        ("KRW", True, 150, 161, 11),
    ],
)
def test_tax_is_included_or_added_in_whole_units_of_the_currency(
    currency: str, added: bool, price: int, total: int, tax: int
) -> None:
    edition = issuing(currency=currency, tax_rate=700, tax_is_added=added)
    order = Order.place(make.wish(make.ticket_type(edition, price=price)), by=SOMEBODY)
    pay(order, total)

    [invoice] = bill(order)

    assert (read(order).total, invoice.total, invoice.tax) == (total, total, tax)
    assert money.in_figures(invoice.net, currency) == f"{total - tax}" if currency != "USD" else True


def test_tax_is_added_to_what_the_voucher_leaves() -> None:
    edition = issuing(tax_rate=700, tax_is_added=True)
    kind = make.ticket_type(edition, price=20000)

    order = Order.place(make.wish(kind, voucher=make.voucher(edition)), by=SOMEBODY)

    assert order.tickets.get().price == 10700


def test_a_ticket_type_can_have_a_rate_of_its_own() -> None:
    edition = issuing(tax_rate=700)
    kinds = [make.ticket_type(edition, price=10700, own_tax_rate=rate) for rate in (None, 0, 2000)]

    orders = [Order.place(make.wish(kind), by=SOMEBODY) for kind in kinds]

    assert [order.tickets.get().tax_rate for order in orders] == [700, 0, 2000]


def test_a_ticket_keeps_the_rate_that_was_agreed(edition: Edition) -> None:
    Edition.objects.filter(pk=edition.pk).update(tax_rate=700)
    order = Order.place(make.wish(make.ticket_type(Edition.objects.get(), price=10700)), by=SOMEBODY)
    Edition.objects.filter(pk=edition.pk).update(tax_rate=2000)
    pay(order, 10700)

    [invoice] = bill(order)

    assert invoice.tax == 700


def test_an_order_is_refused_when_the_tax_has_changed_since_the_page_was_read() -> None:
    edition = issuing(tax_rate=700)
    kind = make.ticket_type(edition, price=10700)
    terms = kind.terms
    Edition.objects.update(tax_rate=0)

    with pytest.raises(Exception, match="was changed a moment ago"):
        Order.place(make.wish(kind, terms=terms), by=SOMEBODY)

    assert not Ticket.objects.exists()


@pytest.mark.parametrize(("rate", "said"), [(700, "7%"), (825, "8.25%"), (1050, "10.5%"), (10000, "100%")])
def test_a_rate_is_written_as_short_as_it_can_be(rate: int, said: str) -> None:
    assert money.rate_written(rate) == said
