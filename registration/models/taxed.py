from __future__ import annotations

from typing import Any

from forum.money import tax_on


class Taxed:
    """What tax a ticket type's price has: the edition's rate, unless it has one of its own.

    Organizers write prices with the tax or without it, as the edition says; everybody else sees the whole.
    """

    edition: Any
    own_tax_rate: int | None

    @property
    def tax_rate(self) -> int:
        """The rate that holds now, in hundredths of a percent; 0 when there is no tax."""
        rate: int = self.edition.tax_rate if self.own_tax_rate is None else self.own_tax_rate
        return rate

    def with_tax(self, price: int) -> int:
        """What somebody pays for whom an organizer's price is `price`, in minor units."""
        return price + tax_on(price, self.tax_rate) if self.edition.tax_is_added else price
