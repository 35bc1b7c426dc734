from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from forum.money import written
from registration.models.ticket_status import Status

if TYPE_CHECKING:
    from registration.models.order import Order


class InWords:
    """What there is to say about a line of a statement before somebody decides: why this order, and what would come of
    it. Nothing of it is stored: an order may be paid or given up while the line waits."""

    order: Order | None
    edition: Any
    amount: int
    currency: str
    found_by: str
    status: str

    @property
    def is_sure(self) -> bool:
        """Whether it needs no second look: the code stands in it as it is, and it is just what is owed."""
        order = self.order
        return (
            (self.status, self.found_by) == ("suggested", "code")
            and order is not None
            and order.is_payable
            and order.checkout is None
            and (self.amount, self.currency) == (order.balance, self.edition.currency)
        )

    @property
    def how_sure(self) -> str:
        """Sure, likely or perhaps."""
        if self.is_sure:
            return _("Sure")
        if self.found_by in {"code", "hand"}:
            return _("Sure of the order, not of the amount") if self.consequences else _("Sure of the order")
        return _("Likely") if self.found_by == "misread" else _("Perhaps")

    @property
    def why(self) -> str:
        """Why the order was suggested."""
        return {
            "code": _("Its code stands in the text."),
            "misread": _("Its code stands in the text with signs that look alike, as 0 for Q, or 5 for S."),
            "name": _("It waits for just this amount, and the payer’s name resembles an attendee’s."),
            "email": _("It waits for just this amount, and the payer’s name resembles the buyer’s e-mail."),
            "hand": _("An organizer named it."),
        }.get(self.found_by, "")

    @property
    def consequences(self) -> list[str]:
        """What differs from what is owed, and what booking leads to; nothing when all is as it should be."""
        order = self.order
        if order is None:
            return []
        said = []
        ours = self.edition.currency
        if self.currency != ours:
            return [
                _(
                    "It is in %(theirs)s, and the order in %(ours)s: booked, it pays for nothing. Better book what it "
                    "came to in %(ours)s by hand, among the payments, and leave this line aside."
                )
                % {"theirs": self.currency, "ours": ours}
            ]
        if order.checkout is not None:
            said.append(_("A payment page of this order is open: it may be paid a second time there."))
        if not order.is_payable:
            return [*said, self._when_nothing_is_owed(order)]
        difference = self.amount - order.balance
        if difference < 0:
            said.append(
                _(
                    "%(amount)s are missing. Booked, the place stays reserved, and the buyer is told by mail what is "
                    "missing and until when."
                )
                % {"amount": written(-difference, ours)}
            )
        if difference > 0:
            said.append(
                _("%(amount)s too much. Booked, the tickets are confirmed, and the rest is to be paid back.")
                % {"amount": written(difference, ours)}
            )
        return said

    def _when_nothing_is_owed(self, order: Order) -> str:
        states = {ticket.status for ticket in order.tickets.all()}
        if Status.REQUESTED in states:
            return _("Its request has not been answered yet. Booked, it is confirmed once you approve it.")
        if order.is_live:
            return _("It is paid already, or costs nothing. Booked, all of this is to be paid back.")
        if Status.EXPIRED in states:
            return _(
                "Its time to pay has passed. Booked, it gets a place if one is left and this is enough; else it is to "
                "be paid back, and the buyer is told."
            )
        return _(
            "It was cancelled or declined. Booked, all of this is to be paid back, and the buyer is told."
        )
