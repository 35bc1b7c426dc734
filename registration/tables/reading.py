"""The rows of a table, whether it comes as CSV or as XLSX. Nothing in it is trusted."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from forum.errors import Refusal
from registration.payments.bank.decoding import decoded

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 2000
MAX_COLUMNS = 30
UNPACKED = 20 * 1024 * 1024  # bytes; two thousand rows have one or two
PARTS = 500
DELIMITERS = ",;\t|"
_SEEN = 2 * MAX_ROWS  # rows, the empty ones among them
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")

Row = tuple[int, list[str]]


def read(data: bytes) -> list[Row]:
    """The rows with something in them, each with its number as a spreadsheet shows it; the headings are the first.

    Raises Refusal when it is no table, or has more than `MAX_ROWS` rows below its headings.
    """
    if len(data) > MAX_BYTES:
        raise Refusal(_("This file is too large: 4 MB at most."))
    if data.startswith(_OLD_EXCEL):
        raise Refusal(
            _("This is an old or a protected Excel file. Save it as XLSX without a password, or as CSV.")
        )
    found = _xlsx(data) if data.startswith(b"PK") else _csv(data)
    rows = [(number, cells) for number, cells in found if any(cells)]
    if not rows:
        raise Refusal(_("This file is empty."))
    if len(rows) > MAX_ROWS + 1:
        raise Refusal(_("This file has more than %(most)s rows. Bring it in in parts.") % {"most": MAX_ROWS})
    return rows


def _numbered(rows: Iterable[Iterable[Any]]) -> list[Row]:
    numbered = []
    for number, row in enumerate(rows, 1):
        if number > _SEEN:
            raise Refusal(
                _("This file has more than %(most)s rows. Bring it in in parts.") % {"most": MAX_ROWS}
            )
        numbered.append((number, [_text(cell) for cell in list(row)[:MAX_COLUMNS]]))
    return numbered


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _csv(data: bytes) -> list[Row]:
    text = decoded(data).lstrip("\ufeff")
    if "\0" in text:
        raise Refusal(_("This is no table: save it as CSV or XLSX."))
    # Whichever sign parts the headings into most cells: no heading has one of them in it.
    first = next((line for line in text.splitlines() if line.strip(DELIMITERS + " ")), "")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return _numbered(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as fault:
        raise Refusal(_("This table cannot be read: a cell in it does not end.")) from fault


def _xlsx(data: bytes) -> list[Row]:
    _must_be_harmless(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheet: Any = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its size need not be true
            rows = sheet.iter_rows(max_row=_SEEN + 1, max_col=MAX_COLUMNS, values_only=True)
            return _numbered(_until_empty(rows))
        finally:
            book.close()
    except Refusal:
        raise
    except Exception as fault:  # openpyxl has no exception of its own for what is broken in so many ways
        raise Refusal(_("This Excel file cannot be read. Save it anew as XLSX, or as CSV.")) from fault


def _until_empty(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """The rows, without the empty ones below the last: some programs write a million of them."""
    empty: list[tuple[Any, ...]] = []
    for row in rows:
        if any(cell is not None for cell in row):
            yield from empty
            yield row
            empty = []
        else:
            empty.append(row)


def _must_be_harmless(data: bytes) -> None:
    """Raise Refusal for an archive that unpacks to more than a table needs, or brings entities of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise Refusal(_("This Excel file unpacks to far more than such a table needs."))
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise Refusal(_("This is no Excel file. Save it as XLSX or as CSV."))
            left = UNPACKED
            for part in parts:
                with archive.open(part) as file:
                    # What an entry says of its size need not be true: it is read no further than that.
                    content = file.read(min(part.file_size, left) + 1)
                left -= len(content)
                if part.filename.endswith((".xml", ".rels")) and any(sign in content for sign in _ENTITIES):
                    raise Refusal(
                        _("This Excel file brings what no table needs. Save it anew as XLSX, or as CSV.")
                    )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise Refusal(_("This Excel file cannot be read. Save it anew as XLSX, or as CSV.")) from fault
