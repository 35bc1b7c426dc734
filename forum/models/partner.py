from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.models.public_change import shown_in_public
from forum.prepared import Question
from forum.translated import TranslatedField, TranslatedRecords

if TYPE_CHECKING:
    from forum.models.edition import Edition


class PartnerQuerySet(TranslatedRecords, models.QuerySet["Partner"]):
    """Partners of an edition."""

    def shown(self, edition: Edition) -> list[Partner]:
        """All partners of an edition in their order; one question."""
        return _OF_EDITION.records(edition.pk)


_OF_EDITION = Question(lambda edition: Partner.objects.filter(edition=edition))


@shown_in_public
class Partner(models.Model):
    """An organisation that hosts, funds or reports the forum."""

    class Role(models.TextChoices):
        HOST = "host", _("Host")
        FUNDER = "funder", _("Funder")
        KNOWLEDGE = "knowledge", _("Knowledge partner")
        MEDIA = "media", _("Media partner")

    edition = models.ForeignKey(
        "forum.Edition", models.CASCADE, related_name="partners", verbose_name=_("edition")
    )
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    description = TranslatedField(_("description"), blank=True)
    website = models.URLField(_("website"), blank=True)
    logo = models.ImageField(
        _("logo"),
        upload_to="partners/",
        blank=True,
        validators=[FileExtensionValidator(["png", "jpg", "jpeg", "webp"])],
        help_text=_("PNG, JPEG or WebP, on a light or transparent ground."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name
