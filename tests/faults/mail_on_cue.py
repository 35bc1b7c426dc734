"""Mail servers that do at a named moment what they do in life: stop to think, refuse somebody, say nothing, dribble."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import MailServer


class MailOnCue(MailServer):
    """A mail server that keeps its clients waiting at a named point, and refuses single addresses.

    mail_server.hold(at="DATA")     # EHLO | MAIL | DATA: it has all of the mail, and has not taken it yet
                                    # 250: it has taken the mail and not said so | QUIT: it has said so
    mail_server.refuse_address("somchai@example.org", "550 5.1.1 No such mailbox here")
    """

    def __init__(self) -> None:
        super().__init__()
        self._held_at = self._held_address = ""
        self._refused: dict[str, str] = {}

    def hold(self, at: str = "MAIL") -> None:
        """Keep every client waiting at this point, until `accept`."""
        self._held_at = at

    def accept(self) -> None:
        """Take every message to everybody, and let those go on that were kept waiting."""
        super().accept()
        self._held_at = self._held_address = ""
        self._refused.clear()

    def hold_address(self, address: str) -> None:
        """Keep those waiting who have a mail to this address, until `accept`."""
        self._held_address = address

    def refuse_address(self, address: str, answer: str) -> None:
        """Answer to this address, before any mail is handed over."""
        self._refused[address] = answer

    async def _reach(self, point: str) -> None:
        self.waiting += 1
        try:
            while self._held_at == point:
                await asyncio.sleep(0.02)
        finally:
            self.waiting -= 1

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        await self._reach("EHLO")
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, *args: Any) -> str:  # noqa: N802
        await self._reach("MAIL")
        return await super().handle_MAIL(*args)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        while address == self._held_address:
            await asyncio.sleep(0.02)
        if address in self._refused:
            return self._refused[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Go on"

    async def handle_DATA(self, *args: Any) -> str:  # noqa: N802
        await self._reach("DATA")
        answer = await super().handle_DATA(*args)
        await self._reach("250")
        return answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self._reach("QUIT")
        return "221 2.0.0 Goodbye"


class Tiresome:
    """What listens on the mail server's port and never comes to the point: `says` nothing, or one letter at a time.

    `callers` counts who has tried.
    """

    def __init__(self, port: int, *, says: bytes = b""):
        self.port, self.says = port, says
        self.callers = 0
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        self._door = socket.create_server(("127.0.0.1", self.port), backlog=100)
        self._threads = [threading.Thread(target=self._answer)]
        self._threads[0].start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join()

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _address = self._door.accept()
                self.callers += 1
                self._threads.append(threading.Thread(target=self._talk, args=[caller]))
                self._threads[-1].start()

    def _talk(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            while not self._ended.wait(0.3):
                caller.sendall(self.says)
