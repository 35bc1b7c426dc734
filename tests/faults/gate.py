"""A gate in the way to a server: what passes can be stopped there, as if the server or the net were stuck."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self
from urllib.parse import urlsplit, urlunsplit


class Gate:
    """Hands on what goes to and fro between its port and the server at `url`.

    gate.hold()             # from now on nothing passes; who calls is let in and hears nothing
    gate.hold(b"LPUSH")     # from now on nothing passes of who says this
    gate.open()
    """

    def __init__(self, url: str):
        self._parts = urlsplit(url)
        self._held: bytes | None = None
        self._may_pass = threading.Condition()
        self._sockets: list[socket.socket] = []
        self._ended = False
        self.held_up = 0  # how many have had to wait here

    def __enter__(self) -> Self:
        self._door = socket.create_server(("127.0.0.1", 0), backlog=100)
        threading.Thread(target=self._let_in, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended = True
        self.open()
        for one in [self._door, *self._sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @property
    def url(self) -> str:
        """The address of the server behind, by way of the gate."""
        return urlunsplit(self._parts._replace(netloc=f"127.0.0.1:{self._door.getsockname()[1]}"))

    def hold(self, word: bytes = b"") -> None:
        self._held = word

    def open(self) -> None:
        with self._may_pass:
            self._held = None
            self._may_pass.notify_all()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _address = self._door.accept()
                server = socket.create_connection((self._parts.hostname or "", self._parts.port or 0))
                self._sockets += [caller, server]
                threading.Thread(target=self._hand_on, args=[caller, server, True], daemon=True).start()
                threading.Thread(target=self._hand_on, args=[server, caller, False], daemon=True).start()

    def _hand_on(self, giver: socket.socket, taker: socket.socket, is_checked: bool) -> None:
        with contextlib.suppress(OSError):
            while said := giver.recv(65536):
                with self._may_pass:
                    if is_checked and self._stops(said):
                        self.held_up += 1
                        self._may_pass.wait_for(lambda said=said: not self._stops(said))
                taker.sendall(said)
        with contextlib.suppress(OSError):
            taker.shutdown(socket.SHUT_WR)

    def _stops(self, said: bytes) -> bool:
        return not self._ended and self._held is not None and self._held in said
