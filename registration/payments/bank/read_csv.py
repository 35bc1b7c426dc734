"""Reading a bank's table: text with one credit or debit a line, and headings somewhere above."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from forum.errors import Refusal
from registration.models.entry import Entry
from registration.payments.bank.decoding import decoded
from registration.payments.bank.found import Found, clean
from registration.payments.bank.headings import Headings
from registration.payments.bank.values import Amounts, Dates, Unreadable

DELIMITERS = ";,\t|"
PREAMBLE = 40  # rows in which the headings are looked for
_OUT = {"d", "dr", "dbit", "debit", "s", "soll", "-", "ถอน", "เดบิต"}
_IN = {"c", "cr", "crdt", "credit", "h", "haben", "+", "ฝาก", "เครดิต"}
_COINS = {"฿": "THB", "บาท": "THB", "BAHT": "THB", "€": "EUR", "EURO": "EUR", "KYAT": "MMK"}

Row = tuple[int, list[str]]


def read_csv(data: bytes, currency: str) -> Found:
    """Read a table; where it names no currency, it is in `currency`. Raises Refusal when it is no bank's table."""
    text = decoded(data).lstrip("\ufeff")
    if not text.strip():
        raise Refusal(_("This file is empty."))
    tables = [table for delimiter in DELIMITERS if (table := _Table.found_in(text, delimiter))]
    if not tables:
        raise Refusal(
            _(
                "No table of a bank was found in this file: it needs a row of headings with a date and an amount, for "
                "instance “Date; Amount; Name; Text”."
            )
        )
    return max(tables, key=lambda table: len(table.headings.columns)).read(currency)


class _Table:
    """Rows below their headings."""

    def __init__(self, headings: Headings, rows: list[Row], remarks: list[str]) -> None:
        self.headings, self.rows, self.remarks = headings, rows, remarks
        self._dates = Dates(self._column("date", "value date"))
        self._amounts = Amounts(self._column("amount", "credit", "debit"))

    @classmethod
    def found_in(cls, text: str, delimiter: str) -> _Table | None:
        """The table that `text` is with this delimiter, if it is one."""
        rows, remarks = _rows(text, delimiter)
        for place, (_line, row) in enumerate(rows[:PREAMBLE]):
            headings = Headings.of(row)
            if headings.fits:
                return cls(headings, rows[place + 1 :], remarks)
        return None

    def _column(self, *kinds: str) -> Iterable[str]:
        return (text for _line, row in self.rows for text in self.headings.all(row, *kinds))

    def read(self, currency: str) -> Found:
        """Each line for itself: what cannot be read is said, and the others are taken."""
        found = Found("csv", remarks=list(self.remarks))
        for line, row in self.rows:
            try:
                entry = self._entry(line, row, currency, found)
            except Unreadable as fault:
                found.remarks.append(_("Line %(line)s: %(fault)s.") % {"line": line, "fault": fault})
                continue
            if entry:
                found.entries.append(entry)
        return found

    def _entry(self, line: int, row: list[str], currency: str, found: Found) -> Entry | None:
        on = self.headings.first(row, "date", "value date")
        if on and not self.headings.all(row, "amount", "credit", "debit"):
            raise Unreadable(_("it has no amount"))
        named = self._currency(row)
        amount = self._amount(row, named or currency)
        if amount < 0:
            found.went_out += 1
        if amount <= 0:
            return None
        if not named:
            found.presumed = currency
        return Entry(
            where=_("line %(line)s") % {"line": line},
            booked_on=self._dates.read(on),
            amount=amount,
            currency=named or currency,
            payer=clean(self.headings.first(row, "payer"))[:200],
            text=clean(" ".join(self.headings.words(row)))[:1000],
        )

    def _currency(self, row: list[str]) -> str:
        written = self.headings.first(row, "currency").upper()
        named = _COINS.get(written, written) or self.headings.currency
        if named and not (len(named) == 3 and named.isascii() and named.isalpha()):
            raise Unreadable(_("the currency “%(text)s” is not known") % {"text": written[:40]})
        return named

    def _amount(self, row: list[str], currency: str) -> int:
        """Minor units; what went out is negative."""
        sums = [self._amounts.read(text, currency) for text in self.headings.all(row, "credit")]
        if incoming := sum(sums):
            return incoming
        if any(self._amounts.read(text, currency) for text in self.headings.all(row, "debit")):
            return -1
        amount = self._amounts.read(self.headings.first(row, "amount"), currency)
        sign = self.headings.first(row, "sign").casefold()
        if sign and sign not in _IN | _OUT:
            raise Unreadable(_("“%(text)s” says neither credit nor debit") % {"text": sign[:40]})
        return -abs(amount) if sign in _OUT else amount


def _rows(text: str, delimiter: str) -> tuple[list[Row], list[str]]:
    """The rows that hold something, with the number of the line where each ends."""
    rows: list[Row] = []
    remarks: list[str] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(box.strip() for box in row):
                rows.append((reader.line_num, row))
    except csv.Error:
        remarks.append(
            _("From line %(line)s on the file cannot be read: a quotation mark is not closed.")
            % {"line": rows[-1][0] + 1 if rows else 1}
        )
    if rows and max(box.count("\n") for box in rows[-1][1]) > 1:
        line, _row = rows.pop()
        remarks.append(
            _("Up to line %(line)s the end of the file cannot be read: a quotation mark is not closed.")
            % {"line": line}
        )
    return rows, remarks
