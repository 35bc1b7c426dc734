from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """What a provider says about one of its payment pages. `amount` in minor units of `currency` (ISO 4217).

    `reference` is the page's, `payment` the money's; `checkout` and `order` are what we gave along: the page's `uuid`
    and the order's code. `url` is where one pays while the page is open.
    """

    reference: str
    state: str  # a Checkout.Status
    amount: int
    currency: str
    payment: str = ""
    checkout: str = ""
    order: str = ""
    url: str = ""
