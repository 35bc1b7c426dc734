from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.models import Edition
from registration.models.bill import BillLine
from registration.models.issued import Issued, IssuedQuerySet


class InvoiceLine(Issued):
    """One line of an invoice or credit note: what, and how much. It names neither the attendee nor their group.

    `price` in minor units with its tax, `tax_rate` in hundredths of a percent. Without a ticket it is what is kept.
    """

    invoice = models.ForeignKey(
        "registration.Invoice", models.PROTECT, related_name="lines", verbose_name=_("invoice")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    ticket = models.ForeignKey(
        "registration.Ticket",
        models.PROTECT,
        null=True,
        related_name="invoice_lines",
        verbose_name=_("ticket"),
    )
    text = models.CharField(_("text"), max_length=400)
    price = models.PositiveIntegerField(_("price"))
    tax_rate = models.PositiveIntegerField(_("tax rate"))
    tax = models.PositiveIntegerField(_("tax"))

    objects: Any = IssuedQuerySet.as_manager()

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ("invoice", "position")
        constraints = (
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_has_its_place"),
        )

    def __str__(self) -> str:
        return self.text

    @property
    def edition(self) -> Edition:
        return self.invoice.edition

    @property
    def bill_line(self) -> BillLine:
        """What it bills."""
        return BillLine(self.ticket_id, self.price, self.tax_rate)

    @property
    def net(self) -> int:
        """The price without its tax, in minor units."""
        return self.price - self.tax
