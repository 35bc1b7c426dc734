from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from registration.models.ticket_type import TicketType
from registration.models.voucher import Voucher

if TYPE_CHECKING:
    from registration.models.order import Order
    from registration.models.ticket import Ticket


@dataclass(frozen=True)
class TypeOffer:
    """Another type that a ticket may change to: at which price (minor units), with its own voucher or without."""

    ticket_type: TicketType
    price: int
    voucher: Voucher | None

    @classmethod
    def all_for(cls, ticket: Ticket, order: Order, moment: datetime) -> list[TypeOffer]:
        """The types that `ticket` of `order` may change to at `moment`: on offer to its group, to be had without
        anybody's yes, and as many of them as one order may have. Whether there are places, the quotas say."""
        edition, own = order.edition, ticket.voucher
        others = [one.ticket_type_id for one in order.tickets.all() if one.is_live and one.pk != ticket.pk]
        offers = []
        for kind in TicketType.objects.on_offer(edition, own).with_places():
            number = others.count(kind.pk) + 1
            fits = kind.min_per_order <= number <= (kind.max_per_order or number)
            if kind.pk == ticket.ticket_type_id or kind.needs_approval or not fits:
                continue
            if kind.is_for(ticket.group):
                kind.edition = edition
                offer = cls._with(kind, ticket, moment)
                if offer.voucher or not kind.is_hidden:
                    offers.append(offer)
        return offers

    @classmethod
    def _with(cls, kind: TicketType, ticket: Ticket, moment: datetime) -> TypeOffer:
        # It has its use of the voucher already, so that one that is used up by now is still its own.
        own = ticket.voucher
        keeps = bool(own and own.is_active and own.is_for(kind) and own.is_for_group(ticket.group))
        seen = kind.seen_with(own if keeps else None).seen_by(ticket.group)
        return cls(seen, seen.offered_at(moment), own if keeps else None)

    @property
    def is_full(self) -> bool:
        """Whether no place of it is left; a reading, not a promise."""
        return self.ticket_type.left_in_words == "none"
