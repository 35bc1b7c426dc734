"""Invoices and credit notes on paper."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from forum import pdf
from forum.translated import speaking_mainly
from registration.models import Invoice


@dataclass(frozen=True)
class TaxShare:
    """What the lines of one tax rate (hundredths of a percent) come to without tax, and their tax, in minor units."""

    rate: int
    net: int
    tax: int


def tax_shares(invoice: Invoice) -> list[TaxShare]:
    """The tax of a document by its rates, the highest first; lines without tax are none of them."""
    net: dict[int, int] = defaultdict(int)
    tax: dict[int, int] = defaultdict(int)
    for line in invoice.lines.all():
        net[line.tax_rate] += line.net
        tax[line.tax_rate] += line.tax
    return [TaxShare(rate, net[rate], tax[rate]) for rate in sorted(net, reverse=True) if rate]


def invoice_pdf(invoice: Invoice) -> bytes:
    """Print a document from `Invoice.objects.with_all()`: A4, tagged, in the language in which it was issued.

    Raises OSError when the libraries for printing are missing.
    """
    edition = invoice.edition
    with (
        translation.override(invoice.language),
        speaking_mainly(edition.main_language),
        timezone.override(edition.zone),
    ):
        context = {
            "title": gettext("Credit note") if invoice.is_credit_note else gettext("Invoice"),
            "invoice": invoice,
            "lines": invoice.lines.all(),
            "tax_shares": tax_shares(invoice),
            "tax_name": invoice.tax_name or gettext("tax"),
        }
        # The colour is the edition's; all that is said is the document's own.
        css = f".accent {{ color: {edition.accent}; }} .rule {{ border-color: {edition.accent}; }}"
        html = render_to_string("registration/invoice.html", context)
        return pdf.render(html, stylesheets=["css/pdf/invoice.css"], css=css)
