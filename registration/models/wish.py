from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.models import Edition, PageVersion, StakeholderGroup
from registration.models.ticket_type import TicketType
from registration.models.voucher import Voucher


@dataclass(frozen=True)
class Wish:
    """What somebody asks for on the registration page: a ticket type under a group, for a person, with a voucher or
    without.

    `person` holds the fields of Attendee. `key` is the one-time key of the page that was confirmed, `terms` those of
    the ticket type as that page showed them; empty when nobody was shown any. `by_hand` an organizer asks for it, who
    may also when registration is closed, for what is not on offer, for any group, and approves it by that.
    """

    edition: Edition
    ticket_type: TicketType
    group: StakeholderGroup
    person: dict[str, Any]
    key: str
    language: str
    agreed_to: list[PageVersion] = field(default_factory=list)
    terms: str = ""
    voucher: Voucher | None = None
    by_hand: bool = False

    def as_on_offer(self, moment: datetime) -> Wish:
        """The wish with its ticket type as it is now, its price at `moment` above all: the one of placing.

        Raises Refusal when registration is closed, or the type is not on offer, for other groups, or at other terms,
        or the voucher does not fit.
        """
        if self.by_hand and (self.edition.is_over or self.edition.cancelled_at):
            raise Refusal(_("The forum is over, or does not take place."))
        if not self.by_hand and not self.edition.takes_registrations:
            raise Refusal(_("Registration is closed at the moment."))
        voucher = Voucher.objects.as_it_is(self.voucher) if self.voucher else None
        if self.voucher and voucher is None:
            raise Refusal(
                _("The voucher “%(code)s” is not valid any more.") % {"code": self.voucher}, field="voucher"
            )
        types = TicketType.objects
        offer = types.of_edition(self.edition) if self.by_hand else types.on_offer(self.edition, voucher)
        found = offer.as_it_is(self.ticket_type)
        offered = found.seen_with(voucher) if found else None
        if offered is None:
            raise Refusal(_("This ticket is not on offer any more. Choose another one."), field="ticket_type")
        fits = self.by_hand or offered.is_for(self.group)
        if self.group.edition_id != self.edition.pk or not fits:
            raise Refusal(
                _("“%(type)s” is for other groups than yours. Choose another ticket, or another group.")
                % {"type": offered},
                field="ticket_type",
            )
        if voucher:
            voucher.must_fit(offered, self.group)
        if self.terms and self.terms != offered.terms_at(moment):
            raise Refusal(
                _("“%(type)s” was changed a moment ago. Please look at it again.") % {"type": offered},
                field="ticket_type",
            )
        return replace(self, ticket_type=offered, voucher=voucher)
