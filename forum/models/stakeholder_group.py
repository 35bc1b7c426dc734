from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.models.edition import HEX_COLOUR
from forum.models.public_change import shown_in_public
from forum.prepared import Question
from forum.translated import TranslatedField, TranslatedRecords

if TYPE_CHECKING:
    from forum.models.edition import Edition


class StakeholderGroupQuerySet(TranslatedRecords, models.QuerySet["StakeholderGroup"]):
    """Groups of an edition."""

    def shown_as_themselves(self) -> StakeholderGroupQuerySet:
        """Those that no other one stands for."""
        return self.filter(shown_as=None)

    def shown(self, edition: Edition) -> list[StakeholderGroup]:
        """All groups of an edition in their order, for a public page; one question."""
        return _OF_EDITION.records(edition.pk)


_OF_EDITION = Question(lambda edition: StakeholderGroup.objects.filter(edition=edition))


@shown_in_public
class StakeholderGroup(models.Model):
    """A constituency a person speaks for.

    `shown_as` names the group that others see instead, so that being a survivor is never a label.
    """

    edition = models.ForeignKey(
        "forum.Edition", models.CASCADE, related_name="groups", verbose_name=_("edition")
    )
    slug = models.SlugField(_("short name"), max_length=40)
    name = TranslatedField(_("name"))
    description = TranslatedField(
        _("in plain words"), blank=True, help_text=_("Helps people to find their group when they register.")
    )
    colour = models.CharField(_("colour"), max_length=7, default="#5b6770", validators=[HEX_COLOUR])
    shown_as = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_for",
        verbose_name=_("shown to others as"),
        help_text=_("Badges, lists and numbers show that group instead."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = StakeholderGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("stakeholder group")
        verbose_name_plural = _("stakeholder groups")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=["edition", "slug"], name="group_slug_once_an_edition"),
        )

    def __str__(self) -> str:
        return str(self.name)

    def clean(self) -> None:
        if self.shown_as and self.shown_as.edition_id != self.edition_id:
            raise ValidationError({"shown_as": _("That group belongs to another edition.")})
        if self.shown_as and (self.shown_as_id == self.pk or self.shown_as.shown_as_id):
            raise ValidationError({"shown_as": _("Choose a group that is shown as itself.")})
        if self.pk and self._is_counted_otherwise():
            said = _("A quota counts this group or the other one. Take them out of the quotas first.")
            raise ValidationError({"shown_as": said})

    def _is_counted_otherwise(self) -> bool:
        # Quotas count by the group that others see: to change that would move tickets from one to another unseen.
        groups = StakeholderGroup.objects
        was = groups.values_list("shown_as", flat=True).get(pk=self.pk)
        if was == self.shown_as_id:
            return False
        touched = [key for key in (self.pk, was, self.shown_as_id) if key]
        return groups.filter(pk__in=touched, quotas__isnull=False).exists()

    @property
    def public(self) -> StakeholderGroup:
        """The group that others see."""
        return self.shown_as or self
