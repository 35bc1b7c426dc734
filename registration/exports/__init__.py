"""Sheets for other programs."""

from registration.exports.billing import invoices_csv
from registration.exports.guests import guests_csv
from registration.exports.money import by_hand_csv, disagreements_csv, ledger_csv
from registration.exports.sheet import BOM, cell
from registration.exports.vouchers import vouchers_csv

__all__ = [
    "BOM",
    "by_hand_csv",
    "cell",
    "disagreements_csv",
    "guests_csv",
    "invoices_csv",
    "ledger_csv",
    "vouchers_csv",
]
