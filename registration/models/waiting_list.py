"""The waiting lists of an edition: whose turn it is, and that nobody passes by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition
from registration.models.place import Place
from registration.models.place_offer import PlaceOffer
from registration.models.waiting_entry import WaitingEntry

if TYPE_CHECKING:
    from registration.models.ticket import Ticket

AT_ONCE = 100  # offers, in one go


@dataclass(frozen=True)
class WaitingList:
    """All that wait in an edition, in their turn."""

    edition: Edition

    @staticmethod
    def editions() -> Iterable[Edition]:
        """Those in which somebody waits, or a place is kept for somebody."""
        return Edition.objects.filter(
            ticket_types__waiting_entries__in=WaitingEntry.objects.live()
        ).distinct()

    def pass_on(self, *, by: Actor) -> int:
        """End the offers past their time, and offer what is free to those whose turn it is; how many were made."""
        for late in PlaceOffer.objects.overdue().of_edition(self.edition):
            try:
                late.lapse(by=by)
            except Refusal:  # a rival was first
                continue
        made = 0
        for _turn in range(AT_ONCE if self.edition.takes_registrations else 0):
            entry = WaitingEntry.objects.next_of(self.edition)
            if entry is None:
                break
            try:
                PlaceOffer.make(entry, by=by)
                made += 1
            except Refusal:  # somebody else has just offered to them, or taken the place
                continue
        return made

    @staticmethod
    def take_in_turn(*tickets: Ticket) -> None:
        """Take places as `Place.take` does, but none that belongs to who waits.

        Raises Refusal when one is full, or when somebody who waits could have had it; the caller's transaction must
        then be given up. A voucher that goes beyond the quota passes by.
        """
        Place.take(*tickets)
        bound = [one for one in tickets if not (one.voucher and one.voucher.goes_beyond)]
        if bound and WaitingEntry.objects.are_passed_by(bound):
            raise Refusal(
                _("What came free of “%(type)s” is kept for those who wait for it. Choose another ticket.")
                % {"type": bound[0].ticket_type},
                field="ticket_type",
            )
