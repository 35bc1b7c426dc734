"""Stripe, by its official client: payment pages (Checkout), refunds, notices. The only module that knows its words.

Stripe learns the forum, the order's code and the buyer's address; never a name, a group or a link of ours that opens
the order. Source: Stripe's API reference, Checkout Sessions, Refunds and Webhooks.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

import stripe
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from registration.models import Checkout, Refund, Said
from registration.payments.answers import (
    AskedOtherwise,
    Broken,
    Forged,
    SaidOfDispute,
    SaidOfRefund,
    Told,
    TooOld,
    Unreachable,
)
from registration.payments.stripe_disputes import said_of_dispute
from registration.payments.stripe_units import from_stripe, to_stripe

log = logging.getLogger(__name__)

State = Checkout.Status
TIMEOUT = 5  # seconds; somebody waits for the answer
AGAIN = 1  # how often the client itself asks again, under the same key

_LANGUAGES = {"en", "th", "fil", "fr", "es", "id", "ja", "ko", "ms", "vi", "zh"}


def is_offered() -> bool:
    """Whether one can pay online here."""
    return bool(settings.STRIPE_SECRET_KEY)


@cache
def _client(key: str, api: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": api} if api else {},
        max_network_retries=AGAIN,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


@contextlib.contextmanager
def _asking() -> Iterator[Any]:
    """The API; raises Unreachable for what may pass, and lets through what Stripe says no to."""
    try:
        yield _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API).v1
    except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError):
        raise
    except stripe.APIError as fault:
        raise Broken(f"{type(fault).__name__}: {fault.http_status}") from fault
    except stripe.StripeError as fault:
        raise Unreachable(f"{type(fault).__name__}: {fault.user_message or fault}") from fault


# --- payment pages ---------------------------------------------------------------------------------------------


def create(checkout: Checkout) -> Said:
    """Make the page at Stripe, once however often it is asked.

    Raises Unreachable, AskedOtherwise, and Refusal when Stripe says no.
    """
    order = checkout.order
    with translation.override(order.language):  # whoever asks: the same key must mean the same words
        back = order.edition.link(checkout.get_absolute_url())
        name = str(order.edition.name)
    ours = {"plenary_order": order.code, "plenary_checkout": str(checkout.uuid)}
    line = {
        "currency": checkout.currency.lower(),
        "unit_amount": to_stripe(checkout.amount, checkout.currency),
        "product_data": {"name": name, "description": order.code},
    }
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": line}],
        "client_reference_id": order.code,
        "metadata": ours,
        "payment_intent_data": {"description": f"{name} · {order.code}", "metadata": ours},
        "success_url": back,
        "cancel_url": back,
        "expires_at": int(checkout.expires_at.timestamp()),
        "locale": order.language if order.language in _LANGUAGES else "auto",
        "adaptive_pricing": {"enabled": False},  # what is agreed is what is paid
    }
    key = f"checkout-{checkout.uuid}"
    with _asking() as api:
        try:
            try:
                made = api.checkout.sessions.create(
                    {**params, "customer_email": order.email}, {"idempotency_key": key}
                )
            except stripe.InvalidRequestError as fault:
                if fault.param != "customer_email":
                    raise
                made = api.checkout.sessions.create(params, {"idempotency_key": f"{key}-plain"})
        except stripe.IdempotencyError as fault:
            raise AskedOtherwise from fault
        except stripe.InvalidRequestError as fault:
            log.error("order %s: no payment page: %s %s", order.code, fault.code, fault.param)
            raise Refusal(_("This order cannot be paid online. Please write to us.")) from fault
    return _said(made.to_dict())


def look(checkout: Checkout) -> Said | None:
    """Ask Stripe how the page stands; None when its time is over and Stripe knows none. Raises Unreachable."""
    with _asking() as api:
        try:
            found = api.checkout.sessions.retrieve(checkout.reference, {"expand": ["payment_intent"]})
        except stripe.InvalidRequestError as fault:
            if fault.http_status == 404 and checkout.expires_at < timezone.now():
                return None  # before that, it may be the key of another account that we ask with
            raise Unreachable(str(fault)) from fault
    return _said(found.to_dict())


def expire(checkout: Checkout) -> Said | None:
    """End the page, and say how it stands then: expired, unless somebody was faster. Raises Unreachable."""
    with _asking() as api:
        try:
            ended = api.checkout.sessions.expire(checkout.reference)
        except stripe.InvalidRequestError:
            return look(checkout)
    return _said(ended.to_dict())


def of_payment(reference: str) -> Said | None:
    """The page through which money came; None when it was none of ours. Raises Unreachable."""
    with _asking() as api:
        try:
            found = api.checkout.sessions.list({"payment_intent": reference, "limit": 1}).to_dict()["data"]
        except stripe.InvalidRequestError:
            return None
    said = [_said(one) for one in found]
    return said[0] if said and said[0].order else None


def _said(session: dict[str, Any], *, failed: bool = False) -> Said:
    currency = (session.get("currency") or "").upper()
    intent = session.get("payment_intent") or ""
    if isinstance(intent, dict):
        failed = failed or intent.get("status") in {"requires_payment_method", "canceled"}
        intent = intent["id"]
    if session.get("payment_status") in {"paid", "no_payment_required"}:
        state = State.PAID
    elif session.get("status") == "complete":
        state = State.FAILED if failed else State.PROCESSING
    else:
        state = State.EXPIRED if session.get("status") == "expired" else State.OPEN
    ours = session.get("metadata") or {}
    return Said(
        reference=session["id"],
        state=state,
        amount=from_stripe(session.get("amount_total") or 0, currency),
        currency=currency,
        payment=intent,
        checkout=ours.get("plenary_checkout", ""),
        order=ours.get("plenary_order", ""),
        url=session.get("url") or "",
    )


# --- refunds ---------------------------------------------------------------------------------------------------


def refund(refund: Refund) -> SaidOfRefund:
    """Pay back, once however often it is asked. Raises Unreachable, and Refusal with Stripe's words when it says no."""
    payment = refund.payment
    with _asking() as api:
        try:
            if refund.may_have_been_sent and (found := _sent_before(api, refund)):
                return found
            made = api.refunds.create(
                {
                    "payment_intent": payment.reference,
                    "amount": to_stripe(refund.amount, payment.currency),
                    "metadata": {"plenary_refund": str(refund.uuid), "plenary_round": str(refund.round)},
                },
                {"idempotency_key": refund.key},
            )
        except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as fault:
            raise Refusal(str(fault.user_message or fault)) from fault
    return _said_of_refund(made.to_dict())


