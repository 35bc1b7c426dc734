"""Banks' files: read in many spellings; what makes no sense is named, and does no harm."""

from __future__ import annotations

import time
from datetime import date

import pytest

from forum.errors import Refusal
from registration.payments.bank.found import Found
from registration.payments.bank.reading import MAX_BYTES, read
from registration.payments.bank.values import Amounts, Dates, Unreadable
from tests.registration.bank_files import amounts, camt, entry, part, table, wrote

# --- tables ---

TABLES = {
    "plain English, commas": "Date,Description,Amount\n2026-11-20,K7QX2M4P,250.00\n",
    "quoted, with thousands": 'Date,Description,Amount\n20/11/2026,K7QX2M4P,"1,250.00"\n20/11/2026,x,"250.00"\n',
    "two columns": "Transaction Date\tDetails\tWithdrawal\tDeposit\n20-11-2026\tK7QX2M4P\t\t250.00\n",
    "German": (
        "Buchungstag;Verwendungszweck;Auftraggeber/Empfänger;Betrag;Währung\n"
        "20.11.26;K7QX2M4P;Mei Lin;250,00;USD\n"
    ),
    "debit and credit by sign": (
        "Datum;Text;Betrag;Soll/Haben\n20.11.2026;K7QX2M4P;250,00;H\n20.11.2026;Miete;900,00;S\n"
    ),
    "Soll and Haben": "Buchungsdatum;Text;Soll;Haben\n20.11.2026;K7QX2M4P;;250,00\n20.11.2026;Miete;900,00;\n",
    "Thai": "วันที่,รายการ,ถอนเงิน,ฝากเงิน,ยอดคงเหลือ\n20/11/2569,K7QX2M4P,,250.00,900.00\n",
    "a currency in the heading": "Date;Text;Amount (USD)\n2026-11-20;K7QX2M4P;250\n",
    "under a preamble": "Account;123-4\nFrom;1 Nov\n\nDate;Text;Amount\n2026-11-20;K7QX2M4P;250.00\n;;\n",
    "months by name": "Date|Text|Amount\n20 Nov 2026|K7QX2M4P|USD 250.00\n",
    "Thai months": "วันที่;รายละเอียด;จำนวนเงิน\n20 พ.ย. 69;K7QX2M4P;250.00\n",
    "signs": (
        "Date;Text;Amount\n2026-11-20;K7QX2M4P;+250.00\n2026-11-20;fee;-3.00\n"
        "2026-11-20;fee;(3.00)\n2026-11-20;fee;3.00 DR\n"
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read_however_the_bank_names_its_columns(name: str) -> None:
    found = read(TABLES[name].encode(), "USD")

    payment = next(one for one in found.entries if "K7QX2M4P" in one.text)
    assert payment.booked_on == date(2026, 11, 20)
    assert payment.amount in {25000, 125000}
    assert payment.currency == "USD"
    assert found.remarks == []


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp874"]
)
def test_a_table_is_read_in_every_encoding_that_banks_use(encoding: str) -> None:
    name = "สมชาย วงศ์ศักดิ์" if encoding == "cp874" else "Jörg Müßig"
    text = f"Date;Amount;Name;Text\n20.11.2026;1.234,50;{name};Ticket\n"

    found = read(text.encode(encoding), "EUR")

    assert [(one.amount, one.payer) for one in found.entries] == [(123450, name)]


@pytest.mark.parametrize(
    ("column", "currency", "minor"),
    [
        (["1,234.50"], "USD", [123450]),
        (["1.234,50"], "USD", [123450]),
        (["1'234.50", "1 234.50", "1\u202f234,5"], "USD", [123450, 123450, 123450]),
        (["1,234", "1.234"], "USD", [123400, 123400]),
        (["1,234,567.89", "12,34,567"], "USD", [123456789, 123456700]),
        (["1,234", "1,234.00"], "JPY", [1234, 1234]),
        (["1.234", "12.500", "5,0"], "KWD", [1234000, 12500000, 5000]),
        ([".50", "-3", "3-", "(3.00)", "€ 3,00", "3.00 CR"], "EUR", [50, -300, -300, -300, 300, 300]),
        (["", "-"], "USD", [0, 0]),
    ],
)
def test_amounts_mean_what_the_column_shows(column: list[str], currency: str, minor: list[int]) -> None:
    amounts = Amounts(column)

    assert [amounts.read(text, currency) for text in column] == minor


@pytest.mark.parametrize(
    ("column", "text", "currency"),
    [
        (["12.50", "1.234"], "1.234", "USD"),
        (["1,234"], "1,234", "KWD"),
        (["12,3456"], "12,3456", "USD"),
        (["12a4"], "12a4", "USD"),
        (["1.2E+05"], "1.2E+05", "USD"),
        (["99999999999.00"], "99999999999.00", "USD"),
        (["NaN"], "NaN", "USD"),
        (["1,2,3.4.5"], "1,2,3.4.5", "USD"),
    ],
)
def test_an_amount_that_may_mean_two_things_or_none_is_not_guessed(
    column: list[str], text: str, currency: str
) -> None:
    with pytest.raises(Unreadable):
        Amounts(column).read(text, currency)


@pytest.mark.parametrize(
    ("column", "days"),
    [
        (["2026-11-05", "20261105", "2026/11/05 13:00"], [date(2026, 11, 5)] * 3),
        (["05.11.2026", "5.11.26", "05/11/2026", "5-Nov-2026"], [date(2026, 11, 5)] * 4),
        (["05/11/2569", "5 พ.ย. 2569", "05/11/69"], [date(2026, 11, 5)] * 3),
        (["11/05/2026", "11/25/2026"], [date(2026, 11, 5), date(2026, 11, 25)]),
    ],
)
def test_days_come_before_months_unless_the_column_shows_otherwise(
    column: list[str], days: list[date]
) -> None:
    dates = Dates(column)

    assert [dates.read(text) for text in column] == days


def test_what_cannot_be_read_is_named_line_by_line_and_the_rest_is_taken() -> None:
    lines = (
        "2026-11-20;250.00;A;x",
        "soon;1.00;A;x",
        "2026-11-20;much;A;x",
        ";5.00;Total;",
        "2026-11-21;;A;x",
    )

    found = read(table(*lines), "USD")

    assert amounts(found.entries) == [25000]
    assert found.remarks == [
        "Line 3: the date “soon” cannot be read.",
        "Line 4: the amount “much” cannot be read.",
        "Line 5: it has no date.",
        "Line 6: it has no amount.",
    ]


def test_a_currency_that_the_file_does_not_name_is_said_to_be_presumed() -> None:
    named = read(table("2026-11-20;1.00;THB", headings="Date;Amount;Currency"), "USD")
    silent = read(table("2026-11-20;1.00;A;x"), "USD")
    unknown = read(table("2026-11-20;1.00;Shells", headings="Date;Amount;Currency"), "USD")

    assert (named.entries[0].currency, named.presumed) == ("THB", "")
    assert (silent.entries[0].currency, silent.presumed) == ("USD", "USD")
    assert unknown.remarks == ["Line 2: the currency “SHELLS” is not known."]


def test_where_no_heading_names_the_text_it_is_what_no_heading_explains() -> None:
    found = read(table("2026-11-20;1.00;A;x;K7QX2M4P", headings="Date;Amount;Name;Column 4;"), "USD")

    assert found.entries[0].text == "x K7QX2M4P"


def test_a_quotation_mark_that_is_not_closed_is_said() -> None:
    found = read(table("2026-11-20;1.00;A;x", '2026-11-20;2.00;A;"x', *["2026-11-20;3.00;A;x"] * 3), "USD")

    assert amounts(found.entries) == [100]
    assert "a quotation mark is not closed" in found.remarks[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        b"\xef\xbb\xbf",
        b"PK\x03\x04 xlsx",
        b"%PDF-1.7",
        b"hello",
        b"Name;Text\nA;x\n",
        b"\xff\xfe\x00",
        b"\x00" * 5000,
        b"\x81\x8d\x8f\xfe\xff",
        b"<html><body>Sign in</body></html>",
        b"<Document><BkToCstmrDbtCdtNtfctn/></Document>",
        b"<Document><BkToCstmrStmt><Stmt><Ntry>",
        b'<?xml version="1.0" encoding="martian"?><a/>',
        b"x" * (MAX_BYTES + 1),
        b"Date;Amount\n" + b"2026-11-20;1.00\n" * 5001,
    ],
)
def test_what_is_no_banks_file_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(Refusal):
        read(data, "USD")


