"""Sheets for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from urllib.parse import urlencode

from forum.models import Edition
from forum.money import digits
from registration.models import BulkRefundPart, Voucher

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


def by_hand_csv(parts: Iterable[BulkRefundPart]) -> str:
    """What people have still to pay back, one payment a line: order, buyer, who paid as the bank wrote it, how and when
    (UTC) it came, its reference, amount in the currency's own units, currency."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(
        ("Order", "Buyer", "Payer", "How it came", "Received", "Reference", "To be paid back", "Currency")
    )
    for part in parts:
        for payment, amount in part.payments_for_hands():
            line = getattr(payment, "statement_line", None)
            value = Decimal(amount).scaleb(-digits(payment.currency))
            row = (
                *(part.order.code, part.order.email, line.payer if line else ""),
                *(
                    payment.get_provider_display(),
                    payment.received_at.strftime("%Y-%m-%d"),
                    payment.reference,
                ),
                *(f"{value:.{digits(payment.currency)}f}", payment.currency),
            )
            writer.writerow(map(cell, row))
    return BOM + sheet.getvalue()
