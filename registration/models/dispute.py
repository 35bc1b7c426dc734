from __future__ import annotations

import logging
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.models import Edition
from registration.models.order import Order
from registration.models.outcome import Outcome
from registration.models.payment import Payment

log = logging.getLogger(__name__)


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Payments that a payer takes back."""

    def of_edition(self, edition: Edition) -> DisputeQuerySet:
        """Those of one edition."""
        return self.filter(payment__order__edition=edition).select_related("payment__order")

    def lost_by_day(self, edition: Edition) -> list[tuple[date, str, str, int]]:
        """Day in the edition's time zone on which it was lost, provider, currency, and how much; of all of an
        edition."""
        day = TruncDate("told_at", tzinfo=edition.zone)
        lost = self.filter(payment__order__edition=edition, status=Dispute.Status.LOST).order_by()
        return list(lost.values_list(day, "payment__provider", "payment__currency").annotate(Sum("amount")))

    def to_be_answered(self) -> DisputeQuerySet:
        """Those that wait for what an organizer has to say, the most pressing first."""
        return self.filter(status__in=UNANSWERED).order_by("due_by")


class Dispute(models.Model):
    """A payer tells their bank that a payment was not right; the provider takes the money back until it is decided.

    `amount` in minor units of `currency` (ISO 4217); `due_by` (UTC) is until when the provider takes an answer, which
    is given on the provider's own page. `told_at` is the provider's time of what was learnt last: what is older and
    comes later changes nothing. `movements` is how often money had moved because of it by then.
    """

    class Status(models.TextChoices):
        ASKED = "warning_needs_response", _("The bank asks; answer it")
        ASKED_WAITING = "warning_under_review", _("The bank asked, and looks at your answer")
        ASKED_OVER = "warning_closed", _("The bank asked; that is over")
        OPEN = "needs_response", _("To be answered")
        WAITING = "under_review", _("Answered; the bank decides")
        PREVENTED = "prevented", _("Settled before it began")
        WON = "won", _("Won: the money is yours")
        LOST = "lost", _("Lost: the money is gone")

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="disputes", editable=False, verbose_name=_("payment")
    )
    reference = models.CharField(_("reference"), max_length=200, unique=True, editable=False)
    amount = models.PositiveIntegerField(_("amount"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    reason = models.CharField(_("what the payer says"), max_length=60, blank=True, editable=False)
    status = models.CharField(_("state"), max_length=24, choices=Status.choices, editable=False)
    is_withdrawn = models.BooleanField(_("money taken back"), default=False, editable=False)
    movements = models.PositiveSmallIntegerField(default=0, editable=False)
    due_by = models.DateTimeField(_("answer until"), null=True, editable=False)
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now, editable=False)
    told_at = models.DateTimeField(_("told at"), default=timezone.now, editable=False)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ("-opened_at",)

    def __str__(self) -> str:
        return f"{self.payment.order.code} · {self.get_status_display()}"

    @property
    def edition(self) -> Edition:
        return self.payment.order.edition

    @property
    def needs_answer(self) -> bool:
        """Whether somebody has to say something to it, at the provider."""
        return self.status in UNANSWERED

    @property
    def in_words(self) -> str:
        """What is to be done about it, in the current time zone."""
        code = self.payment.order.code
        if self.due_by is None:
            return gettext("The payment of order %(code)s is disputed: answer at Stripe") % {"code": code}
        until = date_format(timezone.localtime(self.due_by), "j M Y")
        said = gettext("The payment of order %(code)s is disputed: answer at Stripe until %(until)s")
        return said % {"code": code, "until": until}

    @property
    def is_over(self) -> bool:
        """Whether it is decided."""
        return self.status in DECIDED

    @property
    def is_lost(self) -> bool:
        """Whether its money is gone for good."""
        return self.status == self.Status.LOST

    @property
    def holds_money(self) -> bool:
        """Whether the payment's money is taken back, or may be: paying it back too would be paying it twice."""
        return self.is_withdrawn or self.is_lost or not self.is_over

    @classmethod
    @transaction.atomic
    def learn(
        cls,
        payment: Payment,
        *,
        reference: str,
        amount: int,
        currency: str,
        reason: str,
        status: str,
        movements: int,
        is_withdrawn: bool,
        due_by: datetime | None,
        opened_at: datetime,
        told_at: datetime,
    ) -> Outcome:
        """Take note of how it stands at the provider, however often and in whatever order that is told."""
        Order.objects.held(payment.order_id)
        now = {
            "amount": amount,
            "currency": currency,
            "reason": reason[:60],
            "status": status,
            "is_withdrawn": is_withdrawn,
            "movements": movements,
            "due_by": due_by,
            "told_at": told_at,
        }
        dispute, is_new = cls.objects.get_or_create(
            reference=reference, defaults={"payment": payment, "opened_at": opened_at, **now}
        )
        before = "" if is_new else dispute.status
        if not is_new:
            if not dispute._is_older_than(told_at, movements, status):
                return Outcome.KNOWN
            for name, value in now.items():
                setattr(dispute, name, value)
            dispute.save(update_fields=list(now))
        return dispute._said(before)

    def _is_older_than(self, told_at: datetime, movements: int, status: str) -> bool:
        """Whether what is told now is news. The provider's clock knows whole seconds: within one, what has moved
        money more often, and what is decided, is newer."""
        was = (self.told_at, self.movements, self.is_over)
        return (told_at, movements, status in DECIDED) > was

    def _said(self, before: str) -> Outcome:
        if before == self.status:
            return Outcome.KNOWN  # only its money moved
        if self.needs_answer or self.status == self.Status.LOST:
            log.error(
                "payment %s: dispute %s is %s, answer until %s",
                *(self.payment_id, self.reference, self.status, self.due_by),
            )
            return Outcome.LOST if self.status == self.Status.LOST else Outcome.DISPUTED
        log.warning("payment %s: dispute %s is %s", self.payment_id, self.reference, self.status)
        return Outcome.UNDISPUTED if self.is_over else Outcome.KNOWN


UNANSWERED = (Dispute.Status.ASKED, Dispute.Status.OPEN)
DECIDED = (Dispute.Status.ASKED_OVER, Dispute.Status.PREVENTED, Dispute.Status.WON, Dispute.Status.LOST)
