from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.models import Edition, PageVersion, StakeholderGroup
from registration.models.place_offer import PlaceOffer
from registration.models.question import Question
from registration.models.ticket_type import TicketType
from registration.models.types_on_offer import as_it_is_on_offer
from registration.models.voucher import Voucher

if TYPE_CHECKING:
    from registration.models.guest import Guest


@dataclass(frozen=True)
class Wanted:
    """One ticket that somebody asks for: a type under a group, for a person, with a voucher or without; with an offer,
    for the place that is kept by it.

    `person` holds the fields of Attendee. `terms` are those of the ticket type as the page showed them; empty when
    nobody was shown any. `guest` is who was invited to it: their link opens what others cannot have. `answers` are
    those to the edition's questions.
    """

    ticket_type: TicketType
    group: StakeholderGroup
    person: dict[str, Any]
    voucher: Voucher | None = None
    terms: str = ""
    guest: Guest | None = None
    offer: PlaceOffer | None = None
    answers: Mapping[Question, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for on a registration page: one ticket or several, of one edition.

    `email` is the buyer's. `key` is the one-time key of the page that was confirmed. `by_hand` an organizer asks for
    it, who may also when registration is closed, for what is not on offer, for any group, and approves it by that.
    """

    edition: Edition
    wanted: tuple[Wanted, ...]
    email: str
    key: str
    language: str
    agreed_to: list[PageVersion] = field(default_factory=list)
    by_hand: bool = False

    def invited(self, guest: Guest) -> Wish:
        """The same wish by somebody who was invited."""
        return replace(self, wanted=tuple(replace(one, guest=guest) for one in self.wanted))

    def as_on_offer(self, moment: datetime, *, had: Counter[int] | None = None) -> Wish:
        """The wish with its ticket types as they are now, their prices at `moment` above all: the one of placing.

        `had` says how many live tickets of each type, by its key, the order has already. Raises Refusal when
        registration is closed, or a type is not on offer, for other groups, at other terms, too few or too many of it,
        or a voucher does not fit.
        """
        if self.by_hand and (self.edition.is_over or self.edition.cancelled_at):
            raise Refusal(_("The forum is over, or does not take place."))
        is_free = self.by_hand or all(one.guest for one in self.wanted)
        if not is_free and not self.edition.takes_registrations:
            raise Refusal(_("Registration is closed at the moment."))
        read: _Read = {}
        wanted = tuple(self._as_offered(one, moment, read) for one in self.wanted)
        if not self.by_hand:
            _must_be_enough(tuple(one for one in wanted if not one.guest), had or Counter())
        return replace(self, wanted=wanted)

    def _as_offered(self, one: Wanted, moment: datetime, read: _Read) -> Wanted:
        known = (
            one.ticket_type.pk,
            one.voucher.pk if one.voucher else None,
            one.guest.pk if one.guest else None,
        )
        if one.guest:
            one.guest.must_be_open()
        if known not in read:
            read[known] = self._read(one)
        offered, voucher = read[known]
        if one.offer:
            one.offer.must_be_for(offered, one.group)
            offered = offered.seen_with(voucher, one.offer)
        fits = self.by_hand or one.guest or offered.is_for(one.group)
        if one.group.edition_id != self.edition.pk or not fits:
            raise Refusal(
                _("“%(type)s” is for other groups than yours. Choose another ticket, or another group.")
                % {"type": offered},
                field="ticket_type",
            )
        if voucher:
            voucher.must_fit(offered, one.group)
        if one.terms and one.terms != offered.terms_at(moment):
            raise Refusal(
                _("“%(type)s” was changed a moment ago. Please look at it again.") % {"type": offered},
                field="ticket_type",
            )
        return replace(one, ticket_type=offered, voucher=voucher)

    def _read(self, one: Wanted) -> tuple[TicketType, Voucher | None]:
        voucher = Voucher.objects.as_it_is(one.voucher) if one.voucher else None
        if one.voucher and voucher is None:
            raise Refusal(
                _("The voucher “%(code)s” is not valid any more.") % {"code": one.voucher}, field="voucher"
            )
        types = TicketType.objects
        if one.guest:
            found = one.guest.offered()
        elif self.by_hand:
            found = types.of_edition(self.edition).as_it_is(one.ticket_type)
        elif voucher:
            found = types.on_offer(self.edition, voucher).as_it_is(one.ticket_type)
        else:
            found = as_it_is_on_offer(one.ticket_type, self.edition)
        if found is None:
            raise Refusal(_("This ticket is not on offer any more. Choose another one."), field="ticket_type")
        return found.seen_with(voucher), voucher


# Each ticket type, with the voucher with which it is wanted and who was invited to it, as it is now; by their keys.
_Read = dict[tuple[int, int | None, int | None], tuple[TicketType, Voucher | None]]


def _must_be_enough(wanted: tuple[Wanted, ...], had: Counter[int]) -> None:
    """Raise Refusal when there are too few or too many of a type, with those that the order `had` before."""
    numbers = Counter(one.ticket_type.pk for one in wanted)
    for kind in {one.ticket_type.pk: one.ticket_type for one in wanted}.values():
        number = numbers[kind.pk] + had[kind.pk]
        if kind.max_per_order is not None and number > kind.max_per_order:
            raise Refusal(
                _("Of “%(type)s” one order may have %(most)s at most.")
                % {"type": kind, "most": kind.max_per_order},
                field="ticket_type",
            )
        if number < kind.min_per_order:
            raise Refusal(
                _("“%(type)s” is for delegations: there are to be %(least)s or more of it in one order.")
                % {"type": kind, "least": kind.min_per_order},
                field="ticket_type",
            )
