from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.models.released import ReleasedSlot, ReleasedSlotQuerySet
from agenda.models.session import Session
from forum.codes import new_secret
from forum.errors import Refusal
from forum.models import Edition, Message, User

# How long what nobody has an account for is kept: after the end of the edition, and when nothing is marked in it.
AFTER_THE_END, WHILE_EMPTY = timedelta(days=60), timedelta(days=30)


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

    def of_user(self, user: User, edition: Edition) -> PersonalAgenda | None:
        """That of somebody who is signed in."""
        return self.filter(user=user, edition=edition).select_related("user", "edition").first()

    def of_nobody(self, secret: str) -> PersonalAgenda | None:
        """The one with this secret, if it is nobody's who has an account: a browser may hold such a one."""
        return self.filter(secret=secret, user=None).select_related("edition").first()

    def opened_by(self, secret: str) -> PersonalAgendaQuerySet:
        """The one that a link with `secret` opens, of an edition that is published."""
        return self.filter(secret=secret, edition__in=Edition.objects.published()).select_related("edition")

    def fed_by(self, feed_secret: str) -> PersonalAgendaQuerySet:
        """The one that is read as a calendar at the address with `feed_secret`."""
        found = self.filter(feed_secret=feed_secret, edition__in=Edition.objects.published())
        return found.select_related("edition")

    def outlived(self) -> PersonalAgendaQuerySet:
        """Those of nobody known that have served their time: the edition is long over, or nothing is marked in them
        and nothing was for a month."""
        now = timezone.now()
        is_over = Q(edition__ends_on__lt=(now - AFTER_THE_END).date())
        return self.filter(is_over | Q(bookmarks=None, used_at__lt=now - WHILE_EMPTY), user=None)


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
    used_at = models.DateTimeField(_("last changed at"), default=timezone.now, editable=False)

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

    def get_absolute_url(self) -> str:
        """Where anybody reads it who was given its link."""
        return self.edition.path("personal-agenda", secret=self.secret)

    @classmethod
    def begin(cls, edition: Edition, *, user: User | None, language: str) -> PersonalAgenda:
        """A new one; of somebody who has one already, theirs."""
        if user is None:
            return cls.objects.create(edition=edition, language=language)
        return cls.objects.get_or_create(edition=edition, user=user, defaults={"language": language})[0]

    @property
    def address(self) -> str:
        """Where its person is told of changes: their own address, or one that they confirmed; else empty."""
        if self.user is not None:
            return self.user.email
        return self.email if self.email_confirmed_at else ""

    @property
    def slots(self) -> ReleasedSlotQuerySet:
        """What is marked, as visitors may see it: cancelled sessions too, not those that became closed or vanished."""
        return ReleasedSlot.objects.public().of_sessions().filter(session__bookmarks__personal_agenda=self)

    @property
    def slugs(self) -> list[str]:
        """The addresses of the sessions that are marked and that visitors may see."""
        marked = Session.objects.public().filter(bookmarks__personal_agenda=self)
        return list(marked.order_by("slug").values_list("slug", flat=True))

    def marks(self, session: int) -> bool:
        """Whether a session, by key, is marked."""
        return self.bookmarks.filter(session=session).exists()

    @transaction.atomic
    def mark(self, sessions: Iterable[int]) -> None:
        """Mark sessions of the edition, by key; those that are marked already stay."""
        marks = [Bookmark(personal_agenda=self, session_id=session) for session in sessions]
        Bookmark.objects.bulk_create(marks, ignore_conflicts=True)
        self._note_use()

    @transaction.atomic
    def unmark(self, sessions: Iterable[int]) -> None:
        """Take the marks off sessions, by key."""
        self.bookmarks.filter(session__in=list(sessions)).delete()
        self._note_use()

    def _note_use(self) -> None:
        self._set(used_at=timezone.now())

    @transaction.atomic
    def take_over(self, other: PersonalAgenda) -> None:
        """Put what `other` has into this one, and end `other`."""
        self.copy(other)
        other.delete()

    def copy(self, other: PersonalAgenda) -> None:
        """Mark what is marked in `other`, of the same edition; `other` stays as it is."""
        self.mark(other.bookmarks.values_list("session_id", flat=True))

    def replace_link(self) -> None:
        """Give it a new link. The one until now opens nothing any more, nor do browsers that were let in by it."""
        self._set(secret=new_secret())

    def replace_feed(self) -> None:
        """Give its calendar a new address. Calendars that read the one until now read nothing more."""
        self._set(feed_secret=new_secret())

    @transaction.atomic
    def send_link(self, email: str, *, language: str) -> None:
        """Mail its link to an address, which is asked then whether it wants to hear of changes."""
        if self.user is None:
            is_known = email.casefold() == self.email.casefold()
            self._set(
                email=email,
                language=language,
                email_confirmed_at=self.email_confirmed_at if is_known else None,
            )
        Message.queue("personal-agenda-link", about=self, to=email, language=language)

    @property
    def token(self) -> str:
        """What only the mail to its address tells, and none that went to another one or with an earlier link."""
        return _SIGNER.signature(self._signed)

    @property
    def _signed(self) -> str:
        return f"{self.pk}:{self.secret}:{self.email.casefold()}"

    def confirm_address(self, token: str) -> None:
        """Know its address to be its reader's: they have the `token` that was sent there. Raises Refusal when it is
        that of another address, or of none."""
        try:
            _SIGNER.unsign(f"{self._signed}:{token}")
        except BadSignature:
            raise Refusal(_("This link is not good any more. Have the mail sent once again.")) from None
        self._set(email_confirmed_at=timezone.now(), wants_news=True)

    def hear(self, wants_news: bool) -> None:
        """Be told of changes from now on, or not."""
        self._set(wants_news=wants_news)

    def _set(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=[*fields])


_SIGNER = Signer(salt="agenda.address")


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
