from __future__ import annotations

import logging

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from forum.actor import Actor
from forum.models import Edition
from registration.models.bill import Recipient
from registration.models.billing_nudge import bill_soon
from registration.models.order import Order

log = logging.getLogger(__name__)


class BillingDetails(models.Model):
    """Whom an order's invoice is made out to, as its buyer wrote it: for the holder of the order's link, finance and
    owners alone.

    `wanted_at` is when the buyer asked for the invoice before paying; None when it can wait for the payment.
    """

    order = models.OneToOneField(
        Order, models.CASCADE, related_name="billing", editable=False, verbose_name=_("order")
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    country = CountryField(_("country"), blank=True)
    tax_number = models.CharField(_("tax number"), max_length=60, blank=True)
    purchase_order = models.CharField(_("purchase order"), max_length=60, blank=True)
    wanted_at = models.DateTimeField(_("wanted before payment since"), null=True, editable=False)

    class Meta:
        verbose_name = _("invoice details")
        verbose_name_plural = _("invoice details")

    def __str__(self) -> str:
        return self.name or self.order.code

    @property
    def edition(self) -> Edition:
        return self.order.edition

    @property
    def recipient(self) -> Recipient:
        """Whom the invoice is made out to."""
        return Recipient(self.name, self.address, str(self.country), self.tax_number, self.purchase_order)

    @classmethod
    @transaction.atomic
    def write(cls, order: Order, recipient: Recipient, *, is_wanted: bool, by: Actor) -> BillingDetails:
        """Note whom the invoice is made out to, and whether it is wanted before the payment.

        An invoice that says something else is cancelled, and another one issued.
        """
        Order.objects.held(order.pk)
        known = cls.objects.filter(order=order).first()
        wanted_at = ((known and known.wanted_at) or timezone.now()) if is_wanted else None
        details, _is_new = cls.objects.update_or_create(
            order=order,
            defaults={
                "name": recipient.name,
                "address": recipient.address,
                "country": recipient.country,
                "tax_number": recipient.tax_number,
                "purchase_order": recipient.purchase_order,
                "wanted_at": wanted_at,
            },
        )
        log.info("order %s: invoice details written by %s", order.code, by.label)
        bill_soon(order.pk)
        return details
