"""Events: what happened, as it was when it happened; each is told to the address for notices when there is one."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

from registration.payments.stripe_stand_in import objects
from registration.payments.stripe_stand_in.store import Record, Store, public


def signature(body: bytes, secret: str, at: int) -> str:
    """The header `Stripe-Signature`: HMAC-SHA256 (RFC 2104) of the time in seconds, a point, and the body."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


class Events:
    """Records what happens, in the transaction in which it does. `wake` is called when there is one to be told."""

    def __init__(self, store: Store):
        self._store = store
        self.wake: Callable[[], None] = lambda: None

    def record(self, kind: str, record: Record, before: Record | None = None) -> Record:
        """Keep an event about a record; `before` holds the earlier values of what an update changed."""
        data: dict[str, Any] = {"object": public(record)}
        if before is not None:
            data["previous_attributes"] = before
        event = self._store.save(objects.event(kind, data, now=self._store.now()))
        self.tell(event)
        return event

    def tell(self, event: Record) -> bool:
        """Put it on its way, first time or again. Without an address for notices nothing is told."""
        url = self._store.setting("notices")
        if url:
            at = time.time()
            self._store.rows(
                "INSERT INTO delivery (event, url, due, began) VALUES (?, ?, ?, ?)", event["id"], url, at, at
            )
            self.wake()
        return bool(url)

    def with_pending(self, event: Record) -> Record:
        """The event, saying how many addresses have not taken it yet."""
        [row] = self._store.rows(
            "SELECT count(*) AS n FROM delivery WHERE event = ? AND due IS NOT NULL", event["id"]
        )
        return {**event, "pending_webhooks": row["n"]}
