from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.models.track import Format, Track
from forum.actor import Actor
from forum.models import Edition, shown_in_public
from forum.numbers import LastingNumberField
from forum.slugs import LastingSlugField
from forum.translated import SearchTextField, TranslatedField, TranslatedRecords, searchable


class SessionQuerySet(TranslatedRecords, models.QuerySet["Session"]):
    """Sessions, scheduled or not."""

    def public(self) -> SessionQuerySet:
        """Those that visitors may see: in the current release, and not closed."""
        return (
            self.exclude(access=Session.Access.CLOSED)
            .filter(released_slots__release__is_current=True)
            .distinct()
        )

    def on_day(self, day: int | str) -> SessionQuerySet:
        """Those whose slot is on the day with this number in the database."""
        return self.filter(slot__day=day)

    def without_time(self) -> SessionQuerySet:
        """Those that have no slot yet."""
        return self.filter(slot=None)

    def texts_of(self, edition: Edition) -> models.QuerySet[Session, tuple[int, str]]:
        """The key of each session of an edition, and what it is found by."""
        return self.filter(edition=edition).values_list("pk", "search_text")

    def keys_of(self, edition: Edition, slugs: Iterable[str]) -> dict[str, int]:
        """The key of each session of an edition by its address, of those with one of these."""
        return dict(self.filter(edition=edition, slug__in=list(slugs)).values_list("slug", "pk"))

    def with_draft(self) -> SessionQuerySet:
        """Each with where and when it is, and who speaks in it, in the draft of the agenda."""
        return self.select_related("slot__room", "track", "format").prefetch_related("appearances")

    def about(self, text: str) -> SessionQuerySet:
        """Those found by every word of `text`, in any language."""
        found = self
        for word in searchable(text).split():
            found = found.filter(search_text__contains=word)
        return found


@shown_in_public
class Session(models.Model):
    """What happens and who speaks in it, whether or not it has a time yet.

    draft ──confirm──▶ confirmed ──cancel──▶ cancelled ──confirm──▶ confirmed
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONFIRMED = "confirmed", _("Confirmed")
        CANCELLED = "cancelled", _("Cancelled")

    class Access(models.TextChoices):
        OPEN = "open", _("Open to all attendees")
        INVITATION = "invitation", _("By invitation")
        CLOSED = "closed", _("Closed: shown nowhere in public")
        CHATHAM = "chatham", _("Open, under the Chatham House Rule")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="sessions", verbose_name=_("edition"))
    title = TranslatedField(_("title"))
    slug = LastingSlugField(
        _("address"), of="title", help_text=_("Left empty it is made from the title; it never changes.")
    )
    guid = models.UUIDField(default=uuid4, editable=False)
    number = LastingNumberField()
    abstract = TranslatedField(
        _("abstract"), blank=True, long=True, help_text=_("A few sentences. Markdown.")
    )
    track = models.ForeignKey(
        Track, models.SET_NULL, null=True, blank=True, related_name="sessions", verbose_name=_("track")
    )
    format = models.ForeignKey(
        Format, models.SET_NULL, null=True, blank=True, related_name="sessions", verbose_name=_("format")
    )
    spoken_languages = models.JSONField(_("spoken languages"), default=list, blank=True)
    interpreted_languages = models.JSONField(_("interpreted into"), default=list, blank=True)
    access = models.CharField(_("access"), max_length=12, choices=Access.choices, default=Access.OPEN)
    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    repeat_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="repeats", verbose_name=_("repeat of")
    )
    search_text = SearchTextField(of=("title", "abstract"))
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["edition", "slug"], name="session_slug_once_an_edition"),
            models.UniqueConstraint(fields=["edition", "guid"], name="session_guid_once_an_edition"),
            models.UniqueConstraint(fields=["edition", "number"], name="session_number_once_an_edition"),
        )

    def __str__(self) -> str:
        return str(self.title)

    def clean(self) -> None:
        for name in ("track", "format", "repeat_of"):
            other = getattr(self, name)
            if other and other.edition_id != self.edition_id:
                raise ValidationError({name: _("That belongs to another edition.")})

    def get_absolute_url(self) -> str:
        return self.edition.path("session", slug=self.slug)

    def confirm(self, *, by: Actor) -> None:
        """Decide that it takes place; the next release shows it."""
        self.status, self.cancelled_at = self.Status.CONFIRMED, None
        self.save(update_fields=["status", "cancelled_at", "updated_at"])

    def cancel(self, *, by: Actor) -> None:
        """Decide that it does not take place. It keeps its slot, so that the next release says so there."""
        self.mark_cancelled()
        self.save(update_fields=["status", "cancelled_at", "updated_at"])

    def mark_cancelled(self) -> None:
        """The same without saving, for who saves many."""
        self.status, self.cancelled_at = self.Status.CANCELLED, timezone.now()
