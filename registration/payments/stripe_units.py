"""Amounts as Stripe counts them. Source: its documentation of zero-decimal, three-decimal and special currencies."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from forum import money
from forum.errors import Refusal

# Stripe counts these in hundredths although ISO 4217 gives them none, and the last the other way round.
_HUNDREDTHS_AT_STRIPE = {"ISK", "UGX"}
_WHOLE_AT_STRIPE = {"MGA"}


def to_stripe(amount: int, currency: str) -> int:
    """Turn minor units (ISO 4217) into Stripe's. Raises Refusal for an amount that it cannot take."""
    if currency in _HUNDREDTHS_AT_STRIPE:
        return amount * 100
    step = 100 if currency in _WHOLE_AT_STRIPE else 10 if money.digits(currency) == 3 else 1
    if amount % step:
        raise Refusal(_("This amount cannot be paid online. Please write to us."))
    return amount // step if currency in _WHOLE_AT_STRIPE else amount


def from_stripe(amount: int, currency: str) -> int:
    """Turn Stripe's units into minor units (ISO 4217)."""
    if currency in _HUNDREDTHS_AT_STRIPE:
        return amount // 100
    return amount * 100 if currency in _WHOLE_AT_STRIPE else amount
