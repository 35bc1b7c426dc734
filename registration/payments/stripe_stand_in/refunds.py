"""Refunds: money that goes back, whole or in parts. On some cards it takes its time, on some it fails later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registration.payments.stripe_stand_in import objects
from registration.payments.stripe_stand_in.amounts import in_an_error
from registration.payments.stripe_stand_in.errors import Refused
from registration.payments.stripe_stand_in.events import Events
from registration.payments.stripe_stand_in.parameters import choice, metadata, request, text, whole
from registration.payments.stripe_stand_in.store import Record, Store, new_id

LATER = 10  # seconds by the stand-in's clock after which a refund that takes its time is done, or has failed

create = request(
    {
        "payment_intent": text(),
        "charge": text(),
        "amount": whole(1),
        "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
        "metadata": metadata,
    }
)


class Refunds:
    """The refunds of all charges."""

    def __init__(self, store: Store, events: Events):
        self._store = store
        self._events = events

    def create(self, given: Mapping[str, Any]) -> Record:
        """Send money back, all that is left unless an amount is named. Raises Refused when there is not so much."""
        wanted = create(given)
        charge = self._charge(wanted)
        if charge["disputed"]:
            raise Refused(
                f"Charge {charge['id']} has been charged back; cannot issue a refund.",
                code="charge_disputed",
                is_kept=True,
            )
        left = charge["amount"] - charge["amount_refunded"]
        if not left:
            raise Refused(
                f"Charge {charge['id']} has already been refunded.",
                code="charge_already_refunded",
                is_kept=True,
            )
        amount = wanted.get("amount", left)
        if amount > left:
            asked, most = (in_an_error(sum, charge["currency"]) for sum in (amount, left))
            of = "unrefunded amount on charge" if charge["amount_refunded"] else "charge amount"
            raise Refused(
                f"Refund amount ({asked}) is greater than {of} ({most})", param="amount", is_kept=True
            )
        now = self._store.now()
        settles_at = None if charge["_refund"] == "succeeded" else now + LATER
        refund = objects.refund(wanted, charge, amount=amount, settles_at=settles_at, now=now)
        self._store.save(refund)
        charge |= {"amount_refunded": charge["amount_refunded"] + amount, "refunded": amount == left}
        self._store.save(charge)
        self._events.record("refund.created", refund)
        self._events.record("charge.refunded", charge)
        return refund

    def _charge(self, wanted: dict[str, Any]) -> Record:
        if "charge" in wanted:
            return self._store.find("charge", wanted["charge"], param="charge", status=400)
        if "payment_intent" not in wanted:
            raise Refused(
                "One of the following params should be provided for this request: payment_intent or charge."
            )
        intent = self._store.find(
            "payment_intent", wanted["payment_intent"], param="payment_intent", status=400
        )
        if intent["status"] != "succeeded":
            raise Refused(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
                is_kept=True,
            )
        return self._store.find("charge", intent["latest_charge"])

    def find(self, id: str) -> Record:
        """The refund as it is now. Raises Refused when there is none."""
        self.settle_what_is_due()
        return self._store.find("refund", id)

    def all(self, intent: str | None = None) -> list[Record]:
        """All refunds, newest first, or those of one payment intent."""
        self.settle_what_is_due()
        return self._store.all("refund", intent)

    def settle_what_is_due(self) -> None:
        """Carry out, or let fail, the refunds whose time has come."""
        if not self._store.due("refund"):
            return
        with self._store.transaction():
            for refund in self._store.due("refund"):
                before = {"status": refund["status"]}
                refund |= {"_due": None, "status": "succeeded"}
                if refund["_fails"]:
                    refund |= {"failure_reason": "expired_or_canceled_card", "status": "failed"}
                    refund["failure_balance_transaction"] = new_id("txn")
                    before |= {"failure_reason": None, "failure_balance_transaction": None}
                    charge = self._store.find("charge", refund["charge"])
                    left = charge["amount_refunded"] - refund["amount"]
                    self._store.save(charge | {"amount_refunded": left, "refunded": False})
                self._store.save(refund)
                self._events.record("refund.updated", refund, before)
                if refund["_fails"]:
                    self._events.record("refund.failed", refund)
