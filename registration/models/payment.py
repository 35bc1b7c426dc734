from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from registration.models.order import Order


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

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-received_at",)
        constraints = (models.UniqueConstraint(fields=["provider", "reference"], name="payment_booked_once"),)

    def __str__(self) -> str:
        return f"{self.provider} · {self.reference}"

    def clean(self) -> None:
        if self.order_id and self.currency != self.order.edition.currency:
            raise ValidationError({"currency": _("The order is in another currency.")})

    @classmethod
    @transaction.atomic
    def book(
        cls, order: Order, *, provider: str, reference: str, amount: int, currency: str, by: Actor
    ) -> Payment:
        """Book money once and confirm what it pays for. The same reference again changes nothing.

        Tickets are confirmed in the order of their keys as long as the money reaches for all that is live. Money that
        came when the reservation had passed revives the ticket if a place is left. Money is booked whatever becomes of
        the tickets; what is owed to nobody then raises an alarm (`Order.objects.overpaid`).
        """
        Order.objects.select_for_update().get(pk=order.pk)
        payment, booked = cls.objects.get_or_create(
            provider=provider,
            reference=reference,
            defaults={"order": order, "amount": amount, "currency": currency},
        )
        if booked:
            order.confirm_what_is_paid(by=by)
        return payment
