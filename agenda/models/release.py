from __future__ import annotations

import logging

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.models.audience import Audience
from agenda.models.changes import Changes
from agenda.models.released import ReleasedAppearance, ReleasedSlot
from agenda.models.revisions import Revisions
from agenda.models.state import State
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Message, User, shown_in_public
from forum.prepared import Question
from forum.translated import TranslatedField

log = logging.getLogger(__name__)

LETTER = "agenda-changes"


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Published states, newest first."""

    def current(self, edition: Edition) -> Release | None:
        """What the public sees of `edition` now."""
        return next(iter(_CURRENT.records(edition.pk)), None)

    def of_edition(self, edition: Edition) -> ReleaseQuerySet:
        """All of one edition, newest first."""
        return self.filter(edition=edition).order_by("-number")

    def until(self, number: int) -> ReleaseQuerySet:
        """Those up to this number."""
        return self.filter(number__lte=number)


@shown_in_public
class Release(models.Model):
    """One published state of the agenda. Never edited: going back to an earlier one is a new release.

    It freezes slots, session states and appearances; names, texts and photos are read live, through consent. Whom its
    changes concern is written to, unless it `is_silent`.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="releases", verbose_name=_("edition"))
    number = models.PositiveIntegerField(_("number"), editable=False)
    is_current = models.BooleanField(_("current"), default=False, editable=False)
    note = TranslatedField(_("note"), blank=True, help_text=_("What readers should know about the changes."))
    is_silent = models.BooleanField(_("nobody was told"), default=False, editable=False)
    returns_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("goes back to")
    )
    published_at = models.DateTimeField(_("published at"), default=timezone.now, editable=False)
    published_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("published by")
    )
    messages = GenericRelation(Message, content_type_field="about_type", object_id_field="about_id")

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
    def publish(
        cls, edition: Edition, *, by: Actor, after: int, note: object = "", is_silent: bool = False
    ) -> Release:
        """Freeze the draft as it stands, show it to the public, and write to whom its changes concern.

        `after` is the number of the release that the organizer saw as the current one (0: none). Raises Refusal when
        somebody else has published since: of two who press at once, one makes the release and the other is told.
        """
        before = cls._last(edition, seen=after)
        return cls._make(before, State.drafted(edition), edition, by, note=note, is_silent=is_silent)

    @transaction.atomic
    def bring_back(self, *, by: Actor, after: int, note: object = "", is_silent: bool = False) -> Release:
        """Show the public this earlier state again, by a new release that equals it. The draft stays as it is, and
        differs from what is public then.

        `after` as for `publish`. Raises Refusal when somebody else has published since, and for the current release.
        """
        before = Release._last(self.edition, seen=after)
        if before is None or before.pk == self.pk:
            raise Refusal(_("That is what the public sees now."))
        state = State.released(self).with_titles_of_today()
        return Release._make(before, state, self.edition, by, note=note, is_silent=is_silent, returns_to=self)

    @classmethod
    def _last(cls, edition: Edition, *, seen: int) -> Release | None:
        """The newest release, which is held as the newest until the transaction ends."""
        Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
        before = cls.objects.of_edition(edition).first()
        if (before.number if before else 0) != seen:
            raise Refusal(_("The agenda was released a moment ago. Look at the changes again."))
        return before

    @classmethod
    def _make(
        cls, before: Release | None, state: State, edition: Edition, by: Actor, **fields: object
    ) -> Release:
        cls.objects.filter(edition=edition, is_current=True).update(is_current=False)
        number = before.number + 1 if before else 1
        release = cls(edition=edition, number=number, is_current=True, published_by=by.user, **fields)
        release.save(force_insert=True)
        release._freeze(state, Revisions.up_to(before, edition))
        if not release.is_silent:
            audience = Audience.of(Changes.between(State.released(before), state), edition)
            Message.queue_many(LETTER, about=release, readers=audience.readers, edition=edition)
        log.info("release %s of edition %s: published by %s", number, edition.pk, by.label)
        return release

    def _freeze(self, state: State, revisions: Revisions) -> None:
        released = [
            ReleasedSlot(release=self, changed_at=self.published_at, **piece._asdict())
            for piece in state.pieces
        ]
        for copy in released:
            revisions.carry_on(copy)
        ReleasedSlot.objects.bulk_create(released)
        ReleasedAppearance.objects.bulk_create(
            ReleasedAppearance(release=self, **part._asdict()) for part in state.parts
        )

    @property
    def predecessor(self) -> Release | None:
        """The release before it."""
        return Release.objects.of_edition(self.edition).until(self.number - 1).first()

    def changes(self) -> Changes:
        """What it changed. At most six queries."""
        before = self.predecessor
        states = State.of_releases([self, before] if before else [self])
        return Changes.between(states[before.pk] if before else State([], []), states[self.pk])

    def changes_to_return(self) -> Changes:
        """What bringing it back would change. At most seven queries."""
        current = Release.objects.current(self.edition)
        return Changes.between(State.released(current), State.released(self).with_titles_of_today())

    def told(self) -> dict[str, int]:
        """How many of its mails are in which state. One query."""
        counted = self.messages.order_by().values_list("status").annotate(Count("pk"))
        return dict(counted)


_CURRENT = Question(lambda edition: Release.objects.filter(edition=edition, is_current=True))
