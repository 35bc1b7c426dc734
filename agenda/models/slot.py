from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agenda.models.day import Day
from agenda.models.room import Room
from agenda.models.session import Session
from forum.translated import TranslatedField, TranslatedRecords


class SlotQuerySet(TranslatedRecords, models.QuerySet["Slot"]):
    """Stretches of time in the draft of the agenda."""

    def of_edition(self, edition: object) -> SlotQuerySet:
        """Those of one edition, in order of time and room, always the same."""
        return self.filter(day__edition=edition).order_by("starts_at", "room__position", "pk")

    def draft_of(self, edition: object) -> SlotQuerySet:
        """Those of one edition with their rooms and sessions, cancelled ones left out."""
        held = self.of_edition(edition).exclude(session__status=Session.Status.CANCELLED)
        return held.select_related("room", "session")

    def on_day(self, day: int | str) -> SlotQuerySet:
        """Those on the day with this number in the database."""
        return self.filter(day=day)

    def to_release(self, edition: object) -> SlotQuerySet:
        """Those that the next release shows: breaks, and sessions that are decided, cancelled ones included."""
        return self.of_edition(edition).exclude(session__status=Session.Status.DRAFT)

    def overlapping(self, slot: Slot) -> SlotQuerySet:
        """Those that share time with `slot`, itself left out. Ends are exclusive."""
        return self.filter(
            starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at, day__edition=slot.day.edition
        ).exclude(pk=slot.pk)


class Slot(models.Model):
    """Where and when: a room, or all rooms, for a stretch of time, holding one session or a break.

    It is the organizers' draft; the public reads the copies that a release makes. UTC; the end is exclusive.
    """

    day = models.ForeignKey(Day, models.CASCADE, related_name="slots", verbose_name=_("day"))
    room = models.ForeignKey(
        Room,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="slots",
        verbose_name=_("room"),
        help_text=_("Left empty: all rooms."),
    )
    session = models.OneToOneField(
        Session, models.CASCADE, null=True, blank=True, related_name="slot", verbose_name=_("session")
    )
    title = TranslatedField(
        _("break"), blank=True, help_text=_("What it is when it holds no session: Lunch.")
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ("starts_at", "room__position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="slot_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.starts_at.astimezone(self.day.edition.zone):%H:%M} · {self.session or self.title}"

    def clean(self) -> None:
        if not self.starts_at or not self.ends_at or not self.day_id:
            return
        if self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("It would end before it starts.")})
        if self.session is None and not self.title:
            raise ValidationError({"title": _("Choose a session, or write what the break is.")})
        if self.starts_at < self.day.starts_at or self.ends_at > self.day.ends_at:
            raise ValidationError({"starts_at": _("That is outside the day.")})
        for name in ("room", "session"):
            other = getattr(self, name)
            if other and other.edition_id != self.day.edition_id:
                raise ValidationError({name: _("That belongs to another edition.")})
        self._refuse_clashes()

    def _refuse_clashes(self) -> None:
        others = Slot.objects.overlapping(self).select_related("session", "room", "day__edition")
        taken = [slot for slot in others if self.room_id is None or slot.room_id in {None, self.room_id}]
        if taken:
            raise ValidationError({"room": _("“%(other)s” is there at that time.") % {"other": taken[0]}})
        if self.session is None or self.session.pk is None:
            return
        speaking = {appearance.speaker_id for appearance in self.session.appearances.all()}
        for slot in others.prefetch_related("session__appearances__speaker"):
            for appearance in slot.session.appearances.all() if slot.session else ():
                if appearance.speaker_id in speaking:
                    raise ValidationError(
                        {
                            "starts_at": _("%(speaker)s speaks in “%(other)s” at that time.")
                            % {"speaker": appearance.speaker, "other": slot.session}
                        }
                    )
