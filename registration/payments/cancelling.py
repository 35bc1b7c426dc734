"""Giving tickets up, as their holder asks for it: what comes back follows from the edition's rules.

Organizers, who decide it themselves, have `refunds.cancel`.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from registration.models import Order, Place, Refund, Settlement, Ticket, Voucher
from registration.payments import checkouts


def cancel(order: Order, keys: Iterable[int], *, back: int | None, by: Actor) -> None:
    """Give the live ones up of these tickets of `order`, by their keys, and pay back what the rules give.

    `back` is what the page showed that comes back (minor units); None when organizers decide. An open payment page is
    ended first. What did not come online is left over, and organizers pay it. Giving up what was given up already
    changes nothing. Raises Refusal, and changes nothing, when the forum is over, when something else comes back by
    now, or when money may still come.
    """
    checkouts.close(order, by=by)
    chosen = set(keys)
    with transaction.atomic():
        held = Order.objects.held(order.pk)
        tickets = [one for one in held.tickets.all() if one.pk in chosen and one.is_live]
        if not tickets:
            return
        for ticket in tickets:
            ticket.order = held
            ticket.must_allow("cancel")
        settlement = Settlement.of_cancelling(held, tickets)
        if back != (settlement.total_back if settlement.is_decided else None):
            raise Refusal(
                _(
                    "What comes back for it has changed a moment ago, so nothing was cancelled. Look at it again."
                ),
                field="back",
            )
        for ticket in tickets:
            ticket.give_up(by=by)
        if settlement.is_decided:
            _settle(held, tickets, settlement, by=by)
        Voucher.give_back(*tickets)
        Place.give_back(*tickets)
        if any(one.is_payable or one.awaited for one in held.tickets.all() if one not in tickets):
            held.confirm_what_is_paid(by=by)  # what is left over may be enough for another ticket


def _settle(order: Order, tickets: list[Ticket], settlement: Settlement, *, by: Actor) -> None:
    for ticket in tickets:
        if settlement.paid.get(ticket.pk):
            Ticket.objects.among([ticket.pk]).update(due_back=settlement.back[ticket.pk])
            Refund.ask_for(order, settlement.back[ticket.pk], by=by, ticket=ticket)
    order.keep_by_rule(settlement.kept, by=by)
