from __future__ import annotations

import logging
from datetime import timedelta

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Greatest, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_code, new_secret
from forum.errors import Refusal
from forum.models import Edition, Message, PageVersion
from registration.models.billing_nudge import bill_soon
from registration.models.guest import Guest
from registration.models.order_billing import Billing
from registration.models.order_links import Linked
from registration.models.order_money import Owing
from registration.models.order_placing import Placing
from registration.models.order_queryset import OrderQuerySet
from registration.models.place import Place
from registration.models.ticket_status import IN_WORDS
from registration.models.voucher import Voucher

log = logging.getLogger(__name__)


class Order(Owing, Billing, Linked, Placing):
    """One purchase. Its state and balance are derived from its tickets and payments."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="orders", verbose_name=_("edition"))
    code = models.CharField(_("code"), max_length=12, unique=True, default=new_code, editable=False)
    secret = models.CharField(max_length=40, default=new_secret, editable=False)
    key = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=12)
    placed_at = models.DateTimeField(_("placed at"), default=timezone.now, editable=False)
    agreed_to = models.ManyToManyField(
        PageVersion, blank=True, editable=False, related_name="orders", verbose_name=_("agreed to")
    )
    kept = models.PositiveIntegerField(
        _("kept"),
        default=0,
        editable=False,
        help_text=_(
            "Money that no ticket stands against any more, and that is not paid back: a cancellation fee."
        ),
    )
    agreed_at = models.DateTimeField(_("agreed at"), null=True, editable=False)

    objects = OrderQuerySet.as_manager()

    # Whether there may be a mail about its tickets that failed, and answers to what the edition asks: where a page has
    # asked that; no columns.
    has_failed_mail = has_answers = True

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-placed_at",)
        indexes = (models.Index(Lower("email"), name="order_email"),)

    def __str__(self) -> str:
        return self.code

    @property
    def in_words(self) -> str:
        """Where it stands, said to its holder: the best of its tickets' states."""
        states = {ticket.status for ticket in self.tickets.all()}
        return next((str(words) for status, words in IN_WORDS.items() if status in states), str(self))

    @property
    def is_live(self) -> bool:
        """Whether one of its tickets may still lead somebody in."""
        return any(ticket.is_live for ticket in self.tickets.all())

    @property
    def is_undelivered(self) -> bool:
        """Whether its last mail could not be delivered, because of the address or of anything else."""
        if not self.has_failed_mail:
            return False
        mail = Message.objects.newest_about(self.tickets.all(), to=self.email)
        return mail is not None and mail.status == Message.Status.FAILED

    @property
    def is_cancellable(self) -> bool:
        """Whether its holder may still give it up."""
        return self.is_live and not self.edition.is_over

    @property
    def takes_people(self) -> bool:
        """Whether its buyer may add people to it now."""
        live = sum(ticket.is_live for ticket in self.tickets.all())
        return self.edition.takes_registrations and 0 < live < self.MOST

    def tell_buyer(self, *, at_once: bool = False) -> None:
        """Mail its buyer how it stands: of what happens to several tickets within a minute, one mail tells."""
        now, key, waits = timezone.now(), "", None
        if not at_once:
            minute = now.replace(second=0, microsecond=0)
            key, waits = f"order-state:{self.pk}:{minute.isoformat()}", minute + timedelta(seconds=90)
        Message.queue(
            "order-state",
            about=self,
            to=self.email,
            language=self.language,
            edition=self.edition,
            key=key,
            not_before=waits,
        )

    @transaction.atomic
    def keep(self, amount: int, *, by: Actor) -> None:
        """Keep that much of what was received beyond what its tickets cost (minor units), instead of paying it back.

        Raises Refusal when less than that is left over.
        """
        if not 0 < amount <= Order.objects.held(self.pk).overpaid:
            raise Refusal(_("So much is not left over in this order."), field="amount")
        self.keep_by_rule(amount, by=by)

    def keep_by_rule(self, amount: int, *, by: Actor) -> None:
        """Keep what a rule does not give back of what was paid (minor units). Who calls holds the order."""
        if amount:
            Order.objects.filter(pk=self.pk).update(kept=F("kept") + amount)
            bill_soon(self.pk)
            log.info("order %s: %s kept by %s", self.code, amount, by.label)

    def keep_less(self, amount: int) -> None:
        """Keep so much less than before (minor units), since it is paid back after all. Who calls holds the order."""
        if amount > 0:
            Order.objects.filter(pk=self.pk).update(kept=Greatest(F("kept") - amount, 0))
            bill_soon(self.pk)

    def refuse_while_money_may_come(self) -> None:
        """Keep payment pages from being opened until the transaction ends. Raises Refusal while one is open: it is
        closed at the provider first (`payments.checkouts.close`)."""
        Order.objects.select_for_update().get(pk=self.pk)
        if self.checkouts.open().exists():
            raise Refusal(_("A payment for this order is under way. Please try again in some minutes."))

    def get_absolute_url(self) -> str:
        return reverse("order", kwargs={"code": self.code, "secret": self.secret})

    def hold_tickets(self) -> None:
        """Keep its tickets, and the invitations and vouchers that they use, from others until the transaction ends.

        To be called before places are taken or given back, when money that is left over may then revive a ticket that
        uses them anew: afterwards, to wait for them would be waiting in a circle.
        """
        list(self.tickets.locked())
        Guest.objects.hold_those_of(self)
        Voucher.objects.hold_those_of(self)

    @transaction.atomic
    def confirm_what_is_paid(self, *, by: Actor) -> None:
        """Confirm what the money received for it reaches for, first whose time to pay ends first, then what waits to
        become dearer; log an error when some is left over."""
        self.hold_tickets()  # before they are read: a sweep may be expiring them
        order = Order.objects.with_tickets().get(pk=self.pk)
        tickets = list(order.tickets.all())
        payable = [ticket for ticket in tickets if ticket.is_payable]
        changes = [one.waiting_change for one in tickets if one.awaited and one.waiting_change]
        awaited = sum(one.price for one in payable) + sum(one.difference for one in changes)
        left = awaited - order.balance
        for ticket in sorted(payable, key=lambda one: (one.reserved_until or one.status_changed_at, one.pk)):
            if ticket.price <= left:
                ticket.confirm(by=by)
                left -= ticket.price
        for change in sorted(changes, key=lambda one: (one.pay_by or one.asked_at, one.pk)):
            if change.difference <= left:
                change.carry_out(by=by)
                left -= change.difference
        if changes:
            order = Order.objects.with_tickets().get(pk=self.pk)  # what became dearer has its price by now
        for ticket in order.tickets.all():
            if ticket.is_revivable and order.balance + ticket.price <= 0:
                try:
                    with transaction.atomic():
                        Guest.objects.have_it_after_all(ticket)
                        ticket.revive(by=by)
                except Refusal as refusal:
                    ticket.refresh_from_db(fields=["status", "status_changed_at", "reserved_until"])
                    log.warning("ticket %s: paid late and not revived: %s", ticket.pk, refusal)
        if order.overpaid:
            log.error("order %s: %s too much was received", order.code, order.overpaid)

    @transaction.atomic
    def cancel(self, *, by: Actor) -> None:
        """Give all its live tickets up, and their places back. Raises Refusal when there are none, or when the forum
        is over."""
        tickets = [
            ticket for ticket in self.tickets.select_related("attendee", "order__edition") if ticket.is_live
        ]
        if not tickets or self.edition.is_over:
            raise Refusal(_("This order is over, so there is nothing left to cancel."))
        for ticket in tickets:
            ticket.give_up(by=by)
        Voucher.give_back(*tickets)
        Place.give_back(*tickets)
