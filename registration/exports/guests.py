"""Guests as a sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from forum.models import Edition
from registration.exports.sheet import BOM, cell
from registration.models import Guest


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
