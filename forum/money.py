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


def tax_on(net: int, rate: int) -> int:
    """The tax that is added to `net` (minor units) at `rate` (hundredths of a percent: 700 is 7%); a half is rounded
    up."""
    return (2 * net * rate + 10_000) // 20_000


def tax_within(gross: int, rate: int) -> int:
    """The tax that `gross` (minor units) includes at `rate` (hundredths of a percent); a half is rounded up.

    `tax_within(net + tax_on(net, rate), rate)` is `tax_on(net, rate)`, whatever was rounded.
    """
    return (2 * gross * rate + 10_000 + rate) // (2 * (10_000 + rate))


def rate_written(rate: int) -> str:
    """Write a rate of hundredths of a percent, in the active language: “7%”, “8.25%”."""
    places = 0 if rate % 100 == 0 else 1 if rate % 10 == 0 else 2
    return f"{number_format(Decimal(rate).scaleb(-2), decimal_pos=places)}%"


def in_figures(amount: int, currency: str) -> str:
    """Write an amount of minor units for other programs, without its currency: “-1250.00”, “5000” for JPY."""
    return f"{Decimal(amount).scaleb(-digits(currency)):.{digits(currency)}f}"
