"""HTTP/1.1 around the stand-in, on 127.0.0.1 only: one thread a connection, from the standard library."""

from __future__ import annotations

import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from registration.payments.stripe_stand_in.exchange import Answer, Asked, as_json
from registration.payments.stripe_stand_in.stand_in import StandIn

logger = logging.getLogger(__name__)
MOST = 1024 * 1024  # bytes of a body


class Server(ThreadingHTTPServer):
    """Serves one stand-in. Raises OSError when the port is taken."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, stand_in: StandIn):
        self.stand_in = stand_in
        self.hosts = {f"{name}:{port}" for name in ("localhost", "127.0.0.1")}
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who left in the middle is no news."""
        logger.debug("A connection ended early.", exc_info=True)


class Handler(BaseHTTPRequestHandler):
    """One connection, on which several requests may follow each other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Server

    def _handle(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MOST or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return self._send(
                as_json(413, {"error": {"message": "This is too much.", "type": "invalid_request_error"}})
            )
        body = self.rfile.read(int(length))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if (
            headers.get("host") not in self.server.hosts
        ):  # a page elsewhere that pretends to be on this machine
            return self._send(Answer(421, b"This is not its address.\n", {"Content-Type": "text/plain"}))
        try:
            answer = self.server.stand_in.answer(Asked(self.command, parts.path, parts.query, headers, body))
        except Exception:
            logger.exception("The stand-in for Stripe could not answer %s %s.", self.command, parts.path)
            answer = as_json(500, {"error": {"message": "An unknown error occurred.", "type": "api_error"}})
        if answer.is_lost:
            self.close_connection = True
            return None
        return self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - the names that http.server calls

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def version_string(self) -> str:
        return "stand-in"

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug(format, *args)