def test_signs_that_no_database_keeps_are_dropped() -> None:
    found = read(table("2026-11-20;1.00;A\x00B;x\x07\u202ey"), "USD")

    assert [(one.payer, one.text) for one in found.entries] == [("A B", "x y")]


# --- camt.053 ---


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "10"])
def test_a_camt_is_read_in_every_version(version: str) -> None:
    paid = part("250.00", wrote("Ticket", "K7QX2M4P"), "Mei Lin", version=version)
    state = "<Sts><Cd>BOOK</Cd></Sts>" if version >= "08" else "<Sts>BOOK</Sts>"

    found = read(camt(entry("250.00", paid, more=state), version=version), "EUR")

    [one] = found.entries
    assert (found.format, found.remarks) == ("camt.053", [])
    assert (one.booked_on, one.amount, one.currency) == (date(2026, 11, 20), 25000, "USD")
    assert (one.payer, one.text) == ("Mei Lin", "Ticket K7QX2M4P")


def test_each_payment_of_a_batch_is_one_of_its_own() -> None:
    parts = [part("100.00", wrote("A"), "Ana"), part("150.00", wrote("B"), "Ben")]

    found = read(camt(entry("250.00", *parts)), "USD")

    assert [(one.amount, one.payer, one.text) for one in found.entries] == [
        (10000, "Ana", "A"),
        (15000, "Ben", "B"),
    ]


