from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Message
from registration.models.answer import keep
from registration.models.attendee import Attendee
from registration.models.guest import Guest
from registration.models.overdue import free_overdue
from registration.models.place_offer import PlaceOffer
from registration.models.ticket import Ticket
from registration.models.ticket_status import Status
from registration.models.voucher import Voucher
from registration.models.waiting_list import WaitingList
from registration.models.wish import Wanted, Wish

if TYPE_CHECKING:
    from registration.models.order import Order

log = logging.getLogger(__name__)


class Placing(models.Model):
    """How an order comes about, and how people are added to it."""

    PAYMENT_TIME = timedelta(days=14)
    MOST = 50  # people in one order

    objects: Any
    agreed_to: Any

    class Meta:
        abstract = True

    @classmethod
    def place(cls, wish: Wish, *, by: Actor) -> Order:
        """Turn a wish into an order, its tickets and its mails, or into nothing.

        A free ticket is confirmed at once, one that needs approval is requested, one to be paid is reserved. The same
        key gives the same order, however often and however close together it comes. Raises Refusal when registration
        is closed, a type is not for the group or not on offer, a voucher does not fit, or too few places are left.
        """
        now = timezone.now()  # one for all: a price that was agreed to does not end on the way
        try:
            wish = wish.as_on_offer(now)
        except Refusal:
            if done := cls.objects.placed_with(wish.key, wish.edition):
                return cast("Order", done)
            raise
        try:
            return cls._write_once(wish, now, by=by)
        except Refusal:
            # Tried again even when none was overdue: of two presses at once, the other may have just freed the place.
            free_overdue(wish.wanted)
        return cls._write_once(wish, now, by=by)

    @classmethod
    def _write_once(cls, wish: Wish, now: datetime, *, by: Actor) -> Order:
        """Write the order, or find the one that pressing twice at the same instant has written meanwhile."""
        try:
            return cls._write(wish, now, by=by)
        except (IntegrityError, Refusal) as fault:
            if done := cls.objects.placed_with(wish.key, wish.edition):
                return cast("Order", done)
            if isinstance(fault, IntegrityError):
                raise Refusal(_("This page was used already. Please fill in a new one.")) from None
            raise

    @classmethod
    @transaction.atomic
    def _write(cls, wish: Wish, now: datetime, *, by: Actor) -> Order:
        order: Order = cls.objects.create(
            edition=wish.edition,
            key=wish.key,
            email=wish.email,
            language=wish.language,
            placed_at=now,
            agreed_at=now if wish.agreed_to else None,
        )
        agreed: Any = cls.agreed_to.through  # it is new: nothing need be asked before
        agreed._default_manager.bulk_create(
            agreed(order_id=order.pk, pageversion_id=version.pk) for version in wish.agreed_to
        )
        log.info("order %s: placed by %s", order.code, by.label)
        order._take_in(wish, now)
        return order

    def add(self, wish: Wish, *, by: Actor) -> None:
        """Register further people in this order; the same key adds them once.

        Raises Refusal as `place` does, and when the order is over or has too many people then.
        """
        now = timezone.now()
        try:
            self._add_once(wish, now, by=by)
        except Refusal:
            free_overdue(wish.wanted)
            self._add_once(wish, now, by=by)

    def has_added_with(self, key: str) -> bool:
        """Whether people were added with this one-time key of a page already."""
        return Addition._default_manager.filter(order=cast("Order", self), key=key).exists()

    @transaction.atomic
    def _add_once(self, wish: Wish, now: datetime, *, by: Actor) -> None:
        order: Order = type(self).objects.held(self.pk)
        _addition, is_new = order.additions.get_or_create(key=wish.key, defaults={"added_at": now})
        if not is_new:
            return
        wish = wish.as_on_offer(now, had=order._had())
        if not order.is_live:
            raise Refusal(_("This order is over, so nobody can be added to it. Please register anew."))
        if sum(order._had().values()) + len(wish.wanted) > self.MOST:
            raise Refusal(
                _("One order has %(most)s people at most. Register the others in another one.")
                % {"most": self.MOST}
            )
        order.agreed_to.add(*wish.agreed_to)
        log.info("order %s: %s people added by %s", order.code, len(wish.wanted), by.label)
        order._take_in(wish, now)

    def _had(self) -> Counter[int]:
        """How many live tickets it has of each type, by the type's key."""
        return Counter(
            Ticket.objects.live().of_order(cast("Order", self)).values_list("ticket_type", flat=True)
        )

    def _take_in(self, wish: Wish, now: datetime) -> None:
        order = cast("Order", self)
        tickets = [order._ticket_for(one, now, is_approved=wish.by_hand) for one in wish.wanted]
        for ticket in tickets:
            letter = f"ticket-{ticket.status}"
            Message.queue(letter, about=ticket, to=ticket.attendee.email, language=order.language)
        if len(tickets) > 1 or tickets[0].attendee.email.casefold() != order.email.casefold():
            order.tell_buyer(at_once=True)
        invited = zip(wish.wanted, tickets, strict=True)
        Guest.use([(one.guest, ticket) for one, ticket in invited if one.guest], now)
        Voucher.take(*tickets)
        kept = PlaceOffer.take(zip(tickets, (one.offer for one in wish.wanted), strict=True))
        WaitingList.take_in_turn(*(ticket for ticket in tickets if ticket.holds_place and ticket not in kept))

    def _ticket_for(self, one: Wanted, now: datetime, *, is_approved: bool) -> Ticket:
        price, until = one.ticket_type.offered_at(now), None
        if one.ticket_type.needs_approval and not is_approved:
            status = Status.REQUESTED
        elif price == 0:
            status = Status.CONFIRMED
        else:
            status, until = Status.RESERVED, now + self.PAYMENT_TIME
        ticket = Ticket.objects.create(
            order=cast("Order", self),
            ticket_type=one.ticket_type,
            group=one.group,
            price=price,
            tax_rate=one.ticket_type.tax_rate,
            voucher=one.voucher,
            status=status,
            reserved_until=until,
        )
        attendee = Attendee.objects.create(ticket=ticket, **one.person)
        if one.answers:
            keep(attendee, one.answers)
        return ticket


class Addition(models.Model):
    """People who were added to an order later, all at once; `key` is the one-time key of the page."""

    order = models.ForeignKey("registration.Order", models.CASCADE, related_name="additions")
    key = models.CharField(max_length=64, unique=True)
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.order} · {self.added_at:%Y-%m-%d}"
