"""Stripe's test cards, and what becomes of a payment with each. Any other is declined, as in Stripe's test mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Card(NamedTuple):
    """What a card does: `decline` and `code` say why it is refused; `refund` how money comes back to it."""

    about: str | _StrPromise
    brand: str
    decline: str | _StrPromise = ""
    code: str = ""  # Stripe's error code
    reason: str = ""  # Stripe's decline code
    refund: str = "succeeded"  # or "pending", which succeeds later; or "fails", which succeeds and then fails
    is_disputed: bool = False  # whether its owner takes the money back some seconds later


DECLINED = _("Your card was declined.")
CARDS = {
    "4242424242424242": Card(_("Pays"), "visa"),
    "4000000000000002": Card(_("Is declined"), "visa", DECLINED, "card_declined", "generic_decline"),
    "4000000000009995": Card(
        _("Has too little money"),
        "visa",
        _("Your card has insufficient funds."),
        "card_declined",
        "insufficient_funds",
    ),
    "4000000000005126": Card(_("Pays; a refund fails later"), "visa", refund="fails"),
    "4000000000007726": Card(_("Pays; a refund takes its time"), "visa", refund="pending"),
    "4000000000000259": Card(_("Pays; its owner disputes it"), "visa", is_disputed=True),
    "4000000000000069": Card(
        _("Has expired"), "visa", _("Your card has expired."), "expired_card", "expired_card"
    ),
    "5555555555554444": Card(_("Pays, by Mastercard"), "mastercard"),
}
OTHER = Card(
    _("Any other"),
    "unknown",
    _("Your card was declined. Only test cards work here; please never type a real one."),
    "card_declined",
    "test_mode_live_card",
)
REFUSED_BY_THE_BANK = Card(
    _("The bank said no"),
    "",
    _("The bank did not pay."),
    "payment_intent_payment_attempt_failed",
    "insufficient_funds",
)


def named(number: str) -> Card:
    """The card with this number, written with or without spaces."""
    return CARDS.get(plain(number), OTHER)


def plain(number: str) -> str:
    """The digits alone."""
    return number.replace(" ", "").replace("-", "")


def spaced(number: str) -> str:
    """The number in groups of four, as it stands on a card."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def is_a_number(number: str) -> bool:
    """Whether these are 12 to 19 digits of which the last is the right check digit (ISO/IEC 7812-1, Luhn)."""
    digits = plain(number)
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0
