from __future__ import annotations

import logging
from copy import copy

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Message
from registration.models.order import Order
from registration.models.overdue import free_overdue
from registration.models.places_held import hold_places_of
from registration.models.refund import Refund
from registration.models.settlement import Settlement
from registration.models.ticket import Ticket
from registration.models.ticket_type import TicketType
from registration.models.type_change_queryset import TypeChangeQuerySet
from registration.models.type_offer import TypeOffer
from registration.models.wish import Wanted

log = logging.getLogger(__name__)


class TypeChange(models.Model):
    """A ticket's change to another type, at the price agreed (minor units of the edition's currency).

    done        waiting ──carry out──▶ done        waiting ──lapse──▶ lapsed        waiting ──withdraw──▶ dropped

    What costs no more is done at once, as is the change of a ticket that is not paid yet. A confirmed ticket that
    becomes dearer waits for the difference, until `pay_by`, and holds the places of both types meanwhile: whatever
    happens to the money, a place is there.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for the difference")
        DONE = "done", _("Done")
        LAPSED = "lapsed", _("Not paid in time")
        DROPPED = "dropped", _("Withdrawn")

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="type_changes", verbose_name=_("ticket"), editable=False
    )
    from_type = models.ForeignKey(
        TicketType, models.PROTECT, related_name="changes_from", verbose_name=_("from"), editable=False
    )
    to_type = models.ForeignKey(
        TicketType, models.PROTECT, related_name="changes_to", verbose_name=_("to"), editable=False
    )
    from_price = models.PositiveIntegerField(_("price before"), editable=False)
    price = models.PositiveIntegerField(_("price"), editable=False)
    keeps_voucher = models.BooleanField(default=False, editable=False)
    status = models.CharField(_("state"), max_length=7, choices=Status.choices, editable=False)
    asked_at = models.DateTimeField(_("asked for at"), default=timezone.now, editable=False)
    pay_by = models.DateTimeField(_("to be paid by"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    objects = TypeChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of type")
        verbose_name_plural = _("changes of type")
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(status="waiting"), name="one_waiting_change_a_ticket"
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_type} → {self.to_type}"

    @property
    def edition(self) -> Edition:
        """The edition of its ticket."""
        return self.ticket.edition

    @property
    def is_waiting(self) -> bool:
        """Whether its difference is still to be paid."""
        return self.status == self.Status.WAITING

    @property
    def difference(self) -> int:
        """What it costs more than before, in minor units; negative when it costs less."""
        return self.price - self.from_price

    @classmethod
    def ask(cls, ticket: Ticket, to: TicketType, *, price: int, back: int = 0, by: Actor) -> TypeChange:
        """Change `ticket` to the type `to`; `price` and `back` are those that the page showed (minor units): what it
        costs, and what is paid back. Asking twice is asking once.

        Raises Refusal when it cannot be changed any more, the type is not on offer to it, or costs something else by
        now, no place is left, or money may be coming through a payment page.
        """
        try:
            return cls._ask(ticket, to, price, back, by=by)
        except Refusal:
            free_overdue([Wanted(to, ticket.group, {})])
        return cls._ask(ticket, to, price, back, by=by)

    @classmethod
    @transaction.atomic
    def _ask(cls, ticket: Ticket, to: TicketType, price: int, back: int, *, by: Actor) -> TypeChange:
        order = Order.objects.held(ticket.order_id)
        order.hold_tickets()
        now, ticket = timezone.now(), Ticket.objects.held(ticket.pk)
        done = ticket.type_changes.newest()
        if done and (done.to_type_id, done.price) == (to.pk, price) and done.is_as_asked(ticket):
            return done
        ticket.must_allow("type")
        order.refuse_while_money_may_come()
        offers = {one.ticket_type.pk: one for one in TypeOffer.all_for(ticket, order, now)}
        if to.pk not in offers:
            raise Refusal(_("This ticket is not on offer any more. Choose another one."), field="ticket_type")
        offer = offers[to.pk]
        change = cls(
            ticket=ticket,
            from_type=ticket.ticket_type,
            to_type=offer.ticket_type,
            from_price=ticket.price,
            price=offer.price,
            keeps_voucher=offer.voucher is not None,
            asked_at=now,
        )
        settlement = change._settlement(order)
        if (price, back) != (change.price, settlement.total_back if settlement else 0):
            raise Refusal(
                _("“%(type)s” was changed a moment ago. Please look at it again.") % {"type": to},
                field="ticket_type",
            )
        change._begin(order, settlement, by=by)
        log.info("ticket %s: to type %s asked for by %s", ticket.pk, to.pk, by.label)
        return change

    def is_as_asked(self, ticket: Ticket) -> bool:
        """Whether it has led `ticket` where it is, or is about to."""
        return self.is_waiting or (
            self.status == self.Status.DONE and ticket.ticket_type_id == self.to_type_id
        )

    def was_chosen_by(self, value: str) -> bool:
        """Whether a page's choice, `type.price.…`, is this change."""
        return value.startswith(f"{self.to_type_id}.{self.price}.")

    def _settlement(self, order: Order) -> Settlement | None:
        if not self.ticket.admits or self.difference >= 0:
            return None
        settlement = Settlement.of_cheaper(order, self.ticket, self.price)
        return settlement if settlement.is_decided else None

    def _begin(self, order: Order, settlement: Settlement | None, *, by: Actor) -> None:
        if self.ticket.admits and self.difference > order.overpaid:
            order.must_owe_nothing_else()
            self.status = self.Status.WAITING
            self.pay_by = min(self.asked_at + Order.PAYMENT_TIME, order.edition.over_at)
            self.save()
            order.tell_buyer(at_once=True)
            wanting = copy(self.ticket)
            wanting.ticket_type = self.to_type
            wanting.voucher = self.ticket.voucher if self.keeps_voucher else None
            hold_places_of(wanting, self.from_type, self.to_type)
            return
        self.status = self.Status.WAITING
        self.save()
        self._do(by=by)
        if settlement:
            Refund.ask_for(order, settlement.total_back, by=by)
            order.keep_by_rule(settlement.kept, by=by)
        hold_places_of(self.ticket, self.to_type)
        if not self.ticket.admits:
            order.confirm_what_is_paid(by=by)  # what came already may be enough by now

    def carry_out(self, *, by: Actor) -> None:
        """Let the ticket be of the other type, now that the difference has come. Who calls holds the order."""
        self.ticket = Ticket.objects.held(self.ticket_id)
        self._do(by=by)
        hold_places_of(self.ticket, self.to_type)

    def _do(self, *, by: Actor) -> None:
        self._end(self.Status.DONE)
        self.ticket.become(self.to_type, price=self.price, keeps_voucher=self.keeps_voucher, by=by)

    @transaction.atomic
    def withdraw(self, *, by: Actor) -> None:
        """Leave the ticket as it is after all. Raises Refusal when it does not wait any more, or when money may be
        coming through a payment page."""
        self.ticket.order.refuse_while_money_may_come()
        self._leave(self.Status.DROPPED, by=by)

    @transaction.atomic
    def lapse(self, *, by: Actor) -> None:
        """Leave the ticket as it is, since the difference was not paid in time; its buyer is told. Raises Refusal when
        it does not wait any more, has time left, or when money may be coming through a payment page."""
        self.ticket.order.refuse_while_money_may_come()
        self._leave(self.Status.LAPSED, by=by, among=TypeChange.objects.overdue())
        order = self.ticket.order
        Message.queue("type-change-lapsed", about=self, to=order.email, language=order.language)

    def _leave(self, status: Status, *, by: Actor, among: TypeChangeQuerySet | None = None) -> None:
        ticket = Ticket.objects.held(self.ticket_id)
        self._end(status, among=among)
        log.info("ticket %s: change of type %s by %s", ticket.pk, status, by.label)
        hold_places_of(ticket, ticket.ticket_type)

    def _end(self, status: Status, *, among: TypeChangeQuerySet | None = None) -> None:
        rows = TypeChange.objects.waiting() if among is None else among
        now = timezone.now()
        if not rows.filter(pk=self.pk, status=self.Status.WAITING).update(status=status, ended_at=now):
            raise Refusal(_("This change does not wait for anything any more."))
        self.status, self.ended_at = status, now
