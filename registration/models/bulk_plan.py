from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from registration.models.order import Order
from registration.models.payment import Payment


class What(models.TextChoices):
    """What is paid back."""

    FORUM = "forum", _("All of it: the forum is cancelled")
    REST = "rest", _("What no ticket stands against")
    SHARE = "share", _("A share of what was paid")


def amount_for(order: Order, what: str, share: int = 100) -> int:
    """What an order gets back, in minor units. For a cancelled forum as if its tickets were given up already; what was
    kept of an earlier cancellation stays kept. A share (per cent) is rounded down."""
    if what == What.FORUM:
        return max(0, order.paid - order.kept)
    return order.overpaid if what == What.REST else max(0, order.paid) * share // 100


def split(order: Order, amount: int) -> Iterator[tuple[Payment, int]]:
    """Of which payments how much of `amount` is taken: the provider's first, which needs nobody's hand, then the
    oldest. Never more of one than is left of it; of one that is disputed nothing."""
    ours = [payment for payment in order.payments.all() if payment.currency == order.edition.currency]
    for payment in sorted(ours, key=lambda one: (one.provider != Payment.Provider.STRIPE, one.pk)):
        if part := min(amount, payment.refundable):
            amount -= part
            yield payment, part


@dataclass(frozen=True)
class Line:
    """What would be paid back of one payment, in minor units."""

    order: Order
    payment: Payment
    amount: int

    @property
    def is_by_hand(self) -> bool:
        """Whether a person has to pay it: no provider can."""
        return self.payment.provider != Payment.Provider.STRIPE


@dataclass
class BulkPlan:
    """What a bulk refund would do, told before it is done. Amounts in minor units of `currency`."""

    currency: str
    tickets: int = 0
    orders: int = 0
    lines: list[Line] = field(default_factory=list)
    stuck: list[tuple[Order, int]] = field(default_factory=list)
    """Orders of whose money so much can be taken of no payment: it is disputed."""
    amounts: dict[int, int] = field(default_factory=dict)
    """What each order gets back, by its key; those that get nothing are left out."""

    @classmethod
    def of(cls, orders: Iterable[Order], what: str, *, currency: str, share: int = 100) -> BulkPlan:
        """For these orders, which know their tickets, payments, refunds and disputes."""
        plan = cls(currency)
        for order in orders:
            plan.orders += 1
            if what == What.FORUM:
                plan.tickets += sum(ticket.is_live for ticket in order.tickets.all())
            if not (amount := amount_for(order, what, share)):
                continue
            plan.amounts[order.pk] = amount
            lines = [Line(order, payment, part) for payment, part in split(order, amount)]
            plan.lines += lines
            if left := amount - sum(line.amount for line in lines):
                plan.stuck.append((order, left))
        return plan

    @property
    def total(self) -> int:
        """All that would be paid back, in minor units."""
        return sum(line.amount for line in self.lines)

    @property
    def by_hand(self) -> list[Line]:
        """What a person has to pay."""
        return [line for line in self.lines if line.is_by_hand]

    @property
    def by_provider(self) -> list[tuple[str, int, int]]:
        """Of each provider, how many payments and how much of them."""
        sums: dict[str, list[int]] = {}
        for line in self.lines:
            sums.setdefault(line.payment.provider, []).append(line.amount)
        return [
            (str(provider.label), len(sums[provider]), sum(sums[provider]))
            for provider in Payment.Provider
            if provider in sums
        ]

    @property
    def digest(self) -> str:
        """What tells it from another one: whoever confirms has seen just this."""
        parts = [self.tickets, self.orders, sorted(self.amounts.items())]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
