"""Sheets for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from urllib.parse import urlencode

from forum.models import Edition
from forum.money import in_figures
from registration.models import Invoice, Voucher

BOM = "\ufeff"  # without it Excel takes UTF-8 for something else


def cell(value: object) -> str:
    """A value as a cell that no program takes for a formula. Source: OWASP, CSV injection."""
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def vouchers_csv(edition: Edition, vouchers: Iterable[Voucher]) -> str:
    """One voucher a line: code, tag, what it does, uses, until when (local), link to register with it."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    titles = ("Code", "Tag", "What it does", "Used", "May be used", "Valid until", "Link")
    writer.writerow(titles)
    page = edition.link(edition.path("register"))
    for one in vouchers:
        until = one.valid_until.astimezone(edition.zone).strftime("%Y-%m-%d %H:%M") if one.valid_until else ""
        most = "" if one.max_uses is None else one.max_uses
        link = f"{page}?{urlencode({'voucher': one.code})}"
        writer.writerow(map(cell, (one.code, one.tag, one.in_words, one.used, most, until, link)))
    return BOM + sheet.getvalue()


INVOICE_TITLES = (
    *(
        "Number",
        "Kind",
        "Date",
        "Cancels",
        "Order",
        "Buyer",
        "Address",
        "Country",
        "Tax number",
        "Purchase order",
    ),
    *("Line", "What", "Net", "Tax rate in %", "Tax", "Gross", "Currency"),
)


def invoices_csv(invoices: Iterable[Invoice]) -> str:
    """One line of an invoice or credit note a line, for an accountant: amounts in the currency's own units, those of
    credit notes less than nothing, so that every column adds up. Dates are local to the edition."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(INVOICE_TITLES)
    for one in invoices:
        sign = -1 if one.is_credit_note else 1
        said = (
            *(one.number, one.kind, one.issued_on.isoformat(), one.cancels or "", one.order.code),
            *(one.buyer_name, one.buyer_address.replace("\n", ", "), str(one.buyer_country)),
            *(one.buyer_tax_number, one.purchase_order),
        )
        for line in one.lines.all():
            # Figures are left as they are: a credit note's begin with a sign that `cell` would hide.
            net, tax, gross = (
                in_figures(sign * sum, one.currency) for sum in (line.net, line.tax, line.price)
            )
            rate = f"{line.tax_rate / 100:.2f}"
            what = (cell(line.text), net, rate, tax, gross, one.currency)
            writer.writerow((*map(cell, said), line.position, *what))
    return BOM + sheet.getvalue()
