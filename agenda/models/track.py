from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.models import Edition, shown_in_public
from forum.models.edition import HEX_COLOUR
from forum.translated import TranslatedField, TranslatedRecords


class TrackQuerySet(TranslatedRecords, models.QuerySet["Track"]):
    """Tracks of an edition."""


@shown_in_public
class Track(models.Model):
    """A thread through the days."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="tracks", verbose_name=_("edition"))
    name = TranslatedField(_("name"))
    colour = models.CharField(_("colour"), max_length=7, default="#5b6770", validators=[HEX_COLOUR])
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TrackQuerySet.as_manager()

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return str(self.name)


class FormatQuerySet(TranslatedRecords, models.QuerySet["Format"]):
    """Formats of an edition."""


@shown_in_public
class Format(models.Model):
    """A kind of session: plenary, panel, workshop."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="formats", verbose_name=_("edition"))
    name = TranslatedField(_("name"))
    minutes = models.PositiveSmallIntegerField(_("usual length in minutes"), default=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = FormatQuerySet.as_manager()

    class Meta:
        verbose_name = _("format")
        verbose_name_plural = _("formats")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return str(self.name)
