from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.models.appearance import Appearance, Role
from agenda.models.day import Day
from agenda.models.revisions import Revisions
from agenda.models.room import Room
from agenda.models.session import Session
from agenda.models.slot import Slot
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, User, shown_in_public
from forum.prepared import Question
from forum.translated import TranslatedField
from speakers.models import Consent, Speaker


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Published states, newest first."""

    def current(self, edition: Edition) -> Release | None:
        """What the public sees of `edition` now."""
        return next(iter(_CURRENT.records(edition.pk)), None)


@shown_in_public
class Release(models.Model):
    """One published state of the agenda. Never edited: going back to an earlier one is a new release.

    It freezes slots, session states and appearances; names, texts and photos are read live, through consent.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="releases", verbose_name=_("edition"))
    number = models.PositiveIntegerField(_("number"), editable=False)
    is_current = models.BooleanField(_("current"), default=False, editable=False)
    note = TranslatedField(_("note"), blank=True, help_text=_("What readers should know about the changes."))
    published_at = models.DateTimeField(_("published at"), default=timezone.now, editable=False)
    published_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("published by")
    )

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["edition", "number"], name="release_number_once_an_edition"),
            models.UniqueConstraint(
                fields=["edition"], condition=Q(is_current=True), name="one_release_is_current"
            ),
        )

    def __str__(self) -> str:
        return _("Release %(number)s") % {"number": self.number}

    @classmethod
    @transaction.atomic
    def publish(cls, edition: Edition, *, by: Actor, after: int, note: object = "") -> Release:
        """Freeze the draft as it stands and show it to the public.

        `after` is the number of the release that the organizer saw as the current one (0: none). Raises Refusal when
        somebody else has published since: of two who press at once, one makes the release and the other is told.
        """
        Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
        before = cls.objects.filter(edition=edition).order_by("-number").first()
        number = before.number if before else 0
        if number != after:
            raise Refusal(_("The agenda was released a moment ago. Look at the changes again."))
        cls.objects.filter(edition=edition, is_current=True).update(is_current=False)
        release = cls.objects.create(
            edition=edition, number=number + 1, is_current=True, note=note, published_by=by.user
        )
        release._freeze(Revisions.up_to(before, edition))
        return release

    def _freeze(self, revisions: Revisions) -> None:
        slots = list(Slot.objects.to_release(self.edition).select_related("session"))
        released = [
            ReleasedSlot(
                release=self,
                day_id=slot.day_id,
                room_id=slot.room_id,
                session_id=slot.session_id,
                title=slot.title,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                is_cancelled=slot.session is not None and slot.session.status == Session.Status.CANCELLED,
                changed_at=self.published_at,
            )
            for slot in slots
        ]
        for copy in released:
            revisions.carry_on(copy)
        ReleasedSlot.objects.bulk_create(released)
        shown = [slot.session_id for slot in slots if slot.session_id]
        ReleasedAppearance.objects.bulk_create(
            ReleasedAppearance(
                release=self,
                session_id=appearance.session_id,
                speaker_id=appearance.speaker_id,
                role=appearance.role,
                position=appearance.position,
            )
            for appearance in Appearance.objects.filter(session__in=shown)
        )


_CURRENT = Question(lambda edition: Release.objects.filter(edition=edition, is_current=True))


class ReleasedAppearanceQuerySet(models.QuerySet["ReleasedAppearance"]):
    """Who speaks where, as released."""

    def public(self) -> ReleasedAppearanceQuerySet:
        """Those of the current release that visitors may see: of a session that is not closed, by a speaker who
        agreed to be listed."""
        listed = Consent.objects.in_force().filter(
            speaker=models.OuterRef("speaker"), scope=Consent.Scope.LISTED
        )
        return (
            self.filter(models.Exists(listed), release__is_current=True)
            .exclude(session__access=Session.Access.CLOSED)
            .select_related("speaker__group__shown_as")
        )

    def of_release(self, release: Release | int) -> ReleasedAppearanceQuerySet:
        """Those of one release."""
        return self.filter(release=release)

    def names(self) -> models.QuerySet[Any, Any]:
        """The key of the session and the name of who speaks there, in the order in which they are named."""
        return self.select_related(None).order_by("position", "pk").values_list("session_id", "speaker__name")

    def roles_of(self, speaker: Speaker) -> dict[int, str]:
        """In which role `speaker` appears, by the session's key."""
        return dict(self.filter(speaker=speaker).values_list("session_id", "role"))


class ReleasedSlotQuerySet(models.QuerySet["ReleasedSlot"]):
    """Where and when, as released."""

    def public(self) -> ReleasedSlotQuerySet:
        """Those of the current release that visitors may see, in order of time and room, with all that a page
        shows, at a constant number of queries. Lists of them are read by `listed`."""
        speaking = ReleasedAppearance.objects.public().select_related(None).select_related("speaker")
        speaking = speaking.defer("speaker__bio", "speaker__search_text")
        return (
            self.filter(release__is_current=True)
            .exclude(session__access=Session.Access.CLOSED)
            .select_related("day", "room", "session__track", "session__format")
            .defer("session__search_text", "day__description")
            .prefetch_related(Prefetch("session__released_appearances", speaking, to_attr="speaking"))
            .order_by("starts_at", "room__position", "pk")
        )

    def of_edition(self, edition: Edition | int) -> ReleasedSlotQuerySet:
        """Those of one edition."""
        return self.filter(release__edition=edition)

    def of_sessions(self) -> ReleasedSlotQuerySet:
        """Those that hold a session; breaks are left out."""
        return self.exclude(session=None)

    def taking_place(self) -> ReleasedSlotQuerySet:
        """Those that were not cancelled."""
        return self.filter(is_cancelled=False)

    def with_speaker(self, speaker: Speaker | int) -> ReleasedSlotQuerySet:
        """Those in which `speaker` speaks, by the current release."""
        return self.filter(
            session__released_appearances__speaker=speaker,
            session__released_appearances__release__is_current=True,
        )

    def on(self, day: Day | int) -> ReleasedSlotQuerySet:
        """Those of one day."""
        return self.filter(day=day)


@shown_in_public
class ReleasedSlot(models.Model):
    """A slot as one release shows it. UTC; the end is exclusive.

    `sequence` counts how often its session was moved, cancelled or taken up again since it was first released, and
    `changed_at` says when last: by that calendars know what is newer.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="slots")
    day = models.ForeignKey(Day, models.CASCADE, related_name="released_slots")
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="released_slots")
    session = models.ForeignKey(Session, models.CASCADE, null=True, related_name="released_slots")
    title = TranslatedField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_cancelled = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ReleasedSlotQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "room__position", "pk")
        constraints = (models.UniqueConstraint(fields=["release", "session"], name="session_once_a_release"),)

    def __str__(self) -> str:
        return str(self.session or self.title)


@shown_in_public
class ReleasedAppearance(models.Model):
    """An appearance as one release shows it."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="appearances")
    session = models.ForeignKey(Session, models.CASCADE, related_name="released_appearances")
    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="released_appearances")
    role = models.CharField(max_length=12, choices=Role.choices)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ReleasedAppearanceQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["release", "session", "speaker"], name="speaker_once_a_released_session"
            ),
        )

    def __str__(self) -> str:
        return f"{self.speaker} · {self.get_role_display()}"
