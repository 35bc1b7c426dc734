"""Guests out of a table: each bad row is named, nothing is written until it is confirmed, nothing hostile gets in."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from forum.errors import Refusal
from forum.models import Edition, Message
from registration.models import Guest
from registration.tables.guest_plan import Fault, Plan, Sheet
from registration.tables.reading import MAX_ROWS, read
from tests import make, staff

pytestmark = pytest.mark.django_db
SHEET = "/admin/registration/guest/sheet/"
HEADINGS = "Name,E-mail,Group,Ticket,Language,Message"


@pytest.fixture
def edition() -> Edition:
    made = make.edition(languages=["en", "th"])
    make.group(made, slug="unions", name={"en": "Unions", "th": "สหภาพแรงงาน"})
    make.ticket_type(made, name={"en": "Main forum", "th": "เวทีหลัก"}, is_hidden=True, needs_approval=True)
    return made


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


def table(*rows: str, headings: str = HEADINGS) -> bytes:
    return "\r\n".join([headings, *rows]).encode()


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def planned(edition: Edition, data: bytes) -> Plan:
    return Sheet(edition, data).plan()


def row(number: int = 1, **cells: str) -> str:
    told = {
        "name": f"Guest {number}",
        "email": f"g{number}@example.org",
        "group": "Unions",
        "ticket": "Main forum",
    }
    whole = {**told, "language": "", "message": "", **cells}
    return ",".join(whole.values())


def look(client: Client, data: bytes, **more: Any) -> Any:
    return client.post(SHEET, {"file": SimpleUploadedFile("guests.csv", data), **more})


def confirm(client: Client, preview: Any, **more: Any) -> Any:
    plan = preview.context["plan"]
    sent = {"claim": preview.context["kept"].claim, "expected": plan.fingerprint, "confirm": "Invite", **more}
    return client.post(SHEET, sent, follow=True)


# --- what is understood ---


@pytest.mark.parametrize(
    ("headings", "language"),
    [
        ("name;EMAIL;Stakeholder group;Ticket type;lang;Note", "TH"),
        ('"Full name";"E-mail address";"GROUP";"ticket";"Language";"Personal  message"', "thai"),
        ("Name;Mail;group;type;language;Message", "ภาษาไทย"),
    ],
)
def test_headings_are_read_leniently_and_other_signs_part_the_cells(
    headings: str, language: str, edition: Edition
) -> None:
    line = f"ศิริพร;s@example.org;สหภาพแรงงาน;เวทีหลัก;{language};Please come"

    plan = planned(edition, f"{headings}\n\n{line}\n".encode("utf-8-sig"))

    [(number, guest)] = plan.guests
    assert (number, plan.faults) == (3, [])
    assert (guest.name, guest.language, guest.message) == ("ศิริพร", "th", "Please come")
    assert (guest.group.slug, str(guest.ticket_type)) == ("unions", "Main forum")


def test_a_table_from_excel_is_read_with_its_numbers_and_empty_rows(edition: Edition) -> None:
    data = workbook(
        ["Name", "E-mail", "Group", "Ticket"],
        [None, None, None, None],
        ["Daw Khin Mar", "khin@example.org", "unions", "Main forum"],
        [12.0, "twelve@example.org", "unions", "Main forum"],
    )

    plan = planned(edition, data)

    assert [(number, guest.name) for number, guest in plan.guests] == [(3, "Daw Khin Mar"), (4, "12")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp874"])
def test_a_table_in_another_encoding_is_read(encoding: str, edition: Edition) -> None:
    data = f"{HEADINGS}\r\n{row(name='ศิริพร ใจดี')}".encode(encoding)

    assert planned(edition, data).guests[0][1].name == "ศิริพร ใจดี"


def test_a_group_and_a_ticket_chosen_for_all_hold_for_rows_that_name_none(
    edition: Edition, organizer: Client
) -> None:
    group, kind = edition.groups.get(), edition.ticket_types.get()
    chosen = {"group": group.pk, "ticket_type": kind.pk, "message": "Please come.", "answer_by": ""}

    preview = look(organizer, table("A,a@example.org", headings="Name,Mail"), **chosen)
    confirm(organizer, preview, **chosen)

    guest = Guest.objects.get()
    assert (guest.group, guest.ticket_type, guest.message) == (group, kind, "Please come.")


# --- what is wrong ---


def test_each_bad_row_is_named_with_its_column_and_why(edition: Edition) -> None:
    make.guest(edition, email="Invited@example.org")
    make.order(edition=edition, email="Registered@example.org")
    make.ticket_type(edition, name="For others", groups=[make.group(edition)])
    make.ticket_type(edition, name="Twice")
    make.ticket_type(edition, name="twice")
    data = table(
        row(2),
        row(3, email="no address"),
        row(4, group="Onions", ticket="Mane forum"),
        row(5, email="G2@example.org"),
        row(6, email="invited@example.org"),
        row(7, email="registered@example.org"),
        row(8, name="", language="km"),
        row(9, ticket="For others"),
        row(10, ticket="Twice"),
        row(11, name="=1+1"),
        row(12, group="#N/A"),
        row(13, message="x" * 1001),
    )

    plan = planned(edition, data)

    assert [number for number, _guest in plan.guests] == [2]
    found = [(fault.row, fault.column, fault.why) for fault in plan.faults]
    parts = [
        (3, "E-mail", "no e-mail address yet"),
        (4, "Group", "no group “Onions”"),
        (4, "Ticket", "no ticket type “Mane forum”"),
        (5, "E-mail", "stands in row 2"),
        (6, "E-mail", "Invited already"),
        (7, "E-mail", "Registered already"),
        (8, "Name", "Nothing stands here"),
        (8, "Language", "not offered in “km”"),
        (9, "Ticket", "is not for the group"),
        (10, "Ticket", "Several are called"),
        (11, "Name", "formula"),
        (12, "Group", "formula went wrong"),
        (13, "Message", "1000"),
    ]
    assert [one[:2] for one in found] == [one[:2] for one in parts]
    assert all(part[2] in one[2] for one, part in zip(found, parts, strict=True)), found


def test_a_row_that_is_bad_itself_still_makes_the_next_with_its_address_a_double(edition: Edition) -> None:
    plan = planned(edition, table(row(1, group="Onions"), row(2, email="g1@example.org")))

    assert Fault(3, "E-mail", "The same address stands in row 2.") in plan.faults


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\r\n  \r\n", "empty"),
        (b"Name,Phone\r\nA,1", "at the least: Name, E-mail"),
        (b"Name,E-mail,Mail\r\nA,a@example.org,b@example.org", "hold the same"),
        (b"Name,E-mail", "nobody in this file"),
        (b"\xd0\xcf\x11\xe0rest", "old or a protected Excel file"),
        (b"PK\x03\x04 not really", "cannot be read"),
        (b'Name,E-mail\r\n"' + b"x" * 200_000, "does not end"),
        (b"Name,E-mail\r\nA\x00,a@example.org", "no table"),
    ],
)
def test_what_is_no_table_of_guests_is_refused_in_words(data: bytes, why: str, edition: Edition) -> None:
    with pytest.raises(Refusal, match=why):
        planned(edition, data)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(Refusal, match="more than 2000 rows"):
        read(b"Name\n" + b"x\n" * (MAX_ROWS + 1))
    with pytest.raises(Refusal, match="more than 2000 rows"):
        read(b"Name\n" + b"\n" * 5 * MAX_ROWS + b"x")


# --- hostile files ---


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def altered(change: Any) -> bytes:
    """A good workbook of which the sheet's XML is changed."""
    good = zipfile.ZipFile(io.BytesIO(workbook(["Name", "E-mail"], ["A", "a@example.org"])))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in good.namelist():
            content = good.read(name)
            packed.writestr(name, change(content) if name == "xl/worksheets/sheet1.xml" else content)
    return file.getvalue()


