"""Telling notices: signed anew each time, again with growing pauses until they are answered with a 2xx."""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from registration.payments.stripe_stand_in.events import Events, signature
from registration.payments.stripe_stand_in.store import Record, Store, public

logger = logging.getLogger(__name__)
LONGEST_PAUSE = 300.0  # seconds
GIVES_UP_AFTER = 3 * 24 * 3600.0  # seconds, as Stripe does
PATIENCE = 20.0  # seconds for an answer
EVERY = 1.0  # seconds between two looks at what happens by itself


def pause(tries: int) -> float:
    """Seconds to wait after so many tries in vain: 1, 2, 4, 8 … 300."""
    return min(2.0 ** (tries - 1), LONGEST_PAUSE)


class Deliveries(threading.Thread):
    """A thread that tells what is to be told, and lets happen what happens by itself."""

    def __init__(self, store: Store, events: Events, secret: str, sweeps: Iterable[Callable[[], None]]):
        super().__init__(name="notices", daemon=True)
        self._store = store
        self._events = events
        self._secret = secret
        self._sweeps = tuple(sweeps)
        self._woken = threading.Event()
        self._is_ending = False

    def wake(self) -> None:
        """There is something to tell."""
        self._woken.set()

    def stop(self) -> None:
        """End after what is being told just now."""
        self._is_ending = True
        self.wake()
        if self.is_alive():
            self.join(PATIENCE + 1)

    def run(self) -> None:
        """Go round until stopped; what goes wrong in one round is logged, and the next one follows."""
        while not self._is_ending:
            self._woken.clear()
            try:
                for sweep in self._sweeps:
                    sweep()
                while not self._is_ending and self._tell_next():
                    pass
            except Exception:
                logger.exception("The stand-in for Stripe stumbled over a notice.")
            self._woken.wait(EVERY)

    def _tell_next(self) -> bool:
        found = self._store.rows(
            "SELECT * FROM delivery WHERE due <= ? ORDER BY due, number LIMIT 1", time.time()
        )
        if not found:
            return False
        [row] = found
        event = self._events.with_pending(self._store.find("event", row["event"]))
        outcome = self._post(row["url"], event)
        tries, now = row["tries"] + 1, time.time()
        is_over = outcome.startswith("2") or now - row["began"] > GIVES_UP_AFTER
        self._store.rows(
            "UPDATE delivery SET tries = ?, outcome = ?, due = ? WHERE number = ?",
            *(tries, outcome, None if is_over else now + pause(tries), row["number"]),
        )
        return True

    def _post(self, url: str, event: Record) -> str:
        """Tell it once; return the status, or what went wrong. A redirect is not followed, and is no 2xx."""
        body = json.dumps(public(event), indent=2, ensure_ascii=False).encode()
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (stand-in)",
            "Stripe-Signature": signature(body, self._secret, int(time.time())),
        }
        with contextlib.closing(connection):
            try:
                connection.request("POST", parts.path or "/", body, headers)
                return str(connection.getresponse().status)
            except (OSError, http.client.HTTPException) as error:
                return type(error).__name__
