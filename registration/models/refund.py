from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Message
from forum.models.deferred import Deferred
from registration.models.order import Order
from registration.models.outcome import Outcome
from registration.models.payment import Payment
from registration.models.refund_queryset import RefundQuerySet
from registration.models.ticket import Ticket

if TYPE_CHECKING:
    from registration.models.bulk_refund import BulkRefund

log = logging.getLogger(__name__)


class Refund(Deferred):
    """Money returned: asked for by an organizer, then done by a worker at the provider, once.

    queued ──▶ sending ──▶ refunded | failed        refunded ──▶ failed (a bank may send it back days later)

    `amount` in minor units of the payment's currency. Money that came by no provider's hand is returned by an
    organizer's; the record then only says so. A refund of a `ticket` was asked for with its cancellation.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("On its way")
        SENDING = "sending", _("Being sent")
        REFUNDED = "refunded", _("Paid back")
        FAILED = "failed", _("Failed")

    WORKING: ClassVar[str] = Status.SENDING
    DONE: ClassVar[str] = Status.REFUNDED
    TASK: ClassVar[str] = "registration.tasks.send_refund"

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="refunds", editable=False, verbose_name=_("payment")
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, related_name="refunds", editable=False, verbose_name=_("ticket")
    )
    bulk = models.ForeignKey(
        "registration.BulkRefund", models.PROTECT, null=True, related_name="refunds", editable=False
    )
    amount = models.PositiveIntegerField(_("amount"), editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    round = models.PositiveSmallIntegerField(default=0, editable=False)
    is_unsure = models.BooleanField(default=False, editable=False)
    reference = models.CharField(_("reference"), max_length=200, blank=True, db_index=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("asked for by"),
    )
    status = models.CharField(
        _("state"), max_length=10, choices=Status.choices, default=Status.QUEUED, editable=False
    )

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=["status", "due_at"], name="refund_due"),)

    def __str__(self) -> str:
        return f"{self.payment.order.code} · {self.get_status_display()}"

    @property
    def edition(self) -> Edition:
        return self.payment.order.edition

    @property
    def key(self) -> str:
        """Under which the provider does it once, however often it is asked; another one after it has failed."""
        return f"refund-{self.uuid}-{self.round}"

    @property
    def may_have_been_sent(self) -> bool:
        """Whether somebody has tried before, so that the provider is to be asked first."""
        return self.attempts > 1 or self.round > 0

    @property
    def counts(self) -> bool:
        """Whether the money is gone from us, is about to go, or may have gone: nobody has said that it has not."""
        return self.status != self.Status.FAILED or self.is_unsure

    @classmethod
    @transaction.atomic
    def ask(
        cls,
        payment: Payment,
        *,
        amount: int,
        by: Actor,
        reason: str = "",
        ticket: Ticket | None = None,
        bulk: BulkRefund | None = None,
        by_rule: bool = False,
    ) -> Refund:
        """Pay `amount` of a payment back: a worker sends it once this transaction is committed.

        What was kept of it before is kept no more; `by_rule` says that both are decided at once. Raises Refusal when
        less than that is left of the payment.
        """
        order = Order.objects.held(payment.order_id)
        payment = Payment.objects.select_related("order__edition").get(pk=payment.pk)
        if payment.is_disputed:
            raise Refusal(_("The payer disputes this payment at their bank, so it is not paid back here."))
        if not 0 < amount <= payment.refundable:
            raise Refusal(_("Choose an amount up to what is left of this payment."), field="amount")
        refund = cls.objects.create(
            payment=payment, ticket=ticket, bulk=bulk, amount=amount, reason=reason, asked_by=by.user
        )
        if payment.currency == order.edition.currency and not by_rule:
            order.keep_less(amount - order.overpaid)
        log.info("order %s: refund %s asked for by %s", payment.order.code, refund.pk, by.label)
        if payment.provider == Payment.Provider.STRIPE:
            refund.nudge()
        else:
            fields = {"status": cls.Status.REFUNDED, "finished_at": timezone.now()}
            cls.objects.filter(pk=refund.pk).update(**fields)
            refund.status = cls.Status.REFUNDED
            refund._tell()
        return refund

    @classmethod
    def ask_for(cls, order: Order, amount: int, *, by: Actor, ticket: Ticket | None = None) -> None:
        """Pay `amount` of what was received for an order back (minor units), as a rule says, the oldest payment first.
        Only what came online goes back by itself: the rest stays left over, for organizers to pay."""
        left = amount
        for payment in Payment.objects.of_stripe(order):
            if part := min(left, payment.refundable):
                cls.ask(payment, amount=part, by=by, ticket=ticket, by_rule=True)
                left -= part

    @transaction.atomic
    def went(self, reference: str) -> Outcome:
        """Note that the provider does it, under which name, whoever learnt of it first; tell who paid.

        What the provider called so and has since failed stays failed.
        """
        rows = Refund.objects.exclude(status=self.Status.REFUNDED)
        rows = rows.exclude(status=self.Status.FAILED, reference=reference)
        if not self._become(self.Status.REFUNDED, reference, among=rows, error=""):
            return Outcome.KNOWN
        self._tell()
        return Outcome.REFUNDED

    @transaction.atomic
    def came_back(self, reference: str, reason: str) -> Outcome:
        """Note that what the provider calls so did not bring the money to its owner.

        What it says again of an earlier try changes nothing.
        """
        this = Q(status=self.Status.REFUNDED, reference=reference)
        not_noted = Q(status__in=(self.Status.QUEUED, self.Status.SENDING)) & ~Q(reference=reference)
        rows = Refund.objects.filter(this | not_noted)
        if not self._become(self.Status.FAILED, reference, among=rows, error=reason[:2000]):
            return Outcome.KNOWN
        log.error("refund %s: came back: %s", self.pk, reason)
        return Outcome.NOT_REFUNDED

    def _become(self, status: str, reference: str, *, among: models.QuerySet[Refund], error: str) -> bool:
        fields = {"finished_at": timezone.now(), "leased_until": None, "error": error, "is_unsure": False}
        moved = among.filter(pk=self.pk).update(status=status, reference=reference, **fields)
        self.refresh_from_db()
        return bool(moved)

    def was_refused(self, reason: str) -> None:
        """Note that the provider said no, and so has not done it."""
        self.fail(reason, is_unsure=False)

    def is_not_answered(self, reason: str, *, is_broken: bool) -> None:
        """Note that nobody knows whether the provider has done it; it is asked again later. Under another key when it
        broke over it: under the same one it would only repeat that."""
        fields = {"is_unsure": True, "round": F("round") + 1 if is_broken else F("round")}
        Refund.objects.filter(pk=self.pk).update(**fields)
        self.postpone(reason)

    @classmethod
    def was_made_elsewhere(cls, payment: Payment, *, amount: int, reference: str, is_done: bool) -> Outcome:
        """Note a refund that somebody made at the provider itself, once."""
        status = cls.Status.REFUNDED if is_done else cls.Status.FAILED
        with transaction.atomic():
            Order.objects.held(payment.order_id)
            _refund, is_new = cls.objects.get_or_create(
                reference=reference,
                payment=payment,
                defaults={"amount": amount, "status": status, "finished_at": timezone.now()},
            )
        if not is_new:
            return Outcome.KNOWN
        return Outcome.ELSEWHERE if is_done else Outcome.NOT_REFUNDED

    def again(self) -> None:
        """Try once more what has failed. Raises Refusal when so much is not left of the payment any more."""
        with transaction.atomic():
            Order.objects.held(self.payment.order_id)
            self.refresh_from_db()
            left = Payment.objects.get(pk=self.payment_id).refundable + (self.amount if self.counts else 0)
            if self.amount > left:
                raise Refusal(_("So much is not left of this payment any more."))
            failed = Refund.objects.filter(pk=self.pk, status=self.Status.FAILED)
            if failed.update(round=F("round") + 1):
                super().again()

    def _tell(self) -> None:
        # With a cancellation the attendee is told by the same mail; who paid may be somebody else.
        order = self.payment.order
        is_told = self.bulk is not None and self.bulk.cancels  # of a cancelled forum one mail tells all
        if is_told and self.payment.provider == Payment.Provider.STRIPE:
            return
        if self.ticket is None or self.ticket.attendee.email.casefold() != order.email.casefold():
            Message.queue(
                "refund", about=self, to=order.email, language=order.language, key=f"refund:{self.pk}"
            )
