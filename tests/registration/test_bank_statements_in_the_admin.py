"""Bank statements in the back office: what is shown first is what is taken, and only finance and owners see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from forum.models import Edition
from registration.models import BankStatement, Order, Payment, StatementLine
from tests import make, staff
from tests.registration.bank_files import camt, entry, part, table, wrote

pytestmark = pytest.mark.django_db
UPLOAD = "/admin/registration/bankstatement/upload/"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def finance(edition: Edition) -> Client:
    return staff.at_work("finance", edition)


@pytest.fixture(autouse=True)
def _nothing_is_kept(db: None) -> None:
    for name in kept():
        storages["private"].delete(f"imports/{name}")


def kept() -> list[str]:
    folder = settings.PRIVATE_ROOT / "imports"
    return [file.name for file in folder.iterdir()] if folder.is_dir() else []


def owing(edition: Edition, **fields: Any) -> Order:
    return make.order(ticket_type=make.ticket_type(edition, price=25000, size=9), status="reserved", **fields)


def look(client: Client, data: bytes) -> Any:
    return client.post(UPLOAD, {"file": SimpleUploadedFile("november.csv", data)})


def confirm(client: Client, preview: Any, **more: Any) -> Any:
    return client.post(
        UPLOAD, {"claim": preview.context["kept"].claim, "confirm": "Take", **more}, follow=True
    )


def listed() -> str:
    return reverse("admin:registration_bankstatement_changelist")


def opened(statement: BankStatement) -> str:
    return reverse("admin:registration_bankstatement_change", args=[statement.pk])


def deed(line: StatementLine, name: str) -> str:
    return reverse(f"admin:registration_bankstatement_{name}", args=[line.statement_id, line.pk])


# --- who may ---


@pytest.mark.parametrize("duty", ["programme", "registration", "door", "protection"])
def test_who_has_another_duty_sees_nothing_and_does_nothing(duty: str, edition: Edition) -> None:
    line = make.statement_line(owing(edition), payer="Mei Lin")
    client = staff.at_work(duty, edition)

    answers = [
        client.get(listed()),
        client.get(opened(line.statement)),
        client.get(UPLOAD),
        look(client, table("2026-11-20;1.00;A;x")),
        client.post(reverse("admin:registration_bankstatement_bookings", args=[line.statement_id])),
        *(client.post(deed(line, name)) for name in ("booking", "order", "setting-aside", "taking-up")),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert not any(b"Mei Lin" in answer.content for answer in answers)
    assert not Payment.objects.exists()
    assert kept() == []


@pytest.mark.parametrize("duty", ["finance", "owner"])
def test_who_has_the_duty_may(duty: str, edition: Edition) -> None:
    line = make.statement_line(owing(edition), payer="Mei Lin")
    client = staff.at_work(duty, edition)

    assert "Mei Lin" in client.get(opened(line.statement)).content.decode()
    assert UPLOAD in client.get(listed()).content.decode()
    assert look(client, table("2026-11-20;1.00;A;x")).context["plan"] is not None


def test_somebody_who_is_not_on_the_staff_is_sent_away(edition: Edition, client: Client) -> None:
    line = make.statement_line(owing(edition))

    for address in (listed(), opened(line.statement), UPLOAD):
        assert client.get(address).status_code == 302
    assert client.post(deed(line, "booking")).status_code == 302
    assert not Payment.objects.exists()


def test_the_statement_of_another_edition_does_not_exist(finance: Client) -> None:
    line = make.statement_line(owing(make.edition()))
    ours = make.statement(finance.get(listed()).context["edition"])
    through_ours = reverse("admin:registration_bankstatement_booking", args=[ours.pk, line.pk])

    answers = [
        finance.get(opened(line.statement)),
        finance.post(deed(line, "booking")),
        finance.post(through_ours),
        finance.post(reverse("admin:registration_bankstatement_bookings", args=[line.statement_id])),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert not Payment.objects.exists()


def test_nothing_is_done_by_looking(edition: Edition, finance: Client) -> None:
    line = make.statement_line(owing(edition))

    answers = [finance.get(deed(line, name)) for name in ("booking", "order", "setting-aside", "taking-up")]

    assert {answer.status_code for answer in answers} == {405}
    assert not Payment.objects.exists()


# --- bringing in ---


def test_a_preview_tells_what_is_in_the_file_and_writes_nothing(edition: Edition, finance: Client) -> None:
    order = owing(edition)

    preview = look(finance, table(f"2026-11-20;250.00;Mei Lin;{order.code}", "never;2.00;A;x"))

    page = preview.content.decode()
    assert "Nothing is written yet" in page
    assert "Mei Lin" in page
    assert order.code in page
    assert "Line 3: the date “never” cannot be read." in page
    assert not BankStatement.objects.exists()
    assert not Payment.objects.exists()
    assert len(kept()) == 1


def test_what_was_shown_is_taken_and_the_file_is_forgotten(edition: Edition, finance: Client) -> None:
    order = owing(edition)
    preview = look(finance, camt(entry("250.00", part("", wrote(order.code), "Mei Lin"))))

    answer = confirm(finance, preview)

    statement = BankStatement.objects.get()
    assert answer.redirect_chain == [(opened(statement), 302)]
    assert (statement.format, statement.edition) == ("camt.053", edition)
    assert statement.uploaded_by is not None
    assert statement.lines.get().order == order
    assert not Payment.objects.exists()
    assert kept() == []
    assert LogEntry.objects.get().object_id == str(statement.pk)


def test_a_preview_that_is_confirmed_twice_is_taken_once(finance: Client) -> None:
    preview = look(finance, table("2026-11-20;1.00;A;x"))

    confirm(finance, preview)
    again = confirm(finance, preview)

    assert "not kept any more" in again.content.decode()
    assert BankStatement.objects.count() == 1


def test_a_file_that_was_brought_in_before_is_said_and_offers_nothing(finance: Client) -> None:
    data = table("2026-11-20;1.00;A;x")
    confirm(finance, look(finance, data))

    preview = look(finance, data).content.decode()

    assert "This very file was brought in before" in preview
    assert "There is nothing new in this file." in preview
    assert 'name="confirm"' not in preview


@pytest.mark.parametrize("data", [b"hello", b"<a/>", b"PK\x03\x04", b"Date;Amount\n2026-11-20;-1.00\n"])
def test_a_file_that_is_none_says_why_and_is_not_kept(data: bytes, finance: Client) -> None:
    answer = look(finance, data)

    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]
    assert kept() == []


@pytest.mark.parametrize("claim", ["", "forged", "a:b:c"])
def test_a_claim_that_is_not_ours_opens_nothing(claim: str, finance: Client) -> None:
    answer = finance.post(UPLOAD, {"claim": claim, "confirm": "Take"})

    assert "Choose" in str(answer.context["form"].errors["file"])
    assert not BankStatement.objects.exists()


def test_a_preview_of_another_page_opens_nothing_here(edition: Edition) -> None:
    owner = staff.at_work("owner", edition)
    bank = look(owner, table("2026-11-20;1.00;A;x")).context["kept"].claim

    answer = owner.post("/admin/agenda/session/import/", {"claim": bank, "language": "en", "dates": "keep"})

    assert "made on another page" in str(answer.context["form"].errors["file"])


# --- deciding ---


def test_a_page_says_why_and_how_sure(edition: Edition, finance: Client) -> None:
    sure = make.statement_line(owing(edition))
    short = make.statement_line(owing(edition), 20000)
    unclear = make.statement(edition)

    pages = {
        one.pk: finance.get(opened(one)).content.decode()
        for one in (sure.statement, short.statement, unclear)
    }

    assert "Its code stands in the text." in pages[sure.statement_id]
    assert "Book the 1 of which there is no doubt" in pages[sure.statement_id]
    assert "USD 50.00 are missing." in pages[short.statement_id]
    assert "no doubt" not in pages[short.statement_id]
    assert "Which order is it for?" in pages[unclear.pk]


def test_one_line_is_booked_and_the_other_waits(edition: Edition, finance: Client) -> None:
    orders = [owing(edition), owing(edition)]
    lines = [StatementLine.of(make.entry(), order=order, found_by="code", note="") for order in orders]
    statement = make.statement(edition, *lines)
    line = statement.lines.get(order=orders[0])

    answer = finance.post(deed(line, "booking"), follow=True)

    assert "Booked." in staff.said(answer)
    assert Payment.objects.get().order == orders[0]
    assert sorted(statement.lines.values_list("status", flat=True)) == ["booked", "suggested"]


def test_all_sure_ones_are_booked_at_once(edition: Edition, finance: Client) -> None:
    lines = [
        StatementLine.of(make.entry(amount), order=owing(edition), found_by="code", note="")
        for amount in (25000, 25000, 24000)
    ]
    statement = make.statement(edition, *lines)

    answer = finance.post(
        reverse("admin:registration_bankstatement_bookings", args=[statement.pk]), follow=True
    )

    assert "2 payments booked." in staff.said(answer)
    assert Payment.objects.count() == 2


def test_what_somebody_else_has_decided_meanwhile_is_said(edition: Edition, finance: Client) -> None:
    line = make.statement_line(owing(edition))
    finance.post(deed(line, "booking"))

    answer = finance.post(deed(line, "setting-aside"), {"reason": "no"}, follow=True)

    assert "Somebody has decided about this line meanwhile." in staff.said(answer)
    assert Payment.objects.count() == 1


def test_an_order_is_named_and_a_line_left_aside_and_taken_up_again(
    edition: Edition, finance: Client
) -> None:
    order = owing(edition)
    line = make.statement(edition).lines.get()

    wrong = finance.post(deed(line, "order"), {"code": "NOTHING2"}, follow=True)
    finance.post(deed(line, "order"), {"code": order.code.lower()})
    line.refresh_from_db()
    named = line.order
    finance.post(deed(line, "setting-aside"), {"reason": "A donation"})
    line.refresh_from_db()
    aside = line.status, line.note
    finance.post(deed(line, "taking-up"))
    line.refresh_from_db()

    assert "There is no order with this code." in staff.said(wrong)
    assert named == order
    assert aside == ("ignored", "A donation")
    assert line.status == "unclear"


@pytest.mark.parametrize("typed", ["a\x00b", "x" * 9000, "'; --", "\ud7ff\U0001f600", "\u202e"])
def test_whatever_is_typed_does_no_harm(typed: str, edition: Edition, finance: Client) -> None:
    line = make.statement(edition).lines.get()

    answers = [
        finance.post(deed(line, "order"), {"code": typed}),
        finance.post(deed(line, "setting-aside"), {"reason": typed}),
        finance.get(opened(line.statement), {"page": typed}),
        finance.post(UPLOAD, {"claim": typed}),
    ]

    assert [answer.status_code for answer in answers[:2]] == [302, 302]
    assert {answer.status_code for answer in answers[2:]} <= {200, 400}
    line.refresh_from_db()
    assert line.status == "ignored"


def test_a_statement_that_never_was_does_not_exist(edition: Edition, finance: Client) -> None:
    line = make.statement(edition).lines.get()
    never = 10**30
    addresses = [
        reverse("admin:registration_bankstatement_bookings", args=[never]),
        reverse("admin:registration_bankstatement_booking", args=[never, line.pk]),
        reverse("admin:registration_bankstatement_booking", args=[line.statement_id, never]),
    ]

    assert {finance.post(address).status_code for address in addresses} == {404}
    assert finance.get(reverse("admin:registration_bankstatement_change", args=["x"])).status_code == 404


def test_what_a_payer_wrote_is_text_and_no_markup(edition: Edition, finance: Client) -> None:
    data = table("2026-11-20;1.00;<script>alert(1)</script>;<b>x")

    preview = look(finance, data)
    page = confirm(finance, preview).content.decode()

    assert "<script>alert" not in preview.content.decode() + page
    assert "&lt;b&gt;x" in page


def test_a_page_asks_as_often_for_three_lines_as_for_one(
    edition: Edition, finance: Client, queries: Any
) -> None:
    def statement(count: int) -> BankStatement:
        return make.statement(
            edition,
            *(
                StatementLine.of(make.entry(), order=owing(edition), found_by="code", note="")
                for _ in range(count)
            ),
        )

    one, three = statement(1), statement(3)
    finance.get(opened(one))

    with queries() as for_one:
        finance.get(opened(one))
    with queries() as for_three:
        finance.get(opened(three))

    assert len(for_three) == len(for_one), for_three


def test_the_first_page_tells_those_who_may_decide_how_many_wait(edition: Edition, finance: Client) -> None:
    make.statement(edition)
    others = staff.at_work("registration", edition)

    said = [
        [matter.text for matter in client.get(reverse("admin:index")).context["matters"]]
        for client in (finance, others)
    ]

    assert "1 payment of a bank statement waits" in said[0]
    assert not any("bank statement" in text for text in said[1])
