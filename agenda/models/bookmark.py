from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.models.session import Session
from forum.codes import new_secret
from forum.models import Edition, User


class PersonalAgendaQuerySet(models.QuerySet["PersonalAgenda"]):
    """Personal agendas of attendees, speakers and of visitors who are not known."""

    def marking(self, sessions: Iterable[int]) -> PersonalAgendaQuerySet:
        """Those in which one of `sessions`, by key, is marked."""
        marked = Bookmark.objects.filter(personal_agenda=models.OuterRef("pk"), session__in=sessions)
        return self.filter(models.Exists(marked))

    def to_be_told(self) -> PersonalAgendaQuerySet:
        """Those whose person wants to hear of changes, and at an address that is known to be theirs."""
        known = Q(user__isnull=False, user__is_active=True) | Q(email_confirmed_at__isnull=False)
        return self.filter(known, wants_news=True).select_related("user")


class PersonalAgenda(models.Model):
    """One person's sessions of an edition. It needs no account: whoever has its secret has it.

    A person who signs in has one for each edition, and what their browser had is put into it. `email` is where its
    link was sent to; nothing else is sent there before its reader has confirmed it.
    """

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="personal_agendas", verbose_name=_("edition")
    )
    user = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="personal_agendas", verbose_name=_("person")
    )
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    feed_secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    email_confirmed_at = models.DateTimeField(_("address confirmed at"), null=True, editable=False)
    wants_news = models.BooleanField(_("wants to hear of changes"), default=True)
    language = models.CharField(_("language"), max_length=12)
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    used_at = models.DateTimeField(_("last used at"), default=timezone.now, editable=False)

    objects = PersonalAgendaQuerySet.as_manager()

    class Meta:
        verbose_name = _("personal agenda")
        verbose_name_plural = _("personal agendas")
        constraints = (
            models.UniqueConstraint(
                fields=["edition", "user"],
                condition=Q(user__isnull=False),
                name="personal_agenda_once_a_person_and_edition",
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def address(self) -> str:
        """Where its person is told of changes: their own address, or one that they confirmed; else empty."""
        if self.user is not None:
            return self.user.email
        return self.email if self.email_confirmed_at else ""


class Bookmark(models.Model):
    """One person's mark on a session."""

    personal_agenda = models.ForeignKey(
        PersonalAgenda, models.CASCADE, related_name="bookmarks", verbose_name=_("personal agenda")
    )
    session = models.ForeignKey(Session, models.CASCADE, related_name="bookmarks", verbose_name=_("session"))
    marked_at = models.DateTimeField(_("marked at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")
        constraints = (
            models.UniqueConstraint(
                fields=["personal_agenda", "session"], name="session_marked_once_in_a_personal_agenda"
            ),
        )

    def __str__(self) -> str:
        return str(self.session)
