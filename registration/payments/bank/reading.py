"""Reading a bank's file, whichever of the formats it has."""

from __future__ import annotations

from django.utils.translation import gettext as _

from forum.errors import Refusal
from registration.models.entry import in_turn
from registration.payments.bank.found import Found
from registration.payments.bank.read_camt import read_camt
from registration.payments.bank.read_csv import read_csv

MAX_BYTES = 8 * 2**20
MAX_ENTRIES = 5000


def read(data: bytes, currency: str) -> Found:
    """Read the credits of a CSV table or a camt.053; where a table names no currency, they are in `currency`.

    What cannot be read is said in the remarks. Raises Refusal when the whole is no bank's file, or larger than any.
    """
    if len(data) > MAX_BYTES:
        raise Refusal(
            _("This file is larger than %(limit)s MB. Choose fewer days.") % {"limit": MAX_BYTES // 2**20}
        )
    beginning = data[:400].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if not beginning:
        raise Refusal(_("This file is empty."))
    if beginning.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise Refusal(
            _("This is a document, not a table. Save it as CSV, or ask your bank’s site for camt.053.")
        )
    found = read_camt(data) if beginning.startswith(b"<") else read_csv(data, currency)
    if len(found.entries) > MAX_ENTRIES:
        raise Refusal(
            _("This file has more than %(limit)s payments. Choose fewer days.") % {"limit": MAX_ENTRIES}
        )
    found.entries = in_turn(found.entries)
    return found