def test_an_archive_that_unpacks_to_far_more_is_not_unpacked() -> None:
    bomb = archive(xl__workbook_xml=b"<x/>", **{"xl/worksheets/sheet1.xml": b"0" * 50_000_000})

    begun = time.monotonic()
    with pytest.raises(Refusal, match="far more"):
        read(bomb)

    assert time.monotonic() - begun < 2


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(workbook(["Name", "E-mail"], ["A" * 100_000, "a@example.org"]))
    place = data.rindex(b"PK\x01\x02")
    while place != -1:
        data[place + 24 : place + 28] = (10).to_bytes(4, "little")
        place = data.rfind(b"PK\x01\x02", 0, place)

    with pytest.raises(Refusal, match="cannot be read"):
        read(bytes(data))


def test_entities_of_a_workbook_are_not_resolved() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'

    with pytest.raises(Refusal, match="what no table needs"):
        read(altered(lambda content: laughs + content))


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(Refusal, match="no Excel file"):
        read(archive(content_xml=b"<x/>"))


def test_a_sheet_that_claims_a_million_rows_and_columns_takes_no_time() -> None:
    def huge(content: bytes) -> bytes:
        far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row></sheetData>'
        return content.replace(b"A1:B2", b"A1:XFD1048576").replace(b"</sheetData>", far)

    begun = time.monotonic()
    rows = read(altered(huge))

    assert rows == [(1, ["Name", "E-mail", *[""] * 28]), (2, ["A", "a@example.org", *[""] * 28])]
    assert time.monotonic() - begun < 2


