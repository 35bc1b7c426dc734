"""Stripe's API below /v1/: who asks, what for, and the answer in Stripe's form."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any

from registration.payments.stripe_stand_in import checkouts, events, objects, refunds
from registration.payments.stripe_stand_in.controls import Troubles
from registration.payments.stripe_stand_in.errors import Refused
from registration.payments.stripe_stand_in.exchange import Answer, Asked, as_json
from registration.payments.stripe_stand_in.parameters import Reader, decoded, request, text, whole
from registration.payments.stripe_stand_in.replays import Replays, Said
from registration.payments.stripe_stand_in.store import Record, Store, new_id, public

ID = r"([A-Za-z0-9_]+)"
# What an object may be asked to bring with it, and of which kind that is.
EXPANDS = {"charge": "charge", "latest_charge": "charge", "payment_intent": "payment_intent"}
nothing = request({})


class Api:
    """Answers the client."""

    def __init__(
        self,
        store: Store,
        events: events.Events,
        checkouts: checkouts.Checkouts,
        refunds: refunds.Refunds,
        troubles: Troubles,
    ):
        self._store = store
        self._events = events
        self._checkouts = checkouts
        self._refunds = refunds
        self._troubles = troubles
        self._replays = Replays(store)
        self._routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("POST", "/v1/checkout/sessions", checkouts.create),
            ("GET", "/v1/checkout/sessions", self._list_checkouts),
            ("GET", f"/v1/checkout/sessions/{ID}", self._checkout),
            ("POST", f"/v1/checkout/sessions/{ID}/expire", self._expire),
            ("GET", f"/v1/checkout/sessions/{ID}/line_items", self._list_lines),
            ("GET", f"/v1/payment_intents/{ID}", self._intent),
            ("GET", f"/v1/charges/{ID}", self._charge),
            ("POST", "/v1/refunds", refunds.create),
            ("GET", "/v1/refunds", self._list_refunds),
            ("GET", f"/v1/refunds/{ID}", self._refund),
            ("GET", "/v1/events", self._list_events),
            ("GET", f"/v1/events/{ID}", self._event),
        ]

    def answer(self, asked: Asked) -> Answer:
        """Carry out a request, or say why not."""
        headers = {"Request-Id": new_id("req")[:18], "Stripe-Version": objects.API_VERSION}
        try:
            hold_key(asked.headers.get("authorization", ""))
            trouble = self._troubles.next(asked.path)
            trouble.refuse()
            said = self._do(asked, trouble.wait)
        except Refused as refusal:
            return as_json(refusal.status, refusal.body, headers)
        if said.is_replay:
            headers["Idempotent-Replayed"] = "true"
        if key := asked.headers.get("idempotency-key"):
            headers["Idempotency-Key"] = key
        answer = as_json(said.status, said.body, headers)
        return Answer(answer.status, answer.body, answer.headers, is_lost=trouble.loses)

    def _do(self, asked: Asked, wait: Callable[[], None]) -> Said:
        deed, ids = self._route(asked)
        is_reading = asked.method == "GET"
        given = decoded(asked.query if is_reading else asked.body.decode(errors="replace"))

        def do() -> Record:
            return self._shown(deed(*ids, given), given, asked.path)

        if is_reading:
            wait()
            return Said(200, do())
        return self._replays.once(asked.headers.get("idempotency-key", ""), asked.path, given, wait, do)

    def _route(self, asked: Asked) -> tuple[Callable[..., Record], tuple[str, ...]]:
        for method, path, deed in self._routes:
            if method == asked.method and (found := re.fullmatch(path, asked.path)):
                return deed, found.groups()
        raise Refused(
            f"Unrecognized request URL ({asked.method}: {asked.path}). Please see https://stripe.com/docs or we can "
            "help at https://support.stripe.com/.",
            status=404,
        )

    # --- what is asked for ---------------------------------------------------------------------------------------

    def _checkout(self, id: str, given: Mapping[str, Any]) -> Record:
        nothing(given)
        return self._checkouts.find(id)

    def _expire(self, id: str, given: Mapping[str, Any]) -> Record:
        nothing(given)
        return self._checkouts.expire(id)

    def _intent(self, id: str, given: Mapping[str, Any]) -> Record:
        nothing(given)
        return self._store.find("payment_intent", id, param="intent")

    def _charge(self, id: str, given: Mapping[str, Any]) -> Record:
        nothing(given)
        return self._store.find("charge", id)

    def _refund(self, id: str, given: Mapping[str, Any]) -> Record:
        nothing(given)
        return self._refunds.find(id)

    def _event(self, id: str, given: Mapping[str, Any]) -> Record:
        nothing(given)
        return self._events.with_pending(self._store.find("event", id))

    def _list_checkouts(self, given: Mapping[str, Any]) -> Record:
        wanted, page = _page(given, {"payment_intent": text(), "status": text()})
        found = self._checkouts.all(wanted.get("payment_intent"))
        return page([one for one in found if one["status"] == wanted.get("status", one["status"])])

    def _list_lines(self, id: str, given: Mapping[str, Any]) -> Record:
        return _page(given, {})[1](self._checkouts.find(id)["_lines"])

    def _list_refunds(self, given: Mapping[str, Any]) -> Record:
        wanted, page = _page(given, {"payment_intent": text(), "charge": text()})
        found = self._refunds.all(wanted.get("payment_intent"))
        return page([one for one in found if one["charge"] == wanted.get("charge", one["charge"])])

    def _list_events(self, given: Mapping[str, Any]) -> Record:
        wanted, page = _page(given, {"type": text()})
        self._checkouts.expire_what_is_due()
        self._refunds.settle_what_is_due()
        return page(
            [self._events.with_pending(event) for event in self._store.all("event", wanted.get("type"))]
        )

    # --- how it is shown -----------------------------------------------------------------------------------------

    def _shown(self, record: Record, given: Mapping[str, Any], path: str) -> Record:
        if record["object"] == "list":
            return record | {"data": [public(one) for one in record["data"]], "url": path}
        shown = public(record)
        for name in given.get("expand", []):
            self._expand(shown, name.split("."), record)
        return shown

    def _expand(self, shown: Record, path: list[str], record: Record) -> None:
        name, *further = path
        if name == "line_items" and "_lines" in record:
            lines = _page({}, {})[1]([public(line) for line in record["_lines"]])
            shown[name] = lines | {"url": f"/v1/checkout/sessions/{record['id']}/line_items"}
        elif name not in EXPANDS or name not in shown:
            raise Refused(
                f"This property cannot be expanded ({name}). You may want to try expanding a different property.",
                param="expand",
            )
        elif shown[name]:
            if isinstance(shown[name], str):
                shown[name] = public(self._store.find(EXPANDS[name], shown[name]))
            if further:
                self._expand(shown[name], further, {})


def _page(
    given: Mapping[str, Any], filters: Mapping[str, Reader]
) -> tuple[dict[str, Any], Callable[[list[Record]], Record]]:
    """The parameters of a list, and what cuts the wanted page out of it."""
    paging: dict[str, Reader] = {"limit": whole(1, 100), "starting_after": text(), "ending_before": text()}
    wanted = request({**paging, **filters})(given)

    def page(found: list[Record]) -> Record:
        limit = wanted.get("limit", 10)
        ids = [one["id"] for one in found]
        start, end = 0, len(found)
        for name in ("starting_after", "ending_before"):
            if name in wanted and wanted[name] not in ids:
                raise Refused(f"No such object: '{wanted[name]}'", code="resource_missing", param=name)
        if "starting_after" in wanted:
            start = ids.index(wanted["starting_after"]) + 1
            end = min(end, start + limit)
        elif "ending_before" in wanted:
            end = ids.index(wanted["ending_before"])
            start = max(0, end - limit)
        else:
            end = min(end, limit)
        has_more = start > 0 if "ending_before" in wanted else end < len(found)
        return {"object": "list", "data": found[start:end], "has_more": has_more}

    return wanted, page


def hold_key(header: str) -> None:
    """Raises Refused (401) unless the header carries a secret key of the test mode, as bearer or as basic user."""
    scheme, _, key = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not key:
        raise Refused(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
            "https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
            status=401,
        )
    if not key.startswith("sk_test_"):
        raise Refused(
            f"Invalid API Key provided: {key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}", status=401
        )
