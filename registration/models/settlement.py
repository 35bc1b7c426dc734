from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registration.models.refund_rule import RefundRule

if TYPE_CHECKING:
    from registration.models.order import Order
    from registration.models.ticket import Ticket


@dataclass(frozen=True)
class Settlement:
    """What becomes of the money, when tickets of an order are given up or become cheaper: what comes back by the
    edition's rules, and what is kept. All in minor units of its currency.

    `paid` is what was paid for them, ticket by ticket; `back` what comes back of it. `rule` is the one of now, None
    after the last. Without rules, and when the forum itself was cancelled, nothing `is_decided`: organizers decide.
    """

    is_decided: bool
    rule: RefundRule | None = None
    paid: dict[int, int] = field(default_factory=dict)
    back: dict[int, int] = field(default_factory=dict)

    @property
    def total_paid(self) -> int:
        """What was paid for all of them."""
        return sum(self.paid.values())

    @property
    def total_back(self) -> int:
        """What comes back for all of them."""
        return sum(self.back.values())

    @property
    def kept(self) -> int:
        """What does not come back."""
        return self.total_paid - self.total_back

    @classmethod
    def of_cancelling(cls, order: Order, tickets: Iterable[Ticket]) -> Settlement:
        """What giving up these tickets of `order` comes to; `order.with_tickets()` has been read. Only confirmed
        tickets have been paid for; money that came for others is for organizers to see to."""
        return cls._of(order, {one.pk: one.price for one in tickets if one.admits})

    @classmethod
    def of_cheaper(cls, order: Order, ticket: Ticket, price: int) -> Settlement:
        """What it comes to, when a confirmed ticket of `order` costs `price` from now on, which is less."""
        return cls._of(order, {ticket.pk: ticket.price - price})

    @classmethod
    def _of(cls, order: Order, paid: dict[int, int]) -> Settlement:
        """Whose money is noted elsewhere, as of a ticket that was confirmed by hand, nothing is decided for; nor while
        a payer takes theirs back by way of their bank, or has done so."""
        cost = sum(ticket.price for ticket in order.tickets.all() if ticket.admits)
        is_booked = order.paid >= order.kept + cost
        rules = RefundRule.objects.of_edition(order.edition)
        if not rules or order.edition.cancelled_at or not is_booked:
            return cls(is_decided=False)
        if any(payment.is_disputed for payment in order.payments.all()):
            return cls(is_decided=False)
        for one in rules:
            one.edition = order.edition
        rule = next((one for one in rules if not one.is_over), None)
        back = {key: rule.back_of(amount) if rule else 0 for key, amount in paid.items()}
        return cls(True, rule, paid, back)
