"""Sheets for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from forum.models import Edition
from registration.models import Guest, Voucher

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


def guests_csv(edition: Edition, guests: Iterable[Guest]) -> str:
    """One guest a line: name, e-mail, group as others see it, ticket type, language, state, moments (local), reason,
    the state of the ticket. No link: it is the guest's alone."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    titles = ("Name", "E-mail", "Group, as shown", "Ticket", "Language", "State", "Invited at", "Answer by")
    writer.writerow((*titles, "Reminded at", "Reason", "State of the ticket"))

    def local(moment: datetime | None) -> str:
        return moment.astimezone(edition.zone).strftime("%Y-%m-%d %H:%M") if moment else ""

    for one in guests:
        ticket = one.ticket.get_status_display() if one.ticket else ""
        who = one.name, one.email, one.group.public, one.ticket_type, one.language, one.get_status_display()
        moments = local(one.invited_at), local(one.answer_by), local(one.reminded_at)
        writer.writerow(map(cell, (*who, *moments, one.reason, ticket)))
    return BOM + sheet.getvalue()
