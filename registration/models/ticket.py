from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_secret
from forum.errors import Refusal
from forum.models import Edition, Message, StakeholderGroup
from registration.models.billing_nudge import bill_soon
from registration.models.place import Place
from registration.models.ticket_changing import Changing
from registration.models.ticket_queryset import TicketQuerySet
from registration.models.ticket_status import HOLDING, LIVE, Status
from registration.models.ticket_type import TicketType
from registration.models.voucher import Voucher
from registration.models.waiting_list import WaitingList

if TYPE_CHECKING:
    from registration.models.questionnaire import Answered

log = logging.getLogger(__name__)


class Ticket(Changing):
    """One attendee's right to enter, at the price agreed (minor units of the edition's currency).

    requested ──approve──▶ reserved ──confirm──▶ confirmed ──cancel──▶ cancelled
        └─decline─▶ declined   └─expire─▶ expired ─revive─▶ confirmed

    A requested ticket holds no place; reserved and confirmed ones do. Each verb is one conditional UPDATE, so that of
    two rivals one wins.
    """

    order = models.ForeignKey(
        "registration.Order", models.PROTECT, related_name="tickets", verbose_name=_("order")
    )
    ticket_type = models.ForeignKey(
        TicketType, models.PROTECT, related_name="tickets", verbose_name=_("ticket type")
    )
    group = models.ForeignKey(
        StakeholderGroup, models.PROTECT, related_name="tickets", verbose_name=_("stakeholder group")
    )
    price = models.PositiveIntegerField(_("price"))
    tax_rate = models.PositiveIntegerField(
        _("tax rate"), default=0, editable=False, help_text=_("The one agreed, in hundredths of a percent.")
    )
    voucher = models.ForeignKey(
        Voucher, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("voucher")
    )
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, editable=False)
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    badge_token = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    reserved_until = models.DateTimeField(_("reserved until"), null=True, blank=True, editable=False)
    status_changed_at = models.DateTimeField(_("state changed at"), default=timezone.now, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)
    due_back = models.PositiveIntegerField(
        _("comes back"),
        null=True,
        editable=False,
        help_text=_("By the refund rules, when its holder cancelled it. Empty: an organizer decides."),
    )

    objects = TicketQuerySet.as_manager()

    answered: Answered | None = (
        None  # what its attendee is asked and has answered, where a page shows that; no column
    )

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ("pk",)
        indexes = (models.Index(fields=["status", "reserved_until"], name="ticket_overdue"),)

    def __str__(self) -> str:
        return f"{self.order.code} · {self.ticket_type}"

    @property
    def edition(self) -> Edition:
        return self.order.edition

    def get_absolute_url(self) -> str:
        return reverse("ticket", kwargs={"secret": self.secret})

    @property
    def is_live(self) -> bool:
        """Whether it may still lead somebody in."""
        return self.status in LIVE

    @property
    def is_requested(self) -> bool:
        """Whether somebody is to say yes or no to it."""
        return self.status == Status.REQUESTED

    @property
    def holds_place(self) -> bool:
        """Whether a place is kept for it, paid or not."""
        return self.status in HOLDING

    @property
    def admits(self) -> bool:
        """Whether it leads its attendee in, and so has a badge."""
        return self.status == Status.CONFIRMED

    @property
    def is_payable(self) -> bool:
        """Whether money is waited for."""
        return self.status == Status.RESERVED and self.price > 0

    @property
    def is_revivable(self) -> bool:
        """Whether money that comes late may still lead its attendee in."""
        takes_place = not self.edition.is_over and self.edition.cancelled_at is None
        return self.status == Status.EXPIRED and takes_place

    @property
    def refunded(self) -> int:
        """What is paid back for it, or about to be, in minor units."""
        return sum(refund.amount for refund in self.refunds.all() if refund.counts)

    @property
    def still_due(self) -> int:
        """What an organizer pays back for it, as the rules say, if nothing else took it since; in minor units."""
        return min(max(0, self.due_back - self.refunded), self.order.overpaid) if self.due_back else 0

    @transaction.atomic
    def approve(self, *, by: Actor) -> None:
        """Say yes to a requested ticket: it takes its places, is confirmed when free or paid already, else reserved.

        Raises Refusal when it is not requested, or when no place is left but for those who wait.
        """
        order = type(self.order)._default_manager.held(self.order_id)
        due = timezone.now() + self.order.PAYMENT_TIME
        self._move({Status.REQUESTED}, to=Status.RESERVED, by=by, reserved_until=due)
        if self.price == 0 or order.balance <= -self.price:
            self.confirm(by=by)
        else:
            self.tell("ticket-approved")
        WaitingList.take_in_turn(self)

    def decline(self, *, by: Actor, reason: str = "") -> None:
        """Say no to a requested ticket; the reason is mailed. Raises Refusal when it is not requested."""
        with transaction.atomic():
            self._move({Status.REQUESTED}, to=Status.DECLINED, by=by, reason=reason)
            self.tell("ticket-declined")
            Voucher.give_back(self)

    def confirm(self, *, by: Actor) -> None:
        """Turn a reserved ticket into a promise: it now admits its attendee. Raises Refusal when it is not reserved."""
        with transaction.atomic():
            self._move({Status.RESERVED}, to=Status.CONFIRMED, by=by, reserved_until=None)
            self.tell("ticket-confirmed")

    @transaction.atomic
    def confirm_by_hand(self, *, by: Actor) -> None:
        """Confirm it for money that is booked nowhere. Raises Refusal when it is not reserved, or when money may still
        come through a payment page."""
        self.order.refuse_while_money_may_come()
        self.confirm(by=by)

    def expire(self, *, by: Actor) -> None:
        """End a reservation past its time and give its places back.

        Raises Refusal when it is not reserved, has time left, or when money may still come through a payment page.
        """
        with transaction.atomic():
            if self.order.checkouts.open().exists():
                raise Refusal(_("A payment may still come for this ticket."))
            # A page opened just now moved the time; another type may have come without the voucher.
            overdue = Ticket.objects.filter(reserved_until__lt=timezone.now())
            self._move({Status.RESERVED}, among=overdue, to=Status.EXPIRED, by=by)
            self.refresh_from_db(fields=["voucher"])
            self.tell("ticket-expired")
            Voucher.give_back(self)
            Place.give_back(self)

    @transaction.atomic
    def revive(self, *, by: Actor) -> None:
        """Turn an expired ticket, whose money came late, into a promise after all: it takes its places again.

        Only a payment leads here. Raises Refusal, and changes nothing, when it is not expired, no place is left but for
        those who wait, or somebody else has used its voucher meanwhile.
        """
        self._move({Status.EXPIRED}, to=Status.CONFIRMED, by=by, reserved_until=None)
        self.tell("ticket-confirmed")
        Voucher.take(self)
        WaitingList.take_in_turn(self)

    def cancel(self, *, by: Actor, reason: str = "") -> None:
        """Give a live ticket up, and its places back.

        Raises Refusal when it is not live any more, or when money may still come through a payment page.
        """
        with transaction.atomic():
            self.give_up(by=by, reason=reason)
            Voucher.give_back(self)
            Place.give_back(self)

    def give_up(self, *, by: Actor, reason: str = "", tells: bool = True) -> None:
        """The half of `cancel` that gives nothing back, for who cancels several and then gives all back. Whoever
        writes a mail about all of them does not let each tell its own (`tells`)."""
        self.order.refuse_while_money_may_come()
        self._move(set(LIVE), to=Status.CANCELLED, by=by, reason=reason)
        # It may have become another one meanwhile.
        self.refresh_from_db(fields=["ticket_type", "price", "voucher"])
        self.type_changes.drop()
        if tells:
            self.tell("ticket-cancelled")

    def _move(
        self,
        allowed: set[Status],
        *,
        to: Status,
        by: Actor,
        among: TicketQuerySet | None = None,
        **fields: object,
    ) -> None:
        changed = {"status": to, "status_changed_at": timezone.now(), **fields}
        rows = Ticket.objects.all() if among is None else among
        moved = rows.filter(pk=self.pk, status__in=allowed).update(**changed)
        if not moved:
            self.refresh_from_db(fields=["status"])
            raise Refusal(
                _("This ticket is already in the state “%(state)s”, so that cannot be done any more.")
                % {"state": self.get_status_display()}
            )
        log.info("ticket %s: %s by %s", self.pk, to, by.label)
        if self.price:
            bill_soon(self.order_id)
        for name, value in changed.items():
            setattr(self, name, value)

    def tell(self, letter: str) -> None:
        """Mail its attendee, and its buyer how the order stands when that is somebody else."""
        Message.queue(
            letter,
            about=self,
            to=self.attendee.email,
            language=self.order.language,
            edition=self.order.edition,
        )
        if self.attendee.email.casefold() != self.order.email.casefold():
            self.order.tell_buyer()
