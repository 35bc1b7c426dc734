"""People who were invited by a personal link, written down as it would have been found: no mail goes out."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from forum.models import User
from forum.site.seed import content
from forum.site.seed.editions import Ground
from forum.site.seed.tickets import Offer
from registration.models import Guest, Ticket


def invite(ground: Ground, offered: Offer, by: User | None) -> None:
    """Make guests in every state."""
    told = content.table("guests.toml")
    now = timezone.now()
    made = []
    for row in told["guest"]:
        own = {name: row[name] for name in ("name", "email", "language", "status", "reason") if name in row}
        invited_at = now - timedelta(days=row["days_ago"])
        made.append(
            Guest(
                edition=ground.edition,
                group=ground.groups[row["group"]],
                ticket_type=offered.types[row["ticket_type"]],
                answer_by=ground.edition.midnight(timezone.localdate() + timedelta(days=row["ends_in"])),
                invited_by=by,
                invited_at=invited_at,
                status_changed_at=invited_at + timedelta(days=1),
                **own,
            )
        )
    came = told["registered"]
    kind = offered.types[came["ticket_type"]]
    tickets = Ticket.objects.of_edition(ground.edition).admitting()
    theirs = [ticket for ticket in tickets if ticket.ticket_type_id == kind.pk and ticket.attendee.email]
    for ticket in theirs[: came["number"]]:
        made.append(
            Guest(
                edition=ground.edition,
                name=ticket.attendee.name,
                email=ticket.attendee.email,
                group=ticket.group,
                ticket_type=kind,
                language=ticket.order.language,
                status="registered",
                ticket=ticket,
                invited_by=by,
                invited_at=ticket.order.placed_at - timedelta(days=2),
                status_changed_at=ticket.order.placed_at,
            )
        )
    Guest.objects.bulk_create(made)
