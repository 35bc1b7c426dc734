"""Ending the reservations past their time: for who needs their places now, and in the sweep."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from forum.actor import Actor
from forum.errors import Refusal
from registration.models.ticket import Ticket
from registration.models.waiting_list import WaitingList
from registration.models.wish import Wanted


def free_overdue(wanted: Iterable[Wanted]) -> int:
    """Expire the overdue reservations that stand in the way of these tickets; how many there were. What is free by that
    or by anything else belongs first to those who wait for it, and is offered to them at once."""
    wanted, freed = list(wanted), 0
    pairs = {(one.ticket_type.pk, one.voucher.pk if one.voucher else None): one for one in wanted}
    for one in pairs.values():
        rivals = Ticket.objects.overdue().rivals_of(one.ticket_type, one.voucher)
        for ticket in rivals.select_related("order__edition", "attendee"):
            freed += expire_if_overdue(ticket)
    for edition in {one.ticket_type.edition for one in wanted}:
        WaitingList(edition).pass_on(by=Actor.system())
    return freed


def expire_if_overdue(ticket: Ticket) -> bool:
    """Expire `ticket` unless a rival moved it first. What came for its order and is not waited for any more may be
    enough for another of its tickets to become a dearer one."""
    by = Actor.system()
    try:
        ticket.expire(by=by)
    except Refusal:
        return False
    if Ticket.objects.of_order(ticket.order).becoming_dearer().exists():
        with transaction.atomic():
            type(ticket.order)._default_manager.held(ticket.order_id).confirm_what_is_paid(by=by)
    return True
