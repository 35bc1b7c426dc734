from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.models import Edition, shown_in_public
from forum.prepared import Question
from forum.translated import TranslatedField, TranslatedRecords


class DayQuerySet(TranslatedRecords, models.QuerySet["Day"]):
    """Days of the forum."""

    @staticmethod
    def of(edition: Edition) -> list[Day]:
        """All days of an edition, in order."""
        return _OF_EDITION.records(edition.pk)

    def at(self, moment: datetime) -> Day | None:
        """The day that `moment` belongs to; one after midnight may belong to the day before."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment).first()


@shown_in_public
class Day(models.Model):
    """A date of the forum with its focus area. Its end may lie after midnight; ends are exclusive."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="days", verbose_name=_("edition"))
    date = models.DateField(_("date"))
    focus = TranslatedField(_("focus area"), blank=True)
    description = TranslatedField(_("description"), blank=True, long=True)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))

    objects = DayQuerySet.as_manager()

    class Meta:
        verbose_name = _("day")
        verbose_name_plural = _("days")
        ordering = ("date",)
        constraints = (
            models.UniqueConstraint(fields=["edition", "date"], name="day_once_an_edition"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="day_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.date:%a %d %b %Y}"

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The day would end before it starts.")})

    def get_absolute_url(self) -> str:
        return self.edition.path("agenda-day", date=self.date)


_OF_EDITION = Question(lambda edition: Edition(pk=edition).days.order_by("date"))
