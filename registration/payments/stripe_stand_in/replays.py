"""Idempotency keys: a POST that is repeated with its key is answered as the first time, and done once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from registration.payments.stripe_stand_in.errors import Refused
from registration.payments.stripe_stand_in.store import Store

KEPT_FOR = 24 * 3600  # seconds


class Said(NamedTuple):
    """What was answered: status and body; and whether it was said before."""

    status: int
    body: dict[str, Any]
    is_replay: bool = False


class Replays:
    """The answers given under a key. Which keys are at work is known only while the process lives: none outlives it."""

    def __init__(self, store: Store):
        self._store = store
        self._lock = threading.Lock()
        self._at_work: set[str] = set()

    def once(
        self,
        key: str,
        path: str,
        given: Mapping[str, Any],
        begin: Callable[[], None],
        deed: Callable[[], Any],
    ) -> Said:
        """Do it, unless it was done under this key; what is done and its answer are kept in one transaction.

        `begin` comes before the transaction and may take its time. Raises Refused with 409 while another request with
        the key is at work, and with 400 when the key was used for something else.
        """
        if len(key) > 255:
            raise Refused("Idempotency keys must be at most 255 characters long.")
        with self._lock:
            if key in self._at_work:
                raise Refused(
                    "There is currently another in-progress request using this Idempotent Key (that probably means "
                    f"you submitted twice, and the other request is still going through): {key}. Please try again "
                    "later.",
                    status=409,
                    type="idempotency_error",
                    code="idempotency_key_in_use",
                )
            if key:
                self._at_work.add(key)
        try:
            if key and (earlier := self._earlier(key, path, given)):
                return earlier
            begin()
            with self._store.transaction():
                try:
                    said = Said(200, deed())
                except Refused as refusal:
                    if not refusal.is_kept:
                        raise
                    said = Said(refusal.status, refusal.body)
                if key:
                    self._keep(key, path, given, said)
            return said
        finally:
            with self._lock:
                self._at_work.discard(key)

    def _earlier(self, key: str, path: str, given: Mapping[str, Any]) -> Said | None:
        self._store.rows("DELETE FROM answer WHERE at <= ?", self._store.now() - KEPT_FOR)
        found = self._store.rows("SELECT * FROM answer WHERE key = ?", key)
        if not found:
            return None
        [row] = found
        if row["path"] != path:
            raise Refused(
                "Keys for idempotent requests can only be used for the same endpoint they were first used for "
                f"('{path}' vs '{row['path']}'). Try using a key other than '{key}' if you meant to execute a "
                "different request.",
                type="idempotency_error",
            )
        if row["asked"] != _comparable(given):
            raise Refused(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
                f"using a key other than '{key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        return Said(row["status"], json.loads(row["body"]), is_replay=True)

    def _keep(self, key: str, path: str, given: Mapping[str, Any], said: Said) -> None:
        self._store.rows(
            "INSERT INTO answer (key, path, asked, status, body, at) VALUES (?, ?, ?, ?, ?, ?)",
            *(key, path, _comparable(given), said.status, json.dumps(said.body), self._store.now()),
        )


def _comparable(given: Mapping[str, Any]) -> str:
    return json.dumps(given, sort_keys=True)
