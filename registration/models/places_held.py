"""Exchanging places: a ticket that changes its type takes some and gives others back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from registration.models.nudging import offer_what_is_free
from registration.models.place import Place, public_groups
from registration.models.quota import Quota
from registration.models.quota_hold import hold_quotas
from registration.models.shares import Share, shares_of
from registration.models.waiting_entry import WaitingEntry

if TYPE_CHECKING:
    from registration.models.ticket import Ticket
    from registration.models.ticket_type import TicketType


def hold_places_of(ticket: Ticket, *ticket_types: TicketType) -> None:
    """Let a ticket hold a place of each quota of these types that counts its group, and of no other: the last
    statements of a short transaction. In primary-key order, as all who take and give back. Raises Refusal when one is
    full, or what is free is kept for those who wait; the caller's transaction must then be given up."""
    hold_quotas(ticket.order.edition_id)
    kinds = [kind.pk for kind in ticket_types]
    shares = shares_of(kinds)
    group = public_groups((ticket,), shares).get(ticket.pk)
    wanted = {one.quota: one for one in shares if any(one.takes(kind, group) for kind in kinds)}
    held = {place.quota_id: place for place in Place.objects.filter(ticket=ticket)}
    for quota in sorted(wanted.keys() ^ held.keys()):
        if quota in wanted:
            _take(ticket, wanted[quota])
        else:
            _give_back(held[quota])
    if held.keys() - wanted.keys():
        offer_what_is_free(ticket.order.edition_id)
    goes_beyond = ticket.voucher is not None and ticket.voucher.goes_beyond
    taken = wanted.keys() - held.keys()
    if taken and not goes_beyond and WaitingEntry.objects.are_passed_by([ticket], taken=taken):
        raise Refusal(
            _("What came free of “%(type)s” is kept for those who wait for it. Choose another ticket.")
            % {"type": ticket.ticket_type},
            field="ticket_type",
        )


def _take(ticket: Ticket, share: Share) -> None:
    is_extra = False
    if share.is_released or (ticket.voucher is not None and ticket.voucher.goes_beyond):
        is_extra = not Quota.take_one(share.quota)
    else:
        Quota.take_within(share.quota, 1, [ticket])
    Place.objects.create(ticket=ticket, quota_id=share.quota, is_extra=is_extra)


def _give_back(place: Place) -> None:
    place.delete()
    if not place.is_extra:
        Quota.objects.filter(pk=place.quota_id).update(taken=F("taken") - 1)
