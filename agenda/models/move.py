from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from agenda.models.session import Session
from agenda.models.slot import Slot
from agenda.models.stretch import Stretch, said
from forum.models import Edition, User
from forum.translated import TranslatedField


class MoveQuerySet(models.QuerySet["Move"]):
    """The history of a timetable, oldest first."""

    def last_number(self, edition: Edition) -> int:
        """The number of the last move in an edition; 0: nothing was moved yet."""
        return self.filter(edition=edition).aggregate(last=Max("number"))["last"] or 0

    def of(self, what: Session | Slot) -> MoveQuerySet:
        """Those of a session, with or without a time, or of a break or blocker; the newest first."""
        held = {"session": what} if isinstance(what, Session) else {"slot": what}
        return self.filter(**held).select_related("by").order_by("-number", "-pk")

    def of_gone(self, edition: Edition, slot: int) -> MoveQuerySet:
        """Those of a break or blocker that may be gone, by the key that it had; the newest first."""
        return self.filter(edition=edition, slot_key=slot).select_related("by").order_by("-number", "-pk")

    def made_at_once(self, edition: Edition, number: int) -> MoveQuerySet:
        """All that the deed with this number moved."""
        together = self.filter(edition=edition, number=number)
        return together.select_related("slot", "session", "by").order_by("pk")

    def undoing(self, edition: Edition, number: int) -> MoveQuerySet:
        """What undid the deed with this number."""
        return self.filter(edition=edition, undoes=number)

    def versions(self, edition: Edition) -> dict[int, int]:
        """The number of the last move of each session that has been moved, by the session's key."""
        moved = self.filter(edition=edition).exclude(session=None).order_by()
        return dict(moved.values_list("session").annotate(Max("number")))


class Move(models.Model):
    """That something was put elsewhere on the timetable: who did it, when, from where, to where, and why all the same.

    A fact, never edited. What one deed moved has one number; numbers count up within an edition.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="moves")
    number = models.PositiveIntegerField()
    session = models.ForeignKey(Session, models.CASCADE, null=True, related_name="moves")
    slot = models.ForeignKey(Slot, models.SET_NULL, null=True, related_name="moves")
    slot_key = models.PositiveBigIntegerField(null=True)
    """What the slot's key was, also when the slot is gone."""
    title = TranslatedField(blank=True)
    is_blocker = models.BooleanField(default=False)
    before = models.JSONField(null=True)
    """Where it stood, as Stretch keeps it; None: it had no time."""
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    undoes = models.PositiveIntegerField(null=True)
    """The number of the deed that this one took back."""
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = MoveQuerySet.as_manager()

    class Meta:
        verbose_name = "move"
        verbose_name_plural = "moves"
        ordering = ("number", "pk")
        indexes = (models.Index(fields=["edition", "number"], name="move_number"),)

    def __str__(self) -> str:
        words = {"who": self.who, "what": self.what, "before": self.said_before, "after": self.said_after}
        if self.after is None:
            return _("%(who)s took “%(what)s” off the timetable (%(before)s)") % words
        if self.before is None:
            return _("%(who)s put “%(what)s” on the timetable: %(after)s") % words
        if self.before == self.after:
            return _("%(who)s changed “%(what)s” (%(after)s)") % words
        return _("%(who)s moved “%(what)s” from %(before)s to %(after)s") % words

    @property
    def who(self) -> str:
        """Who did it, as colleagues know them."""
        return str(self.by) if self.by else _("An import, or somebody who has left,")

    @property
    def what(self) -> str:
        """What was moved."""
        return str(self.session or self.title)

    @property
    def said_before(self) -> str:
        """Where it stood, as people read it."""
        return said(self.before)

    @property
    def said_after(self) -> str:
        """Where it was put, as people read it."""
        return said(self.after)

    @classmethod
    def of_slot(cls, slot: Slot, before: Stretch | None, after: Stretch | None, **fields: Any) -> Move:
        """A move of this slot, not saved. Its number is the slot's new version."""
        return cls(
            slot=slot if after else None,
            slot_key=slot.pk,
            session=slot.session,
            title={} if slot.session else slot.title,
            is_blocker=slot.is_blocker,
            before=before.as_kept() if before else None,
            after=after.as_kept() if after else None,
            **fields,
        )
