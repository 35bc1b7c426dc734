"""Amounts of money: whole numbers of the smallest unit of an ISO 4217 currency, and how they are written."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext

# ISO 4217, the currencies whose smallest unit is not a hundredth; the number of digits after the point.
_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"), 0
    ),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def digits(currency: str) -> int:
    """How many digits a currency has after the point: 2 for USD, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def written(amount: int, currency: str) -> str:
    """Write an amount of minor units as people read it, in the active language: “USD 1,250.00”, “JPY 5,000”."""
    places = digits(currency)
    value = Decimal(amount).scaleb(-places)
    return f"{currency} {number_format(value, decimal_pos=places, force_grouping=True)}"


def price(amount: int, currency: str) -> str:
    """Write a price; nothing to pay is “Free”."""
    return written(amount, currency) if amount else gettext("Free")
