"""Vouchers as a sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from urllib.parse import urlencode

from forum.models import Edition
from registration.exports.sheet import BOM, cell
from registration.models import Voucher


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
