from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agenda.models.appearance import Appearance
from agenda.models.clash import Clash, ClashKind
from agenda.models.day import Day
from agenda.models.room import Room
from agenda.models.session import Session
from forum.translated import TranslatedField, TranslatedRecords
from speakers.models import Speaker


def who_speaks(through: str) -> models.Prefetch[Any]:
    """The appearances of sessions, reached by `through`, with names and availabilities; three queries for all."""
    speakers = Speaker.objects.only("name").prefetch_related("availabilities")
    return models.Prefetch(through, Appearance.objects.prefetch_related(models.Prefetch("speaker", speakers)))


class SlotQuerySet(TranslatedRecords, models.QuerySet["Slot"]):
    """Stretches of time in the draft of the agenda."""

    def of_edition(self, edition: object) -> SlotQuerySet:
        """Those of one edition, in order of time and room, always the same."""
        return self.filter(day__edition=edition).order_by("starts_at", "room__position", "pk")

    def draft_of(self, edition: object) -> SlotQuerySet:
        """Those of one edition with their rooms and sessions, cancelled ones left out."""
        held = self.of_edition(edition).exclude(session__status=Session.Status.CANCELLED)
        return held.select_related("room", "session")

    def for_clashes(self, edition: object) -> SlotQuerySet:
        """Those of one edition with all that the rules of Clash ask, and without long texts. Four queries."""
        return (
            self.of_edition(edition)
            .select_related("day", "room", "session__track", "session__format")
            .defer("session__abstract", "session__search_text", "day__description", "room__directions")
            .prefetch_related(who_speaks("session__appearances"))
        )

    def sharing_time(self, starts_at: datetime, ends_at: datetime) -> SlotQuerySet:
        """Those that take place between these moments, in part or whole. Ends are exclusive."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def on_day(self, day: int | str) -> SlotQuerySet:
        """Those on the day with this number in the database."""
        return self.filter(day=day)

    def to_release(self, edition: object) -> SlotQuerySet:
        """Those that the next release shows: breaks, and sessions that are decided, cancelled ones included."""
        return self.of_edition(edition).exclude(session__status=Session.Status.DRAFT).exclude(is_blocker=True)


class Slot(models.Model):
    """Where and when: a room, or all rooms, for a stretch of time, holding one session, a break or a blocker.

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
    is_blocker = models.BooleanField(
        _("blocker"),
        default=False,
        help_text=_("Nothing else can be there then, and visitors never see it: Set-up."),
    )
    reason = models.CharField(
        _("reason for a clash"),
        max_length=300,
        blank=True,
        help_text=_("Why it stands there all the same when something clashes with it."),
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    """The number of the last move that was made with it; who saw another one has seen something else."""

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ("starts_at", "room__position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="slot_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(is_blocker=False) | Q(session=None), name="blocker_holds_no_session"
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
        if self.session is not None and self.is_blocker:
            raise ValidationError({"is_blocker": _("A session is no blocker: choose one of the two.")})
        for name in ("room", "session"):
            other = getattr(self, name)
            if other and other.edition_id != self.day.edition_id:
                raise ValidationError({name: _("That belongs to another edition.")})
        if clashes := [] if self.reason else Clash.of(self):
            field = "room" if clashes[0].kind == ClashKind.ROOM else "starts_at"
            raise ValidationError({field: [str(clash) for clash in clashes]})
