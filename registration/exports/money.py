"""The sums of the money page, what people have still to pay back, and what disagrees, as sheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from forum.money import digits
from registration.exports.sheet import BOM, cell
from registration.models import BulkRefundPart, Figures, Flow, Ledger


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


LEDGER_TITLES = (
    *("By", "Name", "Tickets", "They cost", "Received", "Paid back", "Kept", "Still to be paid"),
    *("Requested", "Too much", "Payments", "Currency"),
)


def amount(minor: int, currency: str) -> str:
    """An amount of minor units as a plain number in the currency's own units: “1250.00”."""
    return f"{Decimal(minor).scaleb(-digits(currency)):f}"


def ledger_csv(ledger: Ledger) -> str:
    """The figures of the money page, one a line, the totals first; amounts in the currency's own units."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(LEDGER_TITLES)
    for by, name, figures in _of_ledger(ledger):
        if isinstance(figures, Figures):
            sums = (
                figures.agreed,
                figures.received,
                figures.refunded,
                figures.kept,
                figures.due,
                figures.requested,
                figures.too_much,
            )
            row = [figures.tickets, *(amount(one, ledger.currency) for one in sums), ""]
        else:
            came, back = (amount(one, ledger.currency) for one in (figures.received, figures.refunded))
            row = ["", "", came, back, "", "", "", "", figures.payments]
        writer.writerow(map(cell, (by, name, *row, ledger.currency)))
    for currency, flow in ledger.foreign:
        came, back = (amount(one, currency) for one in (flow.received, flow.refunded))
        row = [
            "other currency",
            "counts nowhere",
            "",
            "",
            came,
            back,
            "",
            "",
            "",
            "",
            flow.payments,
            currency,
        ]
        writer.writerow(map(cell, row))
    return BOM + sheet.getvalue()


def _of_ledger(ledger: Ledger) -> Iterable[tuple[str, str, Figures | Flow]]:
    yield "all", "", ledger.total
    for by, lines in (
        ("ticket type", ledger.by_type),
        ("group", ledger.by_group),
        ("provider", ledger.by_provider),
    ):
        for line in lines:
            yield by, line.name, line.figures
    for day, flow in ledger.by_day:
        yield "day", day.isoformat(), flow


def disagreements_csv(rows: Iterable[tuple[str, str, str]]) -> str:
    """Each disagreement a line: its kind, the sentence, the address of the page where it is seen to."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(("Kind", "What", "Where"))
    for row in rows:
        writer.writerow(map(cell, row))
    return BOM + sheet.getvalue()
