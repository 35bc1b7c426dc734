from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.translated import TranslatedField

# A number is the prefix and a count: that no two are alike, no prefix ends in a digit.
PREFIX = RegexValidator(
    r"^[A-Za-z0-9-]*[A-Za-z-]$",
    _("Letters, digits and hyphens, and no digit at the end: 2027- for instance."),
)


class Issuer(models.Model):
    """What the documents of an edition say about who issues them, how they are numbered, and about tax.

    `tax_rate` is in hundredths of a percent. Without a name of the issuer there are no invoices.
    """

    issuer_name = models.CharField(
        _("issued by"),
        max_length=200,
        blank=True,
        help_text=_("Who sells the tickets, by its legal name. While it is empty, no invoices are issued."),
    )
    issuer_address = models.TextField(_("address of the issuer"), blank=True)
    issuer_tax_number = models.CharField(_("tax number of the issuer"), max_length=60, blank=True)
    invoice_prefix = models.CharField(
        _("invoice numbers begin with"),
        max_length=20,
        blank=True,
        validators=[PREFIX],
        help_text=_("Left empty: the address of the edition and a hyphen, 2027-0001."),
    )
    credit_note_prefix = models.CharField(
        _("credit note numbers begin with"),
        max_length=20,
        blank=True,
        validators=[PREFIX],
        help_text=_("Left empty: the address of the edition and -C, 2027-C0001."),
    )
    tax_name = TranslatedField(
        _("name of the tax"), blank=True, help_text=_("VAT for instance; left empty, it is called tax.")
    )
    tax_rate = models.PositiveIntegerField(
        _("tax rate"),
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text=_("In percent; 0: no tax is shown. Tickets that were placed keep theirs."),
    )
    tax_is_added = models.BooleanField(
        _("prices are without tax"),
        default=False,
        help_text=_("The tax is added to what you write as a price; people always see the whole."),
    )

    class Meta:
        abstract = True

    @property
    def has_invoices(self) -> bool:
        """Whether invoices are issued."""
        return bool(self.issuer_name)

    @property
    def prefixes(self) -> dict[str, str]:
        """What the numbers of its documents begin with, by kind."""
        slug = self.slug  # type: ignore[attr-defined]
        return {
            "invoice": self.invoice_prefix or f"{slug}-",
            "credit-note": self.credit_note_prefix or f"{slug}-C",
        }

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        others = type(self)._default_manager.exclude(pk=self.pk)
        taken = {prefix.casefold() for other in others for prefix in other.prefixes.values()}
        for kind, prefix in self.prefixes.items():
            if prefix.casefold() in taken:
                name = f"{kind.replace('-', '_')}_prefix"
                wrong[name] = _("Other documents have numbers that begin so. Choose something else.")
            taken.add(prefix.casefold())
        if not self.issuer_name and self.pk and self.invoices.exists():  # type: ignore[attr-defined]
            wrong["issuer_name"] = _("Invoices were issued already, so it cannot be left empty any more.")
        if wrong:
            raise ValidationError(wrong)
