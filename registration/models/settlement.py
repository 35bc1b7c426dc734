from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registration.models.refund_rule import RefundRule
from registration.models.ticket_status import Status

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
        tickets have cost something; money that came for others is for organizers to see to."""
        chosen = list(tickets)
        held = sum(one.price + one.awaited for one in chosen if one.holds_place)
        asked = sum(one.price for one in chosen if one.is_requested)
        left_over = max(0, order.paid - (order.total - held) - (order.requested - asked))
        confirmed = {one.pk: one.price + one.awaited for one in chosen if one.status == Status.CONFIRMED}
        return cls._of(order, confirmed, left_over - order.overpaid)

    @classmethod
    def of_cheaper(cls, order: Order, ticket: Ticket, price: int) -> Settlement:
        """What it comes to, when a confirmed ticket of `order` costs `price` from now on, which is less."""
        left_over = max(0, -order.balance - order.requested + ticket.price - price)
        return cls._of(order, {ticket.pk: ticket.price - price}, left_over - order.overpaid)

    @classmethod
    def _of(cls, order: Order, worth: dict[int, int], freed: int) -> Settlement:
        rules = RefundRule.objects.of_edition(order.edition)
        rule = None
        for one in reversed(rules):
            one.edition = order.edition
            rule = rule if one.is_over else one
        paid = {}
        for key, most in worth.items():
            paid[key] = min(most, freed)
            freed -= paid[key]
        back = {key: rule.back_of(amount) if rule else 0 for key, amount in paid.items()}
        return cls(bool(rules) and order.edition.cancelled_at is None, rule, paid, back)
