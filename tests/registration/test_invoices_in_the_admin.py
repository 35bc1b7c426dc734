"""Invoices in the back office: for finance and owners, to read, print and hand on."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from forum.actor import Actor
from forum.models import Edition
from registration.exports import BOM
from registration.models import BillingDetails, Invoice, Recipient
from tests import make, staff
from tests.registration.test_invoices import COMPANY, bill, issuing

SOMEBODY = Actor.system()
LIST = "admin:registration_invoice_changelist"
OTHERS = ["registration", "programme", "protection", "door"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return issuing(languages=["en", "th"])


@pytest.fixture
def invoice(edition: Edition) -> Invoice:
    order = make.order(edition=edition, price=10700, tax_rate=700)
    BillingDetails.write(order, COMPANY, is_wanted=False, by=SOMEBODY)
    return bill(order)[0]


def of(invoice: Invoice, what: str) -> str:
    return reverse(f"admin:registration_invoice_{what}", args=[invoice.pk])


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode().removeprefix(BOM))))


def export(browser: Any, *invoices: Invoice) -> Any:
    chosen = [one.pk for one in invoices]
    return browser.post(reverse(LIST), {"action": "export", "_selected_action": chosen})


@pytest.mark.parametrize("duty", ["finance", "owner"])
def test_finance_and_owners_read_and_print_them(duty: str, invoice: Invoice, edition: Edition) -> None:
    organizer = staff.at_work(duty, edition)

    listed = organizer.get(reverse(LIST)).content.decode()
    page = organizer.get(of(invoice, "change")).content.decode()
    printed = organizer.get(of(invoice, "pdf"))

    for words in ("2027-0001", "River Mills Ltd", "USD 100.00", "USD 7.00", "USD 107.00"):
        assert words in listed
        assert words in page
    assert printed.content.startswith(b"%PDF")
    assert "no-store" in printed["Cache-Control"]


@pytest.mark.parametrize("duty", OTHERS)
def test_nobody_else_sees_them(duty: str, invoice: Invoice, edition: Edition) -> None:
    organizer = staff.at_work(duty, edition)

    answers = [
        *(organizer.get(address) for address in (reverse(LIST), of(invoice, "change"), of(invoice, "pdf"))),
        export(organizer, invoice),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


@pytest.mark.parametrize("duty", ["registration", "protection"])
def test_who_may_see_the_order_but_no_invoice_finds_none_on_its_page(
    duty: str, invoice: Invoice, edition: Edition
) -> None:
    address = reverse("admin:registration_order_change", args=[invoice.order_id])

    theirs = staff.at_work(duty, edition).get(address).content.decode()
    finance = staff.at_work("finance", edition).get(address).content.decode()

    assert "2027-0001" not in theirs
    assert "River Mills" not in theirs
    assert "2027-0001" in finance


def test_a_document_of_another_edition_does_not_exist(invoice: Invoice) -> None:
    elsewhere = staff.at_work("finance", issuing(slug="2028"))

    assert elsewhere.get(of(invoice, "pdf")).status_code == 404


def test_a_superuser_changes_and_deletes_none_either(invoice: Invoice, edition: Edition) -> None:
    superuser = staff.at_work("superuser", edition)

    superuser.post(of(invoice, "change"), {"buyer_name": "Another"})
    answers = [
        superuser.post(of(invoice, "delete"), {"post": "yes"}),
        superuser.get(reverse("admin:registration_invoice_add")),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Invoice.objects.get().buyer_name == "River Mills Ltd"


def test_the_sheet_has_a_line_for_each_line_and_adds_up(invoice: Invoice, edition: Edition) -> None:
    invoice.order.tickets.get().cancel(by=SOMEBODY)
    [note] = bill(invoice.order)

    said = rows(export(staff.at_work("finance", edition), invoice, note))

    figures = ("Number", "Kind", "Cancels", "Net", "Tax rate in %", "Tax", "Gross", "Currency")
    assert [[row[name] for name in figures] for row in said] == [
        ["2027-0001", "invoice", "", "100.00", "7.00", "7.00", "107.00", "USD"],
        ["2027-C0001", "credit-note", "2027-0001", "-100.00", "7.00", "-7.00", "-107.00", "USD"],
    ]
    assert {row["Order"] for row in said} == {invoice.order.code}
    assert (said[0]["Address"], said[0]["Country"], said[0]["Purchase order"]) == (
        "1 Mill Lane, Bago",
        "MM",
        "PO-7",
    )


def test_no_cell_of_the_sheet_is_a_formula(edition: Edition) -> None:
    order = make.order(edition=edition, price=10700)
    BillingDetails.write(order, Recipient("=1+1", "@home", purchase_order="-2"), is_wanted=False, by=SOMEBODY)
    bill(order)

    [row] = rows(export(staff.at_work("finance", edition), *Invoice.objects.all()))

    assert (row["Buyer"], row["Address"], row["Purchase order"]) == ("'=1+1", "'@home", "'-2")


def test_the_sheet_asks_as_often_for_three_documents_as_for_one(
    invoice: Invoice, edition: Edition, queries: Any
) -> None:
    organizer = staff.at_work("finance", edition)
    export(organizer, invoice)
    others = [bill(make.order(edition=edition, price=100, tickets=2))[0] for _ in range(2)]

    with queries() as for_one:
        export(organizer, invoice)
    with queries() as for_three:
        export(organizer, invoice, *others)

    assert len(for_three) == len(for_one), for_three


def test_they_are_found_by_number_order_buyer_and_what_became_of_them(
    invoice: Invoice, edition: Edition
) -> None:
    other = make.order(edition=edition, price=100)
    bill(other)
    other.cancel(by=SOMEBODY)
    bill(other)
    organizer = staff.at_work("finance", edition)

    def found(**asked: str) -> set[str]:
        page = organizer.get(reverse(LIST), asked)
        return {one.number for one in page.context["cl"].result_list}

    assert found(q="river") == found(q=invoice.order.code) == found(q="PO-7") == {"2027-0001"}
    assert found(q=other.code) == {"2027-0002", "2027-C0001"}
    assert found(kind__exact="credit-note") == {"2027-C0001"}
    assert found(invoices="standing") == {"2027-0001"}
    assert found(invoices="cancelled") == {"2027-0002"}


# --- the edition's settings ---


def test_an_owner_writes_the_rate_in_percent(edition: Edition) -> None:
    owner = staff.at_work("owner", edition)
    address = reverse("admin:forum_edition_change", args=[edition.pk])

    form = owner.get(address)
    answer = owner.post(
        address,
        staff.fields(form, tax_rate="8.25", tax_is_added="on", tax_name_en="VAT", issuer_name="Us Ltd"),
    )

    edition.refresh_from_db()
    assert answer.status_code == 302
    assert (edition.tax_rate, edition.tax_is_added, str(edition.tax_name)) == (825, True, "VAT")
    assert 'value="8.25"' in owner.get(address).content.decode()


def test_who_only_reads_an_edition_reads_the_rate_in_percent(edition: Edition) -> None:
    Edition.objects.filter(pk=edition.pk).update(tax_rate=825)

    page = staff.at_work("finance", edition).get(reverse("admin:forum_edition_change", args=[edition.pk]))

    assert "8.25%" in page.content.decode()


def test_how_numbers_begin_does_not_change_once_there_are_some(invoice: Invoice, edition: Edition) -> None:
    owner = staff.at_work("owner", edition)
    address = reverse("admin:forum_edition_change", args=[edition.pk])

    form = owner.get(address)

    assert "invoice_prefix" not in form.context["adminform"].form.fields
    assert "issuer_name" in form.context["adminform"].form.fields


@pytest.mark.parametrize(("typed", "kept"), [("", None), ("0", 0), ("19", 1900)])
def test_a_ticket_type_is_given_a_rate_of_its_own_in_percent(
    typed: str, kept: int | None, edition: Edition
) -> None:
    kind = make.ticket_type(edition, price=100)
    organizer = staff.at_work("registration", edition)
    address = reverse("admin:registration_tickettype_change", args=[kind.pk])

    organizer.post(address, staff.fields(organizer.get(address), own_tax_rate=typed))

    kind.refresh_from_db()
    assert kind.own_tax_rate == kept
