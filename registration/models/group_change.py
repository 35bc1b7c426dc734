from __future__ import annotations

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import StakeholderGroup
from registration.models.overdue import free_overdue
from registration.models.ticket import Ticket
from registration.models.wish import Wanted


def change_group(ticket: Ticket, group: StakeholderGroup, *, by: Actor) -> bool:
    """Let a ticket's attendee be of another group, as `Ticket.speak_for` does; whether there was anything to change.
    What reservations past their time hold of its quotas is free for that. Raises Refusal as it does."""
    try:
        return ticket.speak_for(group, by=by)
    except Refusal:
        free_overdue([Wanted(ticket.ticket_type, group, {})])
    return ticket.speak_for(group, by=by)
