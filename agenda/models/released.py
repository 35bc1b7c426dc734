"""What a release froze: where and when, and who speaks where."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Prefetch
from django.utils import timezone

from agenda.models.appearance import Role
from agenda.models.day import Day
from agenda.models.room import Room
from agenda.models.session import Session
from forum.models import Edition, shown_in_public
from forum.translated import TranslatedField
from speakers.models import Consent, Speaker

if TYPE_CHECKING:
    from agenda.models.release import Release


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

    def names_by_session(self) -> dict[int, list[str]]:
        """The names of those who appear in each session, by its key; who is not listed too."""
        found: defaultdict[int, list[str]] = defaultdict(list)
        for session, name in self.names():
            found[session].append(name)
        return found

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
            .defer("session_title", "session__search_text", "day__description")
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

    def by_day(self) -> list[tuple[Day, list[ReleasedSlot]]]:
        """All of each day, in order of time and room. One query."""
        slots = self.select_related("day", "room", "session").order_by(
            "day__date", "starts_at", "room__position", "pk"
        )
        return [(day, list(some)) for day, some in groupby(slots, key=attrgetter("day"))]

    def on(self, day: Day | int) -> ReleasedSlotQuerySet:
        """Those of one day."""
        return self.filter(day=day)


@shown_in_public
class ReleasedSlot(models.Model):
    """A slot as one release shows it. UTC; the end is exclusive.

    `session_title` is what its session was called then, so that a rename is seen as one; what the public reads is the
    session's own title. `sequence` counts how often its session was moved, cancelled or taken up again since it was
    first released, and `changed_at` says when last: by that calendars know what is newer.
    """

    release = models.ForeignKey("agenda.Release", models.CASCADE, related_name="slots")
    day = models.ForeignKey(Day, models.CASCADE, related_name="released_slots")
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="released_slots")
    session = models.ForeignKey(Session, models.CASCADE, null=True, related_name="released_slots")
    title = TranslatedField(blank=True)
    session_title = TranslatedField(blank=True)
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

    release = models.ForeignKey("agenda.Release", models.CASCADE, related_name="appearances")
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
