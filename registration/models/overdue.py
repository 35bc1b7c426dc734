"""Ending the reservations past their time: for who needs their places now, and in the sweep."""

from __future__ import annotations

from forum.actor import Actor
from forum.errors import Refusal
from registration.models.ticket import Ticket
from registration.models.ticket_type import TicketType
from registration.models.voucher import Voucher


def free_overdue(ticket_type: TicketType, voucher: Voucher | None = None) -> int:
    """Expire the overdue reservations that stand in the way of `ticket_type` and `voucher`; how many there were."""
    freed = 0
    for ticket in (
        Ticket.objects.overdue().rivals_of(ticket_type, voucher).select_related("order__edition", "attendee")
    ):
        freed += expire_if_overdue(ticket)
    return freed


def expire_if_overdue(ticket: Ticket) -> bool:
    """Expire `ticket` unless a rival moved it first."""
    try:
        ticket.expire(by=Actor.system())
    except Refusal:
        return False
    return True
