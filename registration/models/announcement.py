from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Job, Message, StakeholderGroup
from forum.translated import TranslatedField
from forum.translated.querysets import TranslatedRecords
from registration.models.questionnaire import Answered
from registration.models.ticket import Ticket
from registration.models.ticket_queryset import TicketQuerySet
from registration.models.ticket_type import TicketType

log = logging.getLogger(__name__)

KIND, LETTER, TRIAL = "announcement", "announcement", "announcement-trial"
STEP = 50  # mails that are queued in one transaction
AFTER_ALL_OTHERS = 8  # urgency: who registers meanwhile does not wait for thousands of mails


class AnnouncementQuerySet(TranslatedRecords, models.QuerySet["Announcement"]):
    """What organizers write to many."""

    def drafts(self) -> AnnouncementQuerySet:
        """Those that were not sent, and so may be changed."""
        return self.filter(sent_at=None)

    def with_numbers(self) -> AnnouncementQuerySet:
        """Each with how many of its mails are queued, sent and failed: `queued`, `sent`, `failed`."""
        ours = Q(messages__letter=LETTER)
        return self.annotate(
            queued=Count("messages", filter=ours & Q(messages__status__in=("queued", "sending"))),
            sent=Count("messages", filter=ours & Q(messages__status="sent")),
            failed=Count("messages", filter=ours & Q(messages__status="failed")),
        )

    def with_calendar_until(self, announcement: Announcement) -> int:
        """How many of its edition have brought a new calendar file, up to this one."""
        brought = self.filter(edition=announcement.edition_id, with_calendar=True)
        return brought.filter(sent_at__lte=announcement.sent_at or timezone.now()).count()


