"""What may stand in a log."""

from __future__ import annotations

import logging
import re

SECRET_PARTS = re.compile(
    r"/(orders/[^/\s]+|tickets|speaker/invitations|my-agenda|password/reset)/[\w-]{16,}"
)


class WithoutSecrets(logging.Filter):
    """Replace the secret part of an address by three dots before a line is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        scrubbed = SECRET_PARTS.sub(r"/\1/…", line)
        if scrubbed != line:
            record.msg, record.args = scrubbed, ()
        return True
