from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from forum.models.deferred import Deferred, DeferredQuerySet

if TYPE_CHECKING:
    from forum.models.edition import Edition


AFTER_ALL_OTHERS = (
    8  # urgency of what goes to many: who waits for a mail meanwhile does not wait for all of them
)


class MessageQuerySet(DeferredQuerySet):
    """The outbox."""

    def without(self, letters: Iterable[str]) -> MessageQuerySet:
        """All but those of these letters."""
        return self.exclude(letter__in=list(letters))

    def about(self, record: models.Model) -> MessageQuerySet:
        """The mails that speak of `record`."""
        return self.filter(about_type=ContentType.objects.get_for_model(record), about_id=record.pk)

    def newest_about(self, records: Iterable[models.Model], *, to: str) -> Message | None:
        """The last mail to `to` that speaks of one of `records`, all of one model."""
        known = list(records)
        if not known:
            return None
        kind = ContentType.objects.get_for_model(known[0])
        theirs = self.filter(about_type=kind, about_id__in=[record.pk for record in known], to__iexact=to)
        return theirs.order_by("pk").last()


class Message(Deferred):
    """One mail to one person, in the outbox.

    Written in the transaction of what it speaks of; rendered when it is sent. None is lost; one is doubled only when
    a process dies between the mail server's 250 and our commit, and then carries the same Message-ID (RFC 5322).
    `context` holds what cannot be read from `about` (a sign-in code) and is emptied once the mail is sent.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    WORKING: ClassVar[str] = Status.SENDING
    DONE: ClassVar[str] = Status.SENT
    TASK: ClassVar[str] = "forum.tasks.send_message"
    SWEEP: ClassVar[str] = "forum.tasks.sweep_messages"

    edition = models.ForeignKey(
        "forum.Edition",
        models.CASCADE,
        null=True,
        editable=False,
        related_name="messages",
        verbose_name=_("edition"),
    )
    key = models.CharField(_("key"), max_length=200, unique=True, editable=False)
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    letter = models.CharField(_("letter"), max_length=60, editable=False)
    to = models.EmailField(_("to"), max_length=254, editable=False)
    language = models.CharField(_("language"), max_length=12, editable=False)
    about_type = models.ForeignKey(ContentType, models.CASCADE, null=True, editable=False)
    about_id = models.PositiveBigIntegerField(null=True, editable=False)
    about = GenericForeignKey("about_type", "about_id")
    context = models.JSONField(default=dict, editable=False)
    expires_at = models.DateTimeField(_("worthless after"), null=True, editable=False)
    status = models.CharField(
        _("state"), max_length=10, choices=Status.choices, default=Status.QUEUED, editable=False
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-created_at",)
        indexes = (
            models.Index(fields=["status", "due_at"], name="message_due"),
            models.Index(fields=["about_type", "about_id"], name="message_about"),
        )

    def __str__(self) -> str:
        return f"{self.letter} · {self.to}"

    @classmethod
    def queue(
        cls,
        letter: str,
        *,
        to: str,
        about: models.Model | None = None,
        edition: Edition | None = None,
        language: str | None = None,
        context: dict[str, Any] | None = None,
        key: str = "",
        urgency: int = 5,
        lasts: timedelta | None = None,
        not_before: datetime | None = None,
    ) -> Message | None:
        """Write a mail into the outbox and nudge a worker after the commit.

        The same `key` is queued once however often it is asked for. `urgency` 0 goes first. `lasts` says how long the
        mail is worth sending; `not_before` lets it wait for what else happens until then, which it says too when it is
        written. `language` defaults to the active one. Who has no address (`to` is empty) is written
        nothing, and None is returned.
        """
        if not to:
            return None
        expires_at: datetime | None = timezone.now() + lasts if lasts else None
        fields = {
            "letter": letter,
            "to": to,
            "language": language or get_language() or "en",
            "edition": edition or getattr(about, "edition", None),
            "about_type": ContentType.objects.get_for_model(about) if about else None,
            "about_id": about.pk if about else None,
            "context": context or {},
            "urgency": urgency,
            "expires_at": expires_at,
            **({"due_at": not_before} if not_before else {}),
        }
        if key:
            message, made = cls.objects.get_or_create(key=key, defaults=fields)
        else:
            message, made = cls.objects.create(key=f"{letter}:{uuid.uuid4()}", **fields), True
        if made and not not_before:
            message.nudge()
        return message

    @classmethod
    def queue_many(
        cls,
        letter: str,
        *,
        about: models.Model,
        readers: Iterable[tuple[str, str]],
        edition: Edition,
        urgency: int = AFTER_ALL_OTHERS,
    ) -> None:
        """Write a mail about one record to each of `readers`, address and language, into the outbox: in bulk, and to
        each address once, however it is written and however often this is asked for. A worker is nudged once.
        """
        kind = ContentType.objects.get_for_model(about)
        messages = [
            cls(
                key=f"{letter}:{about.pk}:{_known_by(letter, address)}",
                letter=letter,
                to=address,
                language=language,
                edition=edition,
                about_type=kind,
                about_id=about.pk,
                urgency=urgency,
            )
            for address, language in {
                address.casefold(): (address, language) for address, language in readers
            }.values()
        ]
        if messages:
            cls.objects.bulk_create(messages, batch_size=500, ignore_conflicts=True)
            transaction.on_commit(cls._nudge_the_sweep)

    @classmethod
    def _nudge_the_sweep(cls) -> None:
        cls._ask_a_worker(cls.SWEEP, priority=AFTER_ALL_OTHERS)


def _known_by(letter: str, address: str) -> str:
    return salted_hmac(letter, address.casefold(), algorithm="sha256").hexdigest()