def _sent_before(api: Any, refund: Refund) -> SaidOfRefund | None:
    # An answer may have got lost, and Stripe forgets keys after a while: what is done must not be done twice.
    found = api.refunds.list({"payment_intent": refund.payment.reference, "limit": 100}).to_dict()["data"]
    said = [one for one in map(_said_of_refund, found) if one.key == str(refund.uuid)]
    done = [one for one in said if one.is_done or one.round == refund.round]
    return done[0] if done else None


def _said_of_refund(refund: dict[str, Any]) -> SaidOfRefund:
    currency = (refund.get("currency") or "").upper()
    ours = refund.get("metadata") or {}
    return SaidOfRefund(
        reference=refund["id"],
        payment=refund.get("payment_intent") or "",
        amount=from_stripe(refund.get("amount") or 0, currency),
        currency=currency,
        is_done=refund.get("status") not in {"failed", "canceled"},
        key=ours.get("plenary_refund", ""),
        round=int(ours.get("plenary_round") or 0),
        reason=refund.get("failure_reason") or "",
    )


# --- notices ---------------------------------------------------------------------------------------------------


def read(body: bytes, signature: str) -> Told:
    """Read a notice. Raises Forged or TooOld when it is not to be believed."""
    try:
        event = stripe.Webhook.construct_event(body, signature, settings.STRIPE_WEBHOOK_SECRET)
    except stripe.SignatureVerificationError as fault:
        raise (TooOld if "tolerance" in str(fault) else Forged) from None
    except ValueError as fault:
        raise Forged from fault
    told = event.to_dict()
    thing = told["data"]["object"]
    kind = told["type"]
    said: Said | SaidOfRefund | SaidOfDispute | None = None
    if kind.startswith("checkout.session.") and (thing.get("metadata") or {}).get("plenary_order"):
        said = _said(thing, failed=kind.endswith("async_payment_failed"))
    elif kind.startswith("refund."):
        said = _said_of_refund(thing)
    elif kind.startswith("charge.dispute."):
        said = said_of_dispute(thing, told_at=told["created"])
    return Told(told["id"], kind, said)
