"""Checkout sessions: open until somebody pays, they expire, or are expired.

open ──pay──▶ complete, paid
 │ └──ask a bank──▶ complete, unpaid ──bank says yes──▶ complete, paid
 └─expire─▶ expired                  └─bank says no─▶ complete, unpaid for good
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from registration.payments.stripe_stand_in import cards, objects
from registration.payments.stripe_stand_in.amounts import hold_between_least_and_most
from registration.payments.stripe_stand_in.checkout_parameters import DELAYED, create
from registration.payments.stripe_stand_in.disputes import LATER as DISPUTED_LATER
from registration.payments.stripe_stand_in.errors import Refused
from registration.payments.stripe_stand_in.events import Events
from registration.payments.stripe_stand_in.intents import Intents
from registration.payments.stripe_stand_in.store import Record, Store

SHORTEST, LONGEST = 30 * 60, 24 * 3600
KIND = "checkout.session"


class Payer(NamedTuple):
    """Who pays, as they wrote it on the hosted page."""

    email: str
    name: str

    @property
    def details(self) -> dict[str, Any]:
        """As Stripe keeps it with a checkout and a charge."""
        return {"address": None, "email": self.email, "name": self.name, "phone": None}


class Checkouts:
    """The checkout sessions, and what a payer or a bank does to them."""

    def __init__(self, store: Store, events: Events, intents: Intents, site: str):
        self._store = store
        self._events = events
        self._intents = intents
        self._site = site

    def create(self, given: Mapping[str, Any]) -> Record:
        """Open a checkout. Raises Refused when a parameter is wrong, or it would expire too soon or too late."""
        wanted = create(given)
        now = self._store.now()
        expires_at = wanted.get("expires_at", now + LONGEST)
        if expires_at < now + SHORTEST:
            raise Refused(
                "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
                param="expires_at",
            )
        if expires_at > now + LONGEST:
            raise Refused(
                "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
                param="expires_at",
            )
        lines = [objects.line_item(item) for item in wanted["line_items"]]
        currency = lines[0]["currency"]
        if any(line["currency"] != currency for line in lines):
            raise Refused("All line items must have the same currency.", param="line_items")
        hold_between_least_and_most(sum(line["amount_total"] for line in lines), currency)
        methods = wanted.get("payment_method_types") or ["card", DELAYED.get(currency, "sepa_debit")]
        checkout = objects.checkout(wanted, lines=lines, methods=methods, now=now, expires_at=expires_at)
        return self._store.save(self._at_its_address(checkout))

    def _at_its_address(self, checkout: Record) -> Record:
        # Not kept as it was first: after a restart the stand-in may have another port.
        if checkout["status"] == "open":
            checkout["url"] = f"{self._site}/c/pay/{checkout['id']}"
        return checkout

    def find(self, id: str) -> Record:
        """The checkout as it is now. Raises Refused when there is none."""
        self.expire_what_is_due()
        return self._at_its_address(self._store.find(KIND, id, param="session"))

    def all(self, intent: str | None = None) -> list[Record]:
        """All checkouts, newest first, or the one to which a payment intent belongs."""
        self.expire_what_is_due()
        return [self._at_its_address(checkout) for checkout in self._store.all(KIND, intent)]

    def expire(self, id: str) -> Record:
        """End an open checkout, as the product asks. Raises Refused when it is not open."""
        checkout = self.find(id)
        if checkout["status"] != "open":
            raise Refused(
                'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status '
                f"of `{checkout['status']}`.",
                param="session",
                is_kept=True,
            )
        return self._expire(checkout)

    def expire_what_is_due(self) -> None:
        """End the open checkouts whose time has passed."""
        if not self._store.due(KIND):
            return
        with self._store.transaction():
            for checkout in self._store.due(KIND):
                self._expire(checkout)

    def _expire(self, checkout: Record) -> Record:
        if checkout["payment_intent"]:
            self._intents.cancel(self._intents.of_checkout(checkout))
        checkout |= {"status": "expired", "url": None, "_due": None}
        self._store.save(checkout)
        self._events.record("checkout.session.expired", checkout)
        return checkout

    # --- what a payer and a bank do ------------------------------------------------------------------------------

    def pay(self, id: str, payer: Payer, number: str) -> tuple[Record, cards.Card | None]:
        """Pay an open checkout with a card; returns it, and the card when it was declined.

        Of two payers one pays: the other gets the checkout as the first left it.
        """
        card = cards.named(number)
        with self._store.transaction():
            checkout = self.find(id)
            if checkout["status"] != "open":
                return checkout, None
            intent = self._intents.of_checkout(checkout)
            if card.decline:
                self._intents.decline(intent, card)
                return self._store.save(checkout), card
            method = {"card": {"brand": card.brand, "last4": cards.plain(number)[-4:]}, "type": "card"}
            charge = self._intents.succeed(intent, method, payer.details, card.refund)
            if card.is_disputed:
                self._store.save(charge | {"_due": self._store.now() + DISPUTED_LATER})
            return self._complete(checkout, payer, payment_status="paid"), None

    def ask_a_bank(self, id: str, payer: Payer) -> Record:
        """Leave the payment to a bank that answers later: the checkout is complete, and not paid yet."""
        with self._store.transaction():
            checkout = self.find(id)
            if checkout["status"] != "open":
                return checkout
            self._intents.wait_for_the_bank(self._intents.of_checkout(checkout))
            return self._complete(checkout, payer, payment_status="unpaid")

    def _complete(self, checkout: Record, payer: Payer, payment_status: str) -> Record:
        details = {**payer.details, "tax_exempt": "none", "tax_ids": []}
        checkout |= {"customer_details": details, "payment_status": payment_status, "status": "complete"}
        checkout |= {"url": None, "_due": None}
        self._store.save(checkout)
        self._events.record("checkout.session.completed", checkout)
        return checkout

    def answer_of_the_bank(self, id: str, *, pays: bool) -> Record:
        """What the bank says in the end. Its second answer changes nothing."""
        with self._store.transaction():
            checkout = self.find(id)
            if not self.waits_for_a_bank(checkout):
                return checkout
            intent = self._intents.of_checkout(checkout)
            details = checkout["customer_details"]
            if pays:
                payer = Payer(details["email"], details["name"])
                kind = checkout["payment_method_types"][-1]
                self._intents.succeed(intent, {"type": kind, kind: {}}, payer.details, "pending")
                checkout["payment_status"] = "paid"
                self._store.save(checkout)
                self._events.record("checkout.session.async_payment_succeeded", checkout)
            else:
                self._intents.decline(intent, cards.REFUSED_BY_THE_BANK)
                self._events.record("checkout.session.async_payment_failed", checkout)
            return checkout

    def waits_for_a_bank(self, checkout: Record) -> bool:
        """Whether a bank was asked and has not answered."""
        if checkout["status"] != "complete" or checkout["payment_status"] != "unpaid":
            return False
        return bool(self._intents.of_checkout(checkout)["status"] == "processing")


def way_back(checkout: Record) -> str:
    """Where a payer goes who has paid, or left it to a bank."""
    return str(checkout["success_url"]).replace("{CHECKOUT_SESSION_ID}", quote(checkout["id"]))
