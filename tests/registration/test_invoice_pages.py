"""An order's invoices, for whoever holds its link: the list, the details, the document."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from forum.actor import Actor
from forum.models import Edition
from registration.invoice_document import invoice_pdf
from registration.models import BillingDetails, Invoice, Order, Payment, Recipient
from tests import make
from tests.registration.test_invoices import COMPANY, bill, issuing

SOMEBODY = Actor.system()
DETAILS = {"name": "River Mills Ltd", "address": "1 Mill Lane\nBago", "country": "MM", "tax_number": "TIN 42"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def edition() -> Edition:
    return issuing(languages=["en", "th", "my"])


def path(order: Order, name: str = "order-invoice-details", **more: Any) -> str:
    return reverse(name, kwargs={"code": order.code, "secret": order.secret, **more})


def document(order: Order, invoice: Invoice) -> str:
    return path(order, "order-invoice", number=invoice.number)


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


def read(written: bytes) -> str:
    pages = PdfReader(io.BytesIO(written)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


# --- on the order's page ---


def test_the_page_of_an_order_leads_to_its_documents(client: Client, edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    [invoice] = bill(order)
    order.cancel(by=SOMEBODY)
    [note] = bill(order)

    page = text(client.get(order.get_absolute_url()))

    assert f'href="{document(order, invoice)}"' in page
    assert f'href="{document(order, note)}"' in page
    assert "−USD 250.00" in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("confirmed", "The newest one is being written."),
        ("reserved", "Your invoice will be here as soon as your payment has arrived."),
    ],
)
def test_the_page_says_when_the_invoice_comes(
    status: str, words: str, client: Client, edition: Edition
) -> None:
    order = make.order(edition=edition, price=25000, status=status)

    assert words in text(client.get(order.get_absolute_url()))


def test_no_invoice_is_spoken_of_where_none_can_come(client: Client, edition: Edition) -> None:
    free = make.order(edition=edition)
    elsewhere = make.order(price=25000)

    for order in (free, elsewhere):
        assert "nvoice" not in text(client.get(order.get_absolute_url()))
        assert client.get(path(order)).status_code == 404


def test_the_page_of_an_order_asks_as_often_for_three_documents_as_for_one(
    client: Client, edition: Edition, queries: Any
) -> None:
    order = make.order(edition=edition, price=25000)
    bill(order)
    client.get(order.get_absolute_url())

    with queries() as for_one:
        client.get(order.get_absolute_url())
    BillingDetails.write(order, COMPANY, is_wanted=False, by=SOMEBODY)
    bill(order)
    with queries() as for_three:
        client.get(order.get_absolute_url())

    assert Invoice.objects.count() == 3
    assert len(for_three) == len(for_one), for_three


def test_what_is_to_be_paid_says_its_tax(client: Client) -> None:
    edition = issuing(tax_rate=700, tax_name="VAT")
    order = make.order(edition=edition, price=10700, tax_rate=700, status="reserved")

    assert "This includes USD 7.00 of VAT." in text(client.get(order.get_absolute_url()))


@pytest.mark.parametrize("added", [True, False])
def test_who_registers_sees_the_whole_price_and_which_tax_it_includes(client: Client, added: bool) -> None:
    edition = issuing(tax_rate=700, tax_is_added=added, tax_name="VAT")
    make.ticket_type(edition, price=10000 if added else 10700)
    make.group(edition)

    page = text(client.get(f"/en/{'' if edition.is_current else '2027/'}register/"))

    assert "USD 107.00" in page
    assert "including 7% VAT" in page


# --- details ---


def test_what_is_written_stands_on_the_invoice(client: Client, edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    bill(order)

    answer = client.post(path(order), {**DETAILS, "purchase_order": "PO-7"}, follow=True)

    invoice = Invoice.objects.standing().get()
    assert invoice.bill.recipient == COMPANY
    assert "Your new invoice is ready below." in text(answer)
    assert "Made out to River Mills Ltd." in text(answer)


def test_who_needs_it_before_paying_gets_it_at_once(client: Client, edition: Edition) -> None:
    order = make.order(edition=edition, price=25000, status="reserved")

    answer = client.post(path(order), {**DETAILS, "early": "on"}, follow=True)

    assert Invoice.objects.get().total == 25000
    assert "Your invoice is ready below." in text(answer)


def test_who_does_not_need_it_at_once_gets_it_when_the_payment_has_arrived(
    client: Client, edition: Edition
) -> None:
    order = make.order(edition=edition, price=25000, status="reserved")

    answer = client.post(path(order), DETAILS, follow=True)

    assert not Invoice.objects.exists()
    assert "Noted." in text(answer)


def test_that_it_was_needed_early_is_remembered_when_nothing_is_to_be_paid_any_more(
    client: Client, edition: Edition
) -> None:
    order = make.order(edition=edition, price=25000, status="reserved")
    client.post(path(order), {**DETAILS, "early": "on"})
    Payment.book(order, provider="by-hand", reference="1", amount=25000, currency="USD", by=SOMEBODY)

    page = text(client.get(path(order)))
    client.post(path(order), DETAILS)

    assert "before I can pay" not in page
    assert "Invoice 2027-0001 is issued already." in page
    assert order.billing.wanted_at is not None
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Write who the invoice is for."),
        ({"country": "XX"}, "Choose a country from the list."),
        ({"address": "x" * 501}, "Please keep this under 500 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(
    wrong: dict[str, str], words: str, client: Client, edition: Edition
) -> None:
    order = make.order(edition=edition, price=25000)

    answer = client.post(path(order), {**DETAILS, **wrong})

    assert words in text(answer)
    assert not BillingDetails.objects.exists()


def test_details_can_be_changed_some_times_an_hour(client: Client, edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    for number in range(5):
        client.post(path(order), {**DETAILS, "name": f"Company {number}"})

    answer = client.post(path(order), {**DETAILS, "name": "Company 6"})

    assert "This was changed often just now." in text(answer)
    assert BillingDetails.objects.get().name == "Company 4"


def test_nobody_without_the_secret_sees_or_changes_details(client: Client, edition: Edition) -> None:
    order, other = (make.order(edition=edition, price=25000) for _ in range(2))
    BillingDetails.write(order, COMPANY, is_wanted=False, by=SOMEBODY)
    address = reverse("order-invoice-details", kwargs={"code": order.code, "secret": other.secret})

    assert client.get(address).status_code == 404
    assert client.post(address, {**DETAILS, "name": "Another"}).status_code == 404
    assert BillingDetails.objects.get().name == "River Mills Ltd"


def test_an_attendees_own_ticket_shows_no_invoice_and_no_details(client: Client, edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    BillingDetails.write(order, COMPANY, is_wanted=False, by=SOMEBODY)
    [invoice] = bill(order)

    page = text(client.get(order.tickets.get().get_absolute_url()))

    assert invoice.number not in page
    assert "River Mills" not in page


# --- the document ---


def test_an_order_opens_its_own_documents_and_no_others(client: Client, edition: Edition) -> None:
    order, other = (make.order(edition=edition, price=25000) for _ in range(2))
    invoice, theirs = bill(order)[0], bill(other)[0]

    own = client.get(document(order, invoice))

    assert own["Content-Type"] == "application/pdf"
    assert own["Content-Disposition"] == 'attachment; filename="2027-0001.pdf"'
    assert "no-store" in own["Cache-Control"]
    assert client.get(document(order, theirs)).status_code == 404
    stolen = reverse(
        "order-invoice", kwargs={"code": order.code, "secret": other.secret, "number": invoice.number}
    )
    assert client.get(stolen).status_code == 404


def test_a_document_says_whom_what_and_how_much(edition: Edition) -> None:
    edition.issuer_address, edition.issuer_tax_number, edition.tax_name = "9 Riverside", "0105", "VAT"  # type: ignore[assignment]
    edition.payment_instructions = "Pay to **account 12**."  # type: ignore[assignment]
    edition.save()
    kind = make.ticket_type(edition, name="Main forum", price=10700)
    order = make.order(edition=edition, ticket_type=kind, tickets=2, tax_rate=700, status="reserved")
    BillingDetails.write(order, COMPANY, is_wanted=True, by=SOMEBODY)
    bill(order)

    said = read(invoice_pdf(Invoice.objects.with_all().get()))

    for words in (
        *("Invoice", "2027-0001", "Forum Foundation", "9 Riverside", "0105", order.code, "PO-7", "TIN 42"),
        *("River Mills Ltd", "1 Mill Lane", "Bago", "Myanmar", "Main forum", "USD 100.00", "USD 107.00"),
        *("7% VAT on USD 200.00", "USD 14.00", "USD 214.00", "account 12"),
    ):
        assert words in said, said


def test_a_document_is_tagged_and_in_the_language_of_the_order(edition: Edition) -> None:
    order = make.order(
        edition=edition, ticket_type=make.ticket_type(edition, name={"en": "Main", "th": "งานหลัก"}, price=100)
    )
    Order.objects.filter(pk=order.pk).update(language="th")
    BillingDetails.write(order, Recipient("บริษัท สายธาร"), is_wanted=False, by=SOMEBODY)
    bill(order)

    written = invoice_pdf(Invoice.objects.with_all().get())

    root: Any = PdfReader(io.BytesIO(written)).trailer["/Root"]
    said = read(written)
    assert root["/Lang"] == "th"
    assert root["/MarkInfo"]["/Marked"]
    assert "งานหลัก" in said
    assert "พ.ศ." in said


def test_a_credit_note_says_which_invoice_it_cancels(edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    bill(order)
    order.cancel(by=SOMEBODY)
    bill(order)

    said = read(invoice_pdf(Invoice.objects.with_all().get(kind="credit-note")))

    assert "Credit note" in said
    assert "It cancels invoice 2027-0001 of" in said
    assert "Credited in total USD 250.00" in said


def test_a_document_without_details_names_the_order_and_no_person(edition: Edition) -> None:
    order = make.order(edition=edition, price=25000, name="Thiri", email="thiri@example.org")
    bill(order)

    said = read(invoice_pdf(Invoice.objects.with_all().get()))

    assert f"Order {order.code}" in said
    assert "hiri" not in said


def test_a_document_does_not_draw_what_somebody_wrote_into_it(edition: Edition) -> None:
    order = make.order(edition=edition, price=25000)
    BillingDetails.write(order, Recipient("<b>Bold</b> & Sons"), is_wanted=False, by=SOMEBODY)
    bill(order)

    assert "<b>Bold</b> & Sons" in read(invoice_pdf(Invoice.objects.with_all().get()))


@pytest.mark.parametrize(
    ("currency", "said"), [("JPY", "JPY 25,000"), ("KRW", "KRW 25,000"), ("KWD", "KWD 25.000")]
)
def test_amounts_have_the_digits_of_their_currency(currency: str, said: str) -> None:
    edition = issuing(currency=currency)
    bill(make.order(edition=edition, price=25000))

    assert said in read(invoice_pdf(Invoice.objects.with_all().get()))
