from __future__ import annotations

import logging

from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Message
from registration.models.bulk_plan import What, amount_for, split
from registration.models.bulk_refund import BulkRefund
from registration.models.order import Order
from registration.models.payment import Payment
from registration.models.place import Place
from registration.models.refund import Refund
from registration.models.ticket import Ticket
from registration.models.voucher import Voucher

log = logging.getLogger(__name__)

LETTER = "forum-cancelled"


class BulkRefundPartQuerySet(models.QuerySet["BulkRefundPart"]):
    """Orders that are paid back together."""

    def waiting(self) -> BulkRefundPartQuerySet:
        """Those that are not carried out yet."""
        return self.filter(done_at=None)

    def done(self) -> BulkRefundPartQuerySet:
        """Those that are."""
        return self.exclude(done_at=None)

    def of(self, bulk: BulkRefund) -> BulkRefundPartQuerySet:
        """Those of one bulk refund."""
        return self.filter(bulk=bulk)

    def with_a_note(self) -> BulkRefundPartQuerySet:
        """Those that somebody should look at."""
        return self.exclude(note="").select_related("order")

    def for_hands(self) -> BulkRefundPartQuerySet:
        """Those of which a person has to pay something, or had to, with all that tells how much is left."""
        found = self.filter(by_hand__gt=0).select_related("bulk", "order__edition").order_by("pk")
        return found.prefetch_related(
            *("order__tickets__type_changes", "order__payments__refunds", "order__payments__disputes"),
            "order__payments__statement_line",
        )


class BulkRefundPart(models.Model):
    """One order in a bulk refund, and what came of it; amounts in minor units of the edition's currency.

    `amount` is what was decided; of a cancelled forum it is found when the order's tickets are given up. `refunded`
    goes back by the provider, `by_hand` is for a person to pay.
    """

    bulk = models.ForeignKey(BulkRefund, models.CASCADE, related_name="parts", editable=False)
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="+", editable=False, verbose_name=_("order")
    )
    amount = models.PositiveIntegerField(_("amount"), default=0, editable=False)
    refunded = models.PositiveIntegerField(_("sent back"), default=0, editable=False)
    by_hand = models.PositiveIntegerField(_("to be paid by hand"), default=0, editable=False)
    tickets = models.PositiveSmallIntegerField(_("tickets cancelled"), default=0, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True, editable=False)

    objects = BulkRefundPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("order of a bulk refund")
        verbose_name_plural = _("orders of bulk refunds")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["bulk", "order"], name="an_order_is_in_a_bulk_refund_once"),
        )

    def __str__(self) -> str:
        return self.order.code

    @property
    def edition(self) -> Edition:
        return self.order.edition

    @transaction.atomic
    def carry_out(self, *, by: Actor) -> None:
        """Give up the order's tickets, if the forum is cancelled, and send its money back: all of it or, when this
        process dies, nothing. What was done before is not done again.

        Raises Refusal while money may still come through a payment page.
        """
        order = Order.objects.held(self.order_id)
        self.refresh_from_db()
        if self.done_at:
            return
        given_up = self._give_up(order, by=by) if self.bulk.cancels else []
        order = Order.objects.with_tickets().get(pk=order.pk)
        if self.bulk.cancels:
            self.amount = order.overpaid
        left = self._wanted(order)
        for payment, amount in split(order, left):
            left -= amount
            if payment.provider == Payment.Provider.STRIPE:
                reason = self.bulk.reason.spoken(order.language)
                Refund.ask(payment, amount=amount, by=by, reason=reason, bulk=self.bulk)
                self.refunded += amount
            else:
                self.by_hand += amount
        self.tickets, self.done_at = len(given_up), timezone.now()
        self.note = str(_("Not paid back: the payer disputes it at their bank.")) if left else ""
        self.save()
        log.info("order %s: bulk refund %s carried out", order.code, self.bulk_id)
        if self.bulk.cancels:
            self._tell(order, given_up)
        Voucher.give_back(*given_up)
        Place.give_back(*given_up)

    def _give_up(self, order: Order, *, by: Actor) -> list[Ticket]:
        tickets = [ticket for ticket in order.tickets.all() if ticket.is_live]
        for ticket in tickets:
            ticket.give_up(by=by, reason=self.bulk.reason.spoken(order.language), tells=False)
        return tickets

    def _wanted(self, order: Order) -> int:
        """What was decided, as far as it is still there to be paid back."""
        left = max(0, order.paid) if self.bulk.what == What.SHARE else amount_for(order, What.REST)
        return min(self.amount, left)

    def _tell(self, order: Order, given_up: list[Ticket]) -> None:
        # One mail an address for all that happens to the order; only the buyer's speaks of money.
        addresses = [order.email, *(ticket.attendee.email for ticket in given_up)]
        for address in {address.casefold(): address for address in reversed(addresses)}.values():
            Message.queue(
                LETTER,
                about=self,
                to=address,
                language=order.language,
                edition=order.edition,
                key=f"{LETTER}:{self.pk}:{salted_hmac(LETTER, address.casefold()).hexdigest()}",
            )

    def wait(self, why: str) -> None:
        """Note why it could not be carried out yet."""
        BulkRefundPart.objects.filter(pk=self.pk, done_at=None).update(note=why[:300])

    # --- by hand ---------------------------------------------------------------------------------------------------

    @property
    def left_for_hands(self) -> int:
        """What a person has still to pay, in minor units: less what was noted as paid, here or at the payment."""
        payments = self._payments_by_hand()
        noted = sum(
            refund.amount
            for payment in payments
            for refund in payment.refunds.all()
            if refund.counts and refund.bulk_id == self.bulk_id
        )
        left = min(self.by_hand - noted, sum(payment.refundable for payment in payments))
        return max(0, left if self.bulk.what == What.SHARE else min(left, self.order.overpaid))

    def payments_for_hands(self) -> list[tuple[Payment, int]]:
        """The payments of which a person has still to pay something back, and how much of each."""
        left, found = self.left_for_hands, []
        for payment in self._payments_by_hand():
            if part := min(left, payment.refundable):
                found.append((payment, part))
                left -= part
        return found

    def _payments_by_hand(self) -> list[Payment]:
        currency = self.order.edition.currency
        ours = [payment for payment in self.order.payments.all() if payment.currency == currency]
        return sorted(
            (payment for payment in ours if payment.provider != Payment.Provider.STRIPE),
            key=lambda payment: payment.pk,
        )

    @transaction.atomic
    def was_paid(self, *, by: Actor) -> int:
        """Note that a person has paid what was left; the buyer is told. How much it was, in minor units.

        Raises Refusal when nothing was left: it was noted already.
        """
        Order.objects.held(self.order_id)
        part = BulkRefundPart.objects.for_hands().filter(pk=self.pk).first()
        owed = part.payments_for_hands() if part else []
        if part is None or not owed:
            raise Refusal(_("Nothing is left to be paid for this order."))
        reason = part.bulk.reason.spoken(part.order.language)
        for payment, amount in owed:
            Refund.ask(payment, amount=amount, by=by, reason=reason, bulk=part.bulk)
        return sum(amount for _payment, amount in owed)
