from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.models import Edition, shown_in_public
from forum.translated import TranslatedField, TranslatedRecords


class RoomQuerySet(TranslatedRecords, models.QuerySet["Room"]):
    """Rooms of an edition."""


@shown_in_public
class Room(models.Model):
    """A place where sessions happen; `capacity` in people."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="rooms", verbose_name=_("edition"))
    name = TranslatedField(_("name"))
    guid = models.UUIDField(default=uuid4, editable=False)
    directions = TranslatedField(_("how to find it"), blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=["edition", "guid"], name="room_guid_once_an_edition"),)

    def __str__(self) -> str:
        return str(self.name)