def test_a_broken_sheet_is_refused_in_words() -> None:
    with pytest.raises(Refusal, match="cannot be read"):
        read(altered(lambda content: content[: len(content) // 2]))


# --- preview and confirmation ---


def test_the_preview_names_bad_rows_and_writes_nothing(edition: Edition, organizer: Client) -> None:
    page = look(organizer, table(row(1), row(2, group="Onions")))

    shown = page.content.decode()
    assert "no group “Onions”" in shown
    assert "Invite 1 guest" in shown
    assert not Guest.objects.exists()
    assert not Message.objects.exists()


def test_what_was_shown_is_done_once_confirmed_and_each_is_written_to(
    edition: Edition, organizer: Client
) -> None:
    preview = look(organizer, table(row(1, language="th"), row(2), row(3, group="Onions")))

    answer = confirm(organizer, preview)

    assert "2 guests are invited" in staff.said(answer)
    assert {mail.to: mail.language for mail in Message.objects.all()} == {
        "g1@example.org": "th",
        "g2@example.org": "en",
    }
    assert {mail.about for mail in Message.objects.all()} == set(Guest.objects.all())


def test_confirming_twice_invites_once(edition: Edition, organizer: Client) -> None:
    preview = look(organizer, table(row(1)))

    confirm(organizer, preview)
    again = confirm(organizer, preview)

    assert "Choose the file again" in again.content.decode()
    assert Guest.objects.count() == Message.objects.count() == 1


def test_when_somebody_else_has_invited_one_meanwhile_it_is_shown_anew(
    edition: Edition, organizer: Client
) -> None:
    preview = look(organizer, table(row(1), row(2)))
    make.guest(edition, email="g1@example.org")

    answer = confirm(organizer, preview)

    assert "Something has changed since" in staff.said(answer)
    assert "Invited already" in answer.content.decode()
    assert not Message.objects.exists()


def test_a_file_that_is_too_large_is_refused(organizer: Client) -> None:
    page = look(organizer, b"x" * (4 * 1024 * 1024 + 1))

    assert "4 MB at most" in page.content.decode()


def test_what_is_hostile_is_shown_as_text(organizer: Client) -> None:
    page = look(organizer, table(row(1, name="<script>alert(1)</script>"), headings=f"{HEADINGS},<b>x</b>"))

    shown = page.content.decode()
    assert "<script>alert" not in shown
    assert "<b>x</b>" not in shown


def test_two_thousand_guests_are_invited_with_few_questions(
    edition: Edition, organizer: Client, queries: Any
) -> None:
    data = table(*(row(number) for number in range(MAX_ROWS)))

    preview = look(organizer, data)
    begun = time.monotonic()
    with queries() as asked:
        confirm(organizer, preview)
    took = time.monotonic() - begun

    assert Guest.objects.count() == Message.objects.count() == MAX_ROWS
    assert len(asked) < 90
    assert took < 30


def test_the_template_is_a_table_that_is_understood(edition: Edition, organizer: Client) -> None:
    answer = organizer.get(f"{SHEET}template.csv")

    plan = planned(edition, answer.content)
    assert (len(plan.guests), plan.faults) == (1, [])
