"""Invoices and credit notes as a sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from forum.money import in_figures
from registration.exports.sheet import BOM, cell
from registration.models import Invoice

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
