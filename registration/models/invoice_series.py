from __future__ import annotations

from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from forum.models import Edition


class Kind(models.TextChoices):
    """What a document is; each kind has numbers of its own."""

    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit-note", _("Credit note")


class InvoiceSeriesQuerySet(models.QuerySet["InvoiceSeries"]):
    """The numbers that were given."""

    def broken(self) -> InvoiceSeriesQuerySet:
        """Those that have given more or fewer numbers than there are documents; there must be none."""
        ours = Q(edition__invoices__kind=F("kind"))
        return self.annotate(documents=Count("edition__invoices", filter=ours)).exclude(documents=F("last"))


class InvoiceSeries(models.Model):
    """The numbers of one kind of document in an edition: 1, 2, 3 without a gap."""

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="invoice_series", verbose_name=_("edition")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    last = models.PositiveIntegerField(_("last number"), default=0)

    objects = InvoiceSeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice series")
        verbose_name_plural = _("invoice series")
        constraints = (models.UniqueConstraint(fields=["edition", "kind"], name="invoice_series_is_one"),)

    def __str__(self) -> str:
        return f"{self.edition.slug} · {self.get_kind_display()} · {self.last}"

    @classmethod
    def take(cls, edition: Edition, kind: str) -> int:
        """The next number. Nobody else is given one until the transaction ends: when it fails, the number is given
        again."""
        cls.objects.get_or_create(edition=edition, kind=kind)
        series = cls.objects.select_for_update().get(edition=edition, kind=kind)
        series.last += 1
        series.save(update_fields=["last"])
        return series.last
