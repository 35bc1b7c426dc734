"""Disputes: a payer tells their bank that a payment was not right. The money goes back until it is decided."""

from __future__ import annotations

from registration.payments.stripe_stand_in import objects
from registration.payments.stripe_stand_in.errors import Refused
from registration.payments.stripe_stand_in.events import Events
from registration.payments.stripe_stand_in.store import Record, Store, new_id

LATER = 10  # seconds by the stand-in's clock after which a payment by the card that is disputed is disputed
FEE = 1500  # minor units, as Stripe charges for each
DECIDED = ("won", "lost", "warning_closed")


class Disputes:
    """The disputes of all charges."""

    def __init__(self, store: Store, events: Events):
        self._store = store
        self._events = events

    def open(self, intent: str) -> Record:
        """Let the payer of a payment intent dispute all of it. Raises Refused when nothing was paid, or it is disputed
        already."""
        with self._store.transaction():
            found = self._store.find("payment_intent", intent, param="payment_intent", status=400)
            if not found["latest_charge"]:
                raise Refused("This PaymentIntent has no charge.", param="payment_intent")
            charge = self._store.find("charge", found["latest_charge"])
            if charge["disputed"]:
                raise Refused("This charge is disputed already.", param="payment_intent")
            return self._open(charge)

    def _open(self, charge: Record) -> Record:
        self._store.save(charge | {"disputed": True, "_due": None})
        dispute = objects.dispute(charge, now=self._store.now())
        self._store.save(dispute)
        self._events.record("charge.dispute.created", dispute)
        self._move(dispute, -dispute["amount"], -FEE)
        self._events.record("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def decide(self, id: str, status: str) -> Record:
        """Note how it stands now: answered (`under_review`), `won` or `lost`. What is decided stays so."""
        with self._store.transaction():
            dispute = self._store.find("dispute", id)
            if dispute["status"] in DECIDED:
                raise Refused("This dispute is decided already.")
            before = {"status": dispute["status"]}
            dispute["status"] = status
            if status == "won":
                self._move(dispute, dispute["amount"], FEE)
            self._store.save(dispute)
            kind = "closed" if status in DECIDED else "updated"
            self._events.record(f"charge.dispute.{kind}", dispute, None if status in DECIDED else before)
            if status == "won":
                self._events.record("charge.dispute.funds_reinstated", dispute)
            return dispute

    def open_what_is_due(self) -> None:
        """Let the payers dispute who do so by themselves, and whose time has come."""
        if not self._store.due("charge"):
            return
        with self._store.transaction():
            for charge in self._store.due("charge"):
                self._open(charge)

    def _move(self, dispute: Record, amount: int, fee: int) -> None:
        moved = {"id": new_id("txn"), "object": "balance_transaction", "amount": amount, "net": amount + fee}
        dispute["balance_transactions"].append(moved)
        self._store.save(dispute)
