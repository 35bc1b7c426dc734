"""What may stand in a log."""

from __future__ import annotations

import logging
import re

SECRET_PARTS = re.compile(
    r"/(orders/[^/\s]+|tickets|register/guest|waiting|offers|payments|speaker/invitations|my-agenda|agenda/no-news|password/reset)"
    r"/[\w-]{16,}"
)


class WithoutSecrets(logging.Formatter):
    """Write a line, the traceback below it included, with three dots for the secret part of each address."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET_PARTS.sub(r"/\1/…", super().format(record))
