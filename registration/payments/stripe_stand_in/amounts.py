"""Stripe's amounts: the currencies it takes, their digits (not always those of ISO 4217), the least it collects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.formats import number_format

from registration.payments.stripe_stand_in.errors import Refused

# https://docs.stripe.com/currencies: UGX and ISK have no digits of their own and are still written with two.
ZERO_DIGITS = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DIGITS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# fmt: off
TWO_DIGITS = frozenset([
    "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn", "bmd",
    "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "cny", "cop", "crc", "cve", "czk",
    "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gtq", "gyd", "hkd",
    "hnl", "htg", "huf", "idr", "ils", "inr", "isk", "jmd", "kes", "kgs", "khr", "kyd", "kzt", "lak", "lbp",
    "lkr", "lrd", "lsl", "mad", "mdl", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr", "mzn",
    "nad", "ngn", "nio", "nok", "npr", "nzd", "pab", "pen", "pgk", "php", "pkr", "pln", "qar", "ron", "rsd",
    "rub", "sar", "sbd", "scr", "sek", "sgd", "shp", "sle", "sos", "srd", "std", "szl", "thb", "tjs", "top",
    "try", "ttd", "twd", "tzs", "uah", "ugx", "usd", "uyu", "uzs", "wst", "xcd", "yer", "zar", "zmw",
])
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LEAST = {
    "usd": 50, "eur": 50, "chf": 50, "cad": 50, "aud": 50, "nzd": 50, "sgd": 50, "inr": 50, "brl": 50, "jpy":
    50, "gbp": 30, "thb": 1000, "myr": 200, "hkd": 400, "mxn": 1000, "dkk": 250, "nok": 300, "sek": 300,
    "pln": 200, "aed": 200, "czk": 1500, "huf": 17500, "ron": 200,
}
# fmt: on
MOST = 99_999_999
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def currency(value: Any, name: str) -> str:
    """Read a parameter: a code of three letters, in any case. Raises Refused."""
    code = str(value).lower()
    if code not in ZERO_DIGITS | TWO_DIGITS | THREE_DIGITS:
        raise Refused(f"Invalid currency: {code}. Stripe does not currently support it.", param=name)
    return code


def digits(currency: str) -> int:
    """How many digits Stripe gives the currency after the point."""
    return 0 if currency in ZERO_DIGITS else 3 if currency in THREE_DIGITS else 2


def _value(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-digits(currency))


def in_an_error(amount: int, currency: str) -> str:
    """As Stripe writes an amount in its errors: “$21.45”, “90.00 thb”."""
    value = f"{_value(amount, currency):,}"
    return f"{SIGNS[currency]}{value}" if currency in SIGNS else f"{value} {currency}"


def written(amount: int, currency: str) -> str:
    """As a payer reads it, in the active language: “USD 1,250.00”."""
    value = number_format(_value(amount, currency), decimal_pos=digits(currency), force_grouping=True)
    return f"{currency.upper()} {value}"


def hold_between_least_and_most(total: int, currency: str) -> None:
    """Raises Refused when the total is less or more than Stripe collects."""
    least = LEAST.get(currency, 1)
    if total < least:
        sign = in_an_error(least, currency)
        sign = f"{sign} {currency}" if currency in SIGNS else sign
        raise Refused(
            f"The Checkout Session's total amount due must add up to at least {sign}", code="amount_too_small"
        )
    if total > MOST:
        raise Refused("The Checkout Session's total amount due is too large.", code="amount_too_large")
    if currency in THREE_DIGITS and total % 10:
        raise Refused(
            "Invalid amount. The last digit of a three-decimal currency must be 0.", param="unit_amount"
        )
