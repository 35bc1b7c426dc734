from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from forum.models import Edition
from forum.translated import TranslatedField, TranslatedRecords


class PriceStepQuerySet(TranslatedRecords, models.QuerySet["PriceStep"]):
    """The prices that hold for a time."""

    def rivals_of(self, step: PriceStep) -> PriceStepQuerySet:
        """Others of the same ticket type that end at the same moment."""
        return self.filter(ticket_type=step.ticket_type_id, until=step.until).exclude(pk=step.pk)


class PriceStep(models.Model):
    """A price of a ticket type that holds for a time: the early one.

    `price` is in minor units of the edition's currency; it holds until the moment `until`, exclusive, from the end of
    the step before. After the last one the ticket type's own price holds.
    """

    ticket_type = models.ForeignKey(
        "registration.TicketType",
        models.CASCADE,
        related_name="price_steps",
        verbose_name=_("ticket type"),
    )
    name = TranslatedField(_("name"), blank=True, help_text=_("For instance “Early bird”."))
    price = models.PositiveIntegerField(_("price"))
    until = models.DateTimeField(_("until"))

    objects = PriceStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("price step")
        verbose_name_plural = _("price steps")
        ordering = ("until",)
        constraints = (
            models.UniqueConstraint(fields=("ticket_type", "until"), name="price_step_ends_are_unique"),
        )

    def __str__(self) -> str:
        return str(self.name) or date_format(timezone.localtime(self.until), "j F Y, H:i")

    @property
    def edition(self) -> Edition:
        """The edition of its ticket type."""
        return self.ticket_type.edition

    @property
    def is_over(self) -> bool:
        """Whether it holds no more; it is kept for the record."""
        return self.until <= timezone.now()

    def clean(self) -> None:
        if self.until is None or self.is_over:
            return
        if PriceStep.objects.rivals_of(self).exists():
            raise ValidationError({"until": _("Another step ends at this moment. Choose another one.")})
        if self.until > self.ticket_type.over_at:
            moment = date_format(timezone.localtime(self.ticket_type.over_at), "j F Y, H:i")
            raise ValidationError(
                {
                    "until": ValidationError(
                        _("Nobody can have this ticket any more then; it is over on %(moment)s."),
                        params={"moment": moment},
                    )
                }
            )


@dataclass(frozen=True)
class NextPrice:
    """What a ticket type costs next, in minor units of the edition's currency, and from which moment on."""

    amount: int
    begins_at: datetime
