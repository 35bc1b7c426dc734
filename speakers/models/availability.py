from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from speakers.models.speaker import Speaker


class Availability(models.Model):
    """A stretch of time in which a speaker can speak, in UTC; the end is exclusive. Who has none can always.

    Only organizers read it.
    """

    speaker = models.ForeignKey(
        Speaker, models.CASCADE, related_name="availabilities", verbose_name=_("speaker")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")
        ordering = ("starts_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="availability_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return f"{date_format(start, 'D j M, H:i')}–{end:%H:%M}"

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("It would end before it starts.")})

    @staticmethod
    def away(
        stretches: Iterable[Availability], starts_at: datetime, ends_at: datetime
    ) -> list[tuple[datetime, datetime]]:
        """What of the time from `starts_at` to `ends_at` lies in none of `stretches`. Where there are none, nothing."""
        known = sorted((one.starts_at, one.ends_at) for one in stretches)
        lacking, reached = [], starts_at
        for begins, ends in known:
            if begins >= ends_at:
                break
            if begins > reached:
                lacking.append((reached, begins))
            reached = max(reached, ends)
        if known and reached < ends_at:
            lacking.append((reached, ends_at))
        return lacking
