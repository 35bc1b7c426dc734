"""Payment intents and charges: one try after another to collect one amount, and the money that was collected."""

from __future__ import annotations

from typing import Any

from registration.payments.stripe_stand_in import objects
from registration.payments.stripe_stand_in.cards import Card
from registration.payments.stripe_stand_in.store import Record, Store


class Intents:
    """What is to be collected for a checkout, and the charge that collected it."""

    def __init__(self, store: Store):
        self._store = store

    def of_checkout(self, checkout: Record) -> Record:
        """The checkout's intent; it is made when somebody first tries to pay, as Stripe does."""
        if checkout["payment_intent"]:
            return self._store.find("payment_intent", checkout["payment_intent"])
        intent = objects.payment_intent(checkout, now=self._store.now())
        checkout["payment_intent"] = checkout["_about"] = intent["id"]
        return self._store.save(intent)

    def succeed(self, intent: Record, method: dict[str, Any], payer: dict[str, Any], refund: str) -> Record:
        """Collect the amount; the charge that did. `refund` says how money would go back to what it was paid with."""
        charge = objects.charge(intent, method=method, payer=payer, refund=refund, now=self._store.now())
        self._store.save(charge)
        intent["amount_received"] = intent["amount"]
        intent["last_payment_error"] = None
        intent["latest_charge"] = charge["id"]
        intent["payment_method"] = charge["payment_method"]
        intent["status"] = "succeeded"
        self._store.save(intent)
        return charge

    def decline(self, intent: Record, card: Card) -> Record:
        """Note that a try failed; another one may follow."""
        intent["last_payment_error"] = {
            "code": card.code,
            "decline_code": card.reason,
            "message": str(card.decline),
            "type": "card_error",
        }
        intent["status"] = "requires_payment_method"
        return self._store.save(intent)

    def wait_for_the_bank(self, intent: Record) -> Record:
        """Note that a bank was asked and has not answered."""
        intent["status"] = "processing"
        return self._store.save(intent)

    def cancel(self, intent: Record) -> Record:
        """Note that nothing will be collected any more."""
        intent["canceled_at"] = self._store.now()
        intent["cancellation_reason"] = "automatic"
        intent["status"] = "canceled"
        return self._store.save(intent)
