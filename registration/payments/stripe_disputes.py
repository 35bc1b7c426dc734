"""How Stripe words a dispute. Source: Stripe's API reference, Disputes."""

from __future__ import annotations

from typing import Any

from registration.payments.answers import SaidOfDispute
from registration.payments.stripe_units import from_stripe


def said_of_dispute(dispute: dict[str, Any], *, told_at: int) -> SaidOfDispute:
    """What it tells. Its balance transactions are the movements of money: out when it is opened, back when won."""
    currency = (dispute.get("currency") or "").upper()
    moved = [one.get("amount") or 0 for one in dispute.get("balance_transactions") or []]
    return SaidOfDispute(
        reference=dispute["id"],
        payment=dispute.get("payment_intent") or "",
        amount=from_stripe(dispute.get("amount") or 0, currency),
        currency=currency,
        reason=dispute.get("reason") or "",
        status=dispute["status"],
        movements=len(moved),
        is_withdrawn=sum(moved) < 0,
        due_by=(dispute.get("evidence_details") or {}).get("due_by") or 0,
        opened_at=dispute.get("created") or 0,
        told_at=told_at,
    )