def test_a_batch_that_does_not_add_up_is_named_and_not_taken() -> None:
    parts = [part("100.00", wrote("A")), part("140.00", wrote("B"))]
    bare = [part("", wrote("A")), part("", wrote("B"))]

    found = read(camt(entry("250.00", *parts), entry("250.00", *bare)), "USD")

    assert found.entries == []
    assert "do not add up" in found.remarks[0]
    assert "no amounts of their own" in found.remarks[1]


def test_references_are_read_beside_what_was_written() -> None:
    reference = "<Strd><CdtrRefInf><Ref>K7QX2M4P</Ref></CdtrRefInf></Strd>"
    ends = "<Refs><AcctSvcrRef>77</AcctSvcrRef><EndToEndId>E2E-1</EndToEndId></Refs>"
    nothing = "<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"

    found = read(
        camt(entry("1", part("", reference, more=ends)), entry("1", part("", wrote("x"), more=nothing))),
        "USD",
    )

    assert [(one.text, one.bank_reference) for one in found.entries] == [("K7QX2M4P E2E-1", "77"), ("x", "")]


def test_money_that_went_out_is_pending_or_came_back_is_no_payment() -> None:
    pending = entry("5.00", more="<Sts>PDNG</Sts>")
    returned = entry("5.00", more="<Sts>BOOK</Sts><RvslInd>true</RvslInd>")

    found = read(camt(entry("5.00", sign="DBIT"), pending, returned), "USD")

    assert (found.entries, found.went_out) == ([], 1)
    assert [remark.partition(":")[0] for remark in found.remarks] == ["Entry 2", "Entry 3"]


@pytest.mark.parametrize("amount", ["", "much", "-5.00", "1.001", "1e9", "Infinity", "99999999999"])
def test_an_entry_whose_amount_makes_no_sense_is_named(amount: str) -> None:
    found = read(camt(entry(amount), entry("5.000")), "USD")

    assert amounts(found.entries) == [500]
    assert found.remarks[0].startswith("Entry 1: ")


BOMBS = {
    "laughs": "<!DOCTYPE b ["
    + '<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>",
    "quadratic": f'<!DOCTYPE b [<!ENTITY a "{"x" * 50000}">]>',
    "a file": '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "an outside definition": '<!DOCTYPE b SYSTEM "http://localhost:9/x.dtd">',
}


@pytest.mark.parametrize("name", BOMBS)
def test_entities_are_not_opened(name: str) -> None:
    before = time.monotonic()

    with pytest.raises(Refusal, match="entities"):
        read(camt(entry("5.00", part("", wrote("&a;" * 50))), head=BOMBS[name]), "USD")

    assert time.monotonic() - before < 2


def test_elements_nested_without_end_are_read_or_refused() -> None:
    deep = "<x>" * 100_000 + "</x>" * 100_000

    try:
        found = read(camt(entry("5.00", deep)), "USD")
    except Refusal:
        found = Found("camt.053")

    assert amounts(found.entries) in ([500], [])


# --- the same line again ---


def test_a_line_is_the_same_in_every_file_and_two_that_are_alike_are_two() -> None:
    twice = ["2026-11-20;250.00;A;x"] * 2
    first = read(table(*twice), "USD").entries
    later = read(table("2026-11-19;1.00;B;y", *twice, "2026-11-21;1.00;C;z"), "USD").entries

    assert first[0].digest != first[1].digest
    assert {one.digest for one in first} < {one.digest for one in later}
    assert len({one.digest for one in later}) == 4
