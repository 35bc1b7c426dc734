"""Stripe's objects when they are new: every field that the official client knows and the product could ask for.

Names that begin with `_` are the stand-in's own (see `store`).
"""

from __future__ import annotations

from typing import Any

from registration.payments.stripe_stand_in.store import Record, new_id

Given = dict[str, Any]
API_VERSION = "2026-10-28.endive"  # the official client's


def checkout(given: Given, *, lines: list[Record], methods: list[str], now: int, expires_at: int) -> Record:
    """A checkout session, open."""
    total = sum(line["amount_total"] for line in lines)
    return {
        "id": new_id("cs_test"),
        "object": "checkout.session",
        "adaptive_pricing": None,
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": given.get("cancel_url"),
        "client_reference_id": given.get("client_reference_id"),
        "client_secret": None,
        "consent": None,
        "consent_collection": None,
        "created": now,
        "currency": lines[0]["currency"],
        "custom_fields": [],
        "customer": None,
        "customer_details": None,
        "customer_email": given.get("customer_email"),
        "discounts": [],
        "expires_at": expires_at,
        "invoice": None,
        "livemode": False,
        "locale": given.get("locale"),
        "metadata": given.get("metadata", {}),
        "mode": given["mode"],
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_types": methods,
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "setup_intent": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": given.get("submit_type"),
        "subscription": None,
        "success_url": given["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": None,
        "_due": expires_at,
        "_lines": lines,
        "_payment_intent_data": given.get("payment_intent_data", {}),
    }


def line_item(given: Given) -> Record:
    """One line of a checkout; `_about` is its description, which Stripe keeps with the product."""
    price = given["price_data"]
    amount = price["unit_amount"] * given["quantity"]
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": price["product_data"]["name"],
        "price": {
            "id": new_id("price"),
            "object": "price",
            "active": False,
            "currency": price["currency"],
            "livemode": False,
            "product": new_id("prod"),
            "type": "one_time",
            "unit_amount": price["unit_amount"],
        },
        "quantity": given["quantity"],
        "_about": price["product_data"].get("description", ""),
    }


def payment_intent(checkout: Record, *, now: int) -> Record:
    """What is to be collected for a checkout; nothing was tried yet."""
    given = checkout["_payment_intent_data"]
    id = new_id("pi")
    return {
        "id": id,
        "object": "payment_intent",
        "amount": checkout["amount_total"],
        "amount_capturable": 0,
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{id}_secret_{new_id('')}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": checkout["currency"],
        "customer": None,
        "description": given.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": checkout["payment_method_types"],
        "receipt_email": given.get("receipt_email"),
        "status": "requires_payment_method",
        "statement_descriptor": None,
    }


def charge(intent: Record, *, method: Given, payer: Given, refund: str, now: int) -> Record:
    """The money that was collected; `refund` says how it goes back (see `cards`)."""
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "balance_transaction": new_id("txn"),
        "billing_details": payer,
        "captured": True,
        "created": now,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": new_id("pm"),
        "payment_method_details": method,
        "receipt_url": None,
        "refunded": False,
        "status": "succeeded",
        "_about": intent["id"],
        "_refund": refund,
        "_due": None,
    }


def refund(given: Given, charge: Record, *, amount: int, settles_at: int | None, now: int) -> Record:
    """Money on its way back; with `settles_at` it gets there, or fails, at that moment only."""
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("txn"),
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": given.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": given.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if charge["_refund"] == "pending" else "succeeded",
        "transfer_reversal": None,
        "_about": charge["payment_intent"],
        "_due": settles_at,
        "_fails": charge["_refund"] == "fails",
    }


def dispute(charge: Record, *, now: int) -> Record:
    """What a payer says against a charge; no money has moved yet."""
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "evidence_details": {
            "due_by": now + 7 * 24 * 3600,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": "needs_response",
        "_about": charge["payment_intent"],
    }


def event(kind: str, data: Given, *, now: int) -> Record:
    """Something that happened."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
        "_about": kind,
    }
