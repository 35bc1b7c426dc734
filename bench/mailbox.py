"""A mail server in a process of its own: `python -m bench.mailbox PORT FILE`.

It speaks SMTP, keeps no mail, and writes a line into FILE for each that it accepts: the receiver, and whether a badge
came with it.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """What aiosmtpd asks about each message."""

    def __init__(self, file: Path) -> None:
        self.lines = file.open("a", encoding="utf-8", buffering=1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        badge = "badge" if b'filename="badge.pdf"' in envelope.content else "plain"
        self.lines.write(f"{envelope.rcpt_tos[0]} {badge}\n")
        return "250 2.0.0 Accepted"


def main(port: str, file: str) -> None:
    controller = Controller(Mailbox(Path(file)), hostname="127.0.0.1", port=int(port))
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
