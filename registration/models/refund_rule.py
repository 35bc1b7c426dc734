from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from forum.models import Edition


class RefundRuleQuerySet(models.QuerySet["RefundRule"]):
    """What comes back to who cancels, by date."""

    def of_edition(self, edition: Edition) -> list[RefundRule]:
        """Those of one edition, the one that ends first before the others."""
        return list(self.filter(edition=edition).order_by("until"))

    def others(self, rule: RefundRule) -> RefundRuleQuerySet:
        """The other ones of the same edition."""
        return self.filter(edition=rule.edition_id).exclude(pk=rule.pk)


class RefundRule(models.Model):
    """What comes back to who cancels until a day: a share of what was paid, less a fee.

    `until` is the last day on which it holds, in the edition's time zone; after the last rule nothing comes back.
    `share` is per cent, `fee` in minor units of the edition's currency, for each ticket. An edition without rules
    leaves it to its organizers.
    """

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="refund_rules", verbose_name=_("edition")
    )
    until = models.DateField(_("until"), help_text=_("The last day on which it holds."))
    share = models.PositiveSmallIntegerField(
        _("share that comes back"), validators=[MaxValueValidator(100)], help_text=_("Per cent, 0 to 100.")
    )
    fee = models.PositiveIntegerField(_("less a fee"), default=0)

    objects = RefundRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund rule")
        verbose_name_plural = _("refund rules")
        ordering = ("until",)
        constraints = (
            models.UniqueConstraint(fields=["edition", "until"], name="one_refund_rule_a_day"),
            models.CheckConstraint(
                condition=models.Q(share__lte=100), name="no_more_comes_back_than_was_paid"
            ),
        )

    def __str__(self) -> str:
        return f"{self.share} % · {date_format(self.until, 'j F Y')}"

    def clean(self) -> None:
        """Who cancels later never gets more. Raises ValidationError."""
        if self.until is None or self.share is None:
            return
        for other in RefundRule.objects.others(self):
            earlier, later = (other, self) if other.until < self.until else (self, other)
            if earlier.until == later.until:
                raise ValidationError({"until": _("There is a rule for this day already.")})
            if later.share > earlier.share:
                raise ValidationError(
                    {
                        "share": ValidationError(
                            _("Who cancels later would get more: %(earlier)s beside %(later)s."),
                            params={"earlier": earlier, "later": later},
                        )
                    }
                )

    @property
    def ends_at(self) -> datetime:
        """The first moment at which it holds no more; exclusive."""
        return self.edition.midnight(self.until + timedelta(days=1))

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed."""
        return timezone.now() >= self.ends_at

    def back_of(self, paid: int) -> int:
        """What comes back of `paid`, in minor units, never more than that; a half is rounded up."""
        return max(0, (paid * self.share + 50) // 100 - self.fee)
