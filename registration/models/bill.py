from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from forum.money import tax_within

FEE = _("Cancellation fee")  # what is kept, on an invoice


@dataclass(frozen=True)
class BillLine:
    """One thing that is billed: a ticket by its key, or what is kept.

    `price` in minor units with its tax, `tax_rate` in hundredths of a percent.
    """

    ticket: int | None
    price: int
    tax_rate: int

    @property
    def tax(self) -> int:
        """The tax within the price, in minor units."""
        return tax_within(self.price, self.tax_rate)


@dataclass(frozen=True)
class Recipient:
    """Whom an invoice is made out to, as they wrote it; nothing when they wrote nothing."""

    name: str = ""
    address: str = ""
    country: str = ""
    tax_number: str = ""
    purchase_order: str = ""


@dataclass(frozen=True)
class Bill:
    """What is billed for an order, or should be; two are alike when nobody has to issue anything."""

    lines: frozenset[BillLine] = frozenset()
    recipient: Recipient = Recipient()

    @property
    def total(self) -> int:
        """What it comes to, in minor units."""
        return sum(line.price for line in self.lines)


@dataclass(frozen=True)
class Billed:
    """What stands billed for an order beside what should: for who compares. Amounts in minor units.

    `amount` is its invoices less its credit notes. `is_right` also when nothing is to be issued because its edition
    has no invoices.
    """

    amount: int
    due: int
    is_right: bool
