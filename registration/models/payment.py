from __future__ import annotations

import logging
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.models import Edition, Message
from forum.money import written
from registration.models.order import Order
from registration.models.outcome import Outcome

log = logging.getLogger(__name__)


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Money received."""

    def in_currency(self, currency: str) -> PaymentQuerySet:
        """Those in this currency (ISO 4217), with what was paid back of each, oldest first."""
        return self.filter(currency=currency).prefetch_related("refunds", "disputes").order_by("pk")

    def of_stripe(self, order: Order) -> PaymentQuerySet:
        """Those of an order that came online in its edition's currency, oldest first."""
        return self.in_currency(order.edition.currency).filter(order=order, provider="stripe")

    def in_another_currency(self, edition: Edition) -> PaymentQuerySet:
        """Those of an edition that its orders do not count, and of which nothing was paid back."""
        foreign = self.filter(order__edition=edition, refunds=None)
        return foreign.exclude(currency=edition.currency).select_related("order")

    def overrefunded(self, edition: Edition) -> PaymentQuerySet:
        """Those of an edition of which more was paid back than came; each with `back`, that sum. There must be none."""
        counts = ~Q(refunds__status="failed") | Q(refunds__is_unsure=True)
        each = self.filter(order__edition=edition).annotate(back=Sum("refunds__amount", filter=counts))
        return each.filter(back__gt=F("amount")).select_related("order").order_by("pk")

    def sums_by_day(self, edition: Edition) -> list[tuple[date, str, str, int, int]]:
        """Day in the edition's time zone, provider, currency, how many came, and how much; of all of an edition."""
        day = TruncDate("received_at", tzinfo=edition.zone)
        sums = self.filter(order__edition=edition).order_by().values_list(day, "provider", "currency")
        return list(sums.annotate(Count("pk"), Sum("amount")))

    def of_provider(self, provider: str, reference: str) -> Payment | None:
        """The one that a provider calls so."""
        return self.filter(provider=provider, reference=reference).select_related("order__edition").first()


class Payment(models.Model):
    """Money received: a fact, never edited. `amount` in minor units of `currency` (ISO 4217)."""

    class Provider(models.TextChoices):
        STRIPE = "stripe", _("Stripe")
        BANK_TRANSFER = "bank-transfer", _("Bank transfer")
        BY_HAND = "by-hand", _("Received by an organizer")

    order = models.ForeignKey(Order, models.PROTECT, related_name="payments", verbose_name=_("order"))
    provider = models.CharField(_("provider"), max_length=20, choices=Provider.choices)
    reference = models.CharField(
        _("reference"),
        max_length=200,
        help_text=_("What the provider or the bank calls it; the same is booked once."),
    )
    amount = models.PositiveIntegerField(_("amount"), help_text=_("In the smallest unit of the currency."))
    currency = models.CharField(_("currency"), max_length=3)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-received_at",)
        constraints = (models.UniqueConstraint(fields=["provider", "reference"], name="payment_booked_once"),)

    def __str__(self) -> str:
        return f"{written(self.amount, self.currency)} · {self.get_provider_display()}"

    def clean(self) -> None:
        if self.order_id and self.currency != self.order.edition.currency:
            raise ValidationError({"currency": _("The order is in another currency.")})

    @property
    def refunded(self) -> int:
        """What was paid back of it, or is about to be, in minor units."""
        return sum(refund.amount for refund in self.refunds.all() if refund.counts)

    @property
    def lost(self) -> int:
        """What its payer took back of it by way of their bank, for good, in minor units."""
        return sum(dispute.amount for dispute in self.disputes.all() if dispute.is_lost)

    @property
    def refundable(self) -> int:
        """What may still be paid back of it, in minor units: nothing while its payer takes it back themselves."""
        return 0 if self.is_disputed else self.amount - self.refunded

    @property
    def is_disputed(self) -> bool:
        """Whether its payer takes it back, or may, by way of their bank."""
        return any(dispute.holds_money for dispute in self.disputes.all())

    @classmethod
    def book(
        cls, order: Order, *, provider: str, reference: str, amount: int, currency: str, by: Actor
    ) -> Payment:
        """Book money once and confirm what it pays for. The same reference again changes nothing.

        Tickets are confirmed in the order of their keys as long as the money reaches for all that is live. Money that
        came when the reservation had passed revives the ticket if a place is left. Money is booked whatever becomes of
        the tickets; what is owed to nobody then raises an alarm (`Order.objects.overpaid`).
        """
        return cls._book(
            order, provider=provider, reference=reference, amount=amount, currency=currency, by=by
        )[0]

    @classmethod
    def receive(
        cls,
        order: Order,
        *,
        provider: str,
        reference: str,
        amount: int,
        currency: str,
        by: Actor,
        received_at: datetime | None = None,
    ) -> Outcome:
        """Book money as `book` does, and say what came of it. Who paid for nothing is told by mail. `received_at` is
        when it came, if that was not just now."""
        return cls._book(
            order,
            provider=provider,
            reference=reference,
            amount=amount,
            currency=currency,
            by=by,
            received_at=received_at,
        )[1]

    @classmethod
    @transaction.atomic
    def _book(
        cls,
        order: Order,
        *,
        provider: str,
        reference: str,
        amount: int,
        currency: str,
        by: Actor,
        received_at: datetime | None = None,
    ) -> tuple[Payment, Outcome]:
        Order.objects.held(order.pk)
        payment, booked = cls.objects.get_or_create(
            provider=provider,
            reference=reference,
            defaults={
                "order": order,
                "amount": amount,
                "currency": currency,
                "received_at": received_at or timezone.now(),
            },
        )
        if not booked:
            return payment, Outcome.KNOWN
        expired = set(order.tickets.expired().values_list("pk", flat=True))
        order.confirm_what_is_paid(by=by)
        now = Order.objects.with_tickets().get(pk=order.pk)
        if not now.is_live:
            Message.queue(
                "payment-late", about=payment, to=now.email, language=now.language, edition=now.edition
            )
        if currency != now.edition.currency:
            log.error("payment %s: %s, and the order is in another currency", payment.pk, currency)
            return payment, Outcome.DIFFERS
        if now.overpaid or now.balance > 0:
            return payment, Outcome.OWED if now.overpaid else Outcome.DIFFERS
        if now.balance < 0:
            return payment, Outcome.EARLY
        revived = any(ticket.pk in expired and ticket.admits for ticket in now.tickets.all())
        return payment, Outcome.LATE if revived else Outcome.BOOKED
