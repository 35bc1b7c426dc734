"""Changing a ticket's type, as its holder asks for it: an open payment page is ended first, since it asks for another
sum."""

from __future__ import annotations

from forum.actor import Actor
from registration.models import Ticket, TicketType, TypeChange
from registration.payments import checkouts


def change_type(ticket: Ticket, to: TicketType, *, price: int, back: int, by: Actor) -> TypeChange:
    """Change it to `to` as `TypeChange.ask` does. Raises Refusal, also when the provider cannot be asked."""
    checkouts.close(ticket.order, by=by)
    return TypeChange.ask(ticket, to, price=price, back=back, by=by)


def withdraw(ticket: Ticket, *, by: Actor) -> None:
    """Leave the ticket as it is after all, if a change of it waits. Raises Refusal when the provider cannot be
    asked."""
    checkouts.close(ticket.order, by=by)
    change = ticket.type_changes.waiting().first()
    if change:
        change.withdraw(by=by)