class Announcement(models.Model):
    """A mail that organizers write to many, once: to each address one, in the language of its order.

    Draft until `sent_at` (UTC), then never changed any more. Who is told is read when it is sent.
    """

    class Readers(models.TextChoices):
        LIVE = "live", _("Everybody who has registered: requested, reserved or confirmed")
        CONFIRMED = "confirmed", _("Those whose ticket is confirmed")
        PAYABLE = "payable", _("Those who still have to pay")
        ASKED = "asked", _("Those who still have questions to answer")

    class Told(models.TextChoices):
        ATTENDEES = "attendees", _("The attendees themselves")
        BUYERS = "buyers", _("Those who placed the orders")

    edition = models.ForeignKey(
        Edition,
        models.CASCADE,
        related_name="announcements",
        editable=False,
        verbose_name=_("edition"),
    )
    subject = TranslatedField(_("subject"))
    text = TranslatedField(
        _("text"),
        long=True,
        help_text=_("Markdown. It begins after “Hello”, and ends with why somebody gets it and their links."),
    )
    readers = models.CharField(_("for whom"), max_length=10, choices=Readers.choices, default=Readers.LIVE)
    told = models.CharField(_("written to"), max_length=10, choices=Told.choices, default=Told.ATTENDEES)
    ticket_types = models.ManyToManyField(
        TicketType,
        blank=True,
        related_name="+",
        verbose_name=_("with these tickets only"),
        help_text=_("None chosen: all."),
    )
    groups = models.ManyToManyField(
        StakeholderGroup,
        blank=True,
        related_name="+",
        verbose_name=_("of these groups only, as shown"),
        help_text=_("None chosen: all."),
    )
    with_calendar = models.BooleanField(
        _("with a new calendar file"),
        default=False,
        help_text=_("For when the dates have changed: the file replaces the one that people have."),
    )
    created_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("sent by"),
    )
    messages = GenericRelation(Message, content_type_field="about_type", object_id_field="about_id")

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return str(self.subject)

    @property
    def digest(self) -> str:
        """What tells it, as it is, from what it becomes when somebody changes it."""
        kinds, groups = (
            sorted(chosen.values_list("pk", flat=True)) for chosen in (self.ticket_types, self.groups)
        )
        parts = [self.subject, self.text, self.readers, self.told, kinds, groups, self.with_calendar]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]

    def tickets(self, address: str = "") -> TicketQuerySet:
        """The tickets by which somebody is told, or by which this address is."""
        found: Any = Ticket.objects.filter(order__edition=self.edition_id)
        chosen = {
            self.Readers.LIVE: found.live(),
            self.Readers.CONFIRMED: found.admitting(),
            self.Readers.PAYABLE: found.payable(),
            self.Readers.ASKED: found.live(),
        }
        tickets: TicketQuerySet = chosen[self.Readers(self.readers)]
        kinds, groups = (list(one.values_list("pk", flat=True)) for one in (self.ticket_types, self.groups))
        if kinds:
            tickets = tickets.filter(ticket_type__in=kinds)
        if (
            groups
        ):  # as others see them: a choice that knew the real one would be the label that must not exist
            shown = Q(group__in=groups, group__shown_as=None) | Q(group__shown_as__in=groups)
            tickets = tickets.filter(shown)
        if address:
            tickets = tickets.filter(**{f"{self._address}__iexact": address})
        if self.readers == self.Readers.ASKED:
            asked = Answered.of(tickets.with_all())
            tickets = tickets.filter(pk__in=[one.ticket.pk for one in asked if one.is_open and one.missing])
        return tickets

    def tickets_of(self, address: str) -> TicketQuerySet:
        """The tickets by which this address is told."""
        return self.tickets(address).with_all().order_by("pk")

    def addresses(self) -> dict[str, str]:
        """Whom it is written to, each address once, with the language of its first order."""
        rows = self.tickets().order_by("pk").values_list(self._address, "order__language")
        found: dict[str, tuple[str, str]] = {}
        for address, language in rows:
            if address:
                found.setdefault(address.casefold(), (address, language))
        return dict(found.values())

    def number_without_address(self) -> int:
        """How many tickets' people no mail reaches."""
        return self.tickets().filter(**{self._address: ""}).count()

    @property
    def _address(self) -> str:
        return "order__email" if self.told == self.Told.BUYERS else "attendee__email"

    @transaction.atomic
    def send(self, *, by: Actor, seen: str) -> Job:
        """Have it sent: a worker queues its mails. From now on it is not changed any more.

        `seen` is the digest of what was previewed. Raises Refusal when it is another one by now, when it was sent
        already, or when nobody would get it.
        """
        now = Announcement.objects.held([self.pk]).get()
        if now.sent_at:
            raise Refusal(_("This was sent already."))
        if now.digest != seen:
            raise Refusal(_("It was changed meanwhile. Look at it again before you send it."))
        if not now.addresses():
            raise Refusal(_("Nobody would get it. Choose others to write to."))
        self.sent_at, self.sent_by = timezone.now(), by.user
        self.save(update_fields=["sent_at", "sent_by"])
        log.info("announcement %s: sent by %s", self.pk, by.label)
        return Job.queue(KIND, about=self)

    def try_out(self, to: str) -> int:
        """Send it to `to`, once in each language of the edition, as a trial; how many mails that are."""
        for language in self.edition.offered:
            Message.queue(TRIAL, about=self, to=to, language=language, edition=self.edition)
        return len(self.edition.offered)

    def queue_mails(self, tell: Callable[[int, int], None]) -> None:
        """Write its mails into the outbox, one an address; done again, it adds what is missing. `tell` is told how many
        of how many are written. The worker's part."""
        people = list(self.addresses().items())
        tell(0, len(people))
        for start in range(0, len(people), STEP):
            with transaction.atomic():
                for address, language in people[start : start + STEP]:
                    Message.queue(
                        LETTER,
                        about=self,
                        to=address,
                        language=language,
                        edition=self.edition,
                        key=self._key(address),
                        urgency=AFTER_ALL_OTHERS,
                    )
            tell(min(start + STEP, len(people)), len(people))

    def mails(self) -> Any:
        """Its mails, failed ones first, then by address."""
        failed_first = models.Case(models.When(status="failed", then=0), default=1)
        return self.messages.filter(letter=LETTER).order_by(failed_first, "to", "pk")

    @property
    def job(self) -> Job | None:
        """The work of queuing its mails, once it is sent."""
        return Job.objects.of_kind(KIND, self.edition).filter(about_id=self.pk).first()

    def _key(self, address: str) -> str:
        return f"{LETTER}:{self.pk}:{salted_hmac(LETTER, address.casefold(), algorithm='sha256').hexdigest()}"
