from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_secret
from forum.errors import Refusal
from forum.models import Edition, StakeholderGroup, User
from forum.models.edition import Phase
from registration.models.guest_mail import mail
from registration.models.guest_queryset import LIVE, OPEN, GuestQuerySet, GuestStatus, once_an_address
from registration.models.ticket_type import TicketType

if TYPE_CHECKING:
    from registration.models.ticket import Ticket

log = logging.getLogger(__name__)


class Guest(models.Model):
    """Somebody asked by a personal link to register, under a group and for a ticket type.

    invited ──begin──▶ begun ──use──▶ registered
       └──decline─▶ declined, ──withdraw─▶ withdrawn, ──lapse─▶ lapsed: each ──invite_again─▶ invited

    Such a ticket needs no approval, may be hidden, and can be had before registration opens; it takes its places as
    any other. A link is used once. Each verb is one conditional UPDATE, so that of two rivals one wins. `answer_by` is
    the first moment at which the link opens nothing any more.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="guests", verbose_name=_("edition"))
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), max_length=254)
    group = models.ForeignKey(
        StakeholderGroup, models.PROTECT, related_name="guests", verbose_name=_("stakeholder group")
    )
    ticket_type = models.ForeignKey(
        TicketType, models.PROTECT, related_name="guests", verbose_name=_("ticket type")
    )
    language = models.CharField(_("language"), max_length=12)
    message = models.TextField(_("personal message"), max_length=1000, blank=True)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    status = models.CharField(
        _("state"), max_length=10, choices=GuestStatus.choices, default=GuestStatus.INVITED, editable=False
    )
    status_changed_at = models.DateTimeField(_("state changed at"), default=timezone.now, editable=False)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited at"), default=timezone.now, editable=False)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)
    ticket = models.OneToOneField(
        "registration.Ticket",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="guest",
        verbose_name=_("ticket"),
    )

    objects = GuestQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering = ("-invited_at", "pk")
        constraints = (
            models.UniqueConstraint(
                "edition", Lower("email"), condition=Q(status__in=LIVE), name="one_live_guest_an_address"
            ),
        )
        indexes = (models.Index(fields=["status", "answer_by"], name="guest_overdue"),)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        faults: dict[str, Any] = {}
        if self.answer_by and self.answer_by <= timezone.now():
            faults["answer_by"] = _("That moment has passed. Choose a later one.")
        kind, group = getattr(self, "ticket_type", None), getattr(self, "group", None)
        if kind and group and not kind.is_for(group):
            faults["ticket_type"] = _("“%(type)s” is for other groups.") % {"type": kind}
        others = Guest.objects.of_edition(self.edition).live().at(self.email).exclude(pk=self.pk)
        if self.email and (self.pk is None or self.status in LIVE) and others.exists():
            faults["email"] = _("Somebody with this address is invited already.")
        if faults:
            raise ValidationError(faults)

    def get_absolute_url(self) -> str:
        return reverse("guest", kwargs={"secret": self.secret})

    @property
    def regrets_url(self) -> str:
        """Where they say that they do not come."""
        return reverse("guest-regrets", kwargs={"secret": self.secret})

    @property
    def is_open(self) -> bool:
        """Whether an answer is waited for."""
        return self.status in OPEN

    @property
    def is_over(self) -> bool:
        """Whether it ended without a ticket, or its ticket is over, so that it may be invited again."""
        if self.status == GuestStatus.REGISTERED:
            return self.ticket is None or not self.ticket.is_live
        return not self.is_open

    @property
    def obstacle(self) -> str:
        """Why its link does not open the form now, as one word; empty when it does."""
        edition = self.edition
        if self.status == GuestStatus.REGISTERED:
            return "cancelled" if self.is_over else "registered"
        if not self.is_open:
            return self.status
        passed = self.answer_by is not None and self.answer_by <= timezone.now()
        closed = edition.is_closed_for_good or edition.is_over
        checks: dict[str, object] = {
            "no-forum": edition.cancelled_at,
            "over": edition.is_over,
            "lapsed": passed,
            "closed": closed,
            "paused": edition.registration_paused_at or edition.phase == Phase.DRAFT,
            "gone": self.offered() is None,
        }
        return next((word for word, applies in checks.items() if applies), "")

    def must_be_open(self) -> None:
        """Raise Refusal when nobody can register with its link now."""
        if self.obstacle:
            raise Refusal(_("This invitation cannot be used any more."))

    def offered(self) -> TicketType | None:
        """The ticket type as it is now and as this guest has it, without approval; None when it is not to be had."""
        found = TicketType.objects.open_to_guests(self.edition).with_places().as_it_is(self.ticket_type)
        if found:
            found.needs_approval, found.edition, found.group = False, self.edition, self.group
        return found

    # --- verbs ---

    @classmethod
    @transaction.atomic
    def invite(cls, guests: Sequence[Guest], *, by: Actor) -> None:
        """Save these guests, all of one edition, and mail each of them their link. Raises Refusal, and writes nothing,
        when the forum takes nobody any more or one of the addresses is invited already."""
        for edition in {guest.edition for guest in guests}:
            if edition.is_closed_for_good or edition.is_over:
                raise Refusal(_("Registration has closed, so nobody can be invited any more."))
            if edition.phase == Phase.DRAFT:
                raise Refusal(_("Publish the edition first: till then the links open nothing."))
        for guest in guests:
            guest.invited_by = by.user
        with once_an_address():
            cls.objects.bulk_create(guests, batch_size=500)
        mail("guest-invited", guests)
        log.info("%s guests: invited by %s", len(guests), by.label)

    def begin(self) -> None:
        """Note that somebody presses the buttons of its page. To open it is not noted: mail scanners follow links."""
        moved = Guest.objects.filter(pk=self.pk, status=GuestStatus.INVITED)
        moved.update(status=GuestStatus.BEGUN, status_changed_at=timezone.now())

    @classmethod
    def use(cls, tickets: Sequence[tuple[Guest, Ticket]], moment: datetime) -> None:
        """Note the tickets that came of invitations, in primary-key order: before vouchers and places are taken. Of two
        rivals with one link one gets a ticket; raises Refusal for the other, whose transaction must be given up."""
        for guest, ticket in sorted(tickets, key=lambda pair: pair[0].pk):
            theirs = cls.objects.usable(moment).filter(pk=guest.pk, secret=guest.secret)
            used = {"status": GuestStatus.REGISTERED, "status_changed_at": moment, "ticket": ticket}
            if not theirs.update(**used, reason=""):
                raise Refusal(_("This invitation cannot be used any more."))
            log.info("guest %s: registered", guest.pk)

    def decline(self, *, by: Actor, reason: str = "") -> None:
        """Say that they do not come. Raises Refusal when no answer is waited for."""
        self._move(Guest.objects.open(), by=by, status=GuestStatus.DECLINED, reason=reason)

    def withdraw(self, *, by: Actor) -> None:
        """Take the invitation back; its link says so. Raises Refusal when no answer is waited for."""
        self._move(Guest.objects.open(), by=by, status=GuestStatus.WITHDRAWN)

    @transaction.atomic
    def send_again(self, *, by: Actor) -> None:
        """Mail the invitation once more, with the same link. Raises Refusal when no answer is waited for."""
        self._move(Guest.objects.usable(timezone.now()), by=by, invited_at=timezone.now())
        mail("guest-invited", [self])

    @transaction.atomic
    def invite_again(self, *, by: Actor) -> None:
        """Let the link be used again, and mail it. Raises Refusal when an answer is waited for or the ticket is live,
        when the time to answer has passed, or another guest has the address meanwhile."""
        if self.answer_by and self.answer_by <= timezone.now():
            raise Refusal(_("The time to answer has passed. Choose a later one first, and save."))
        now = timezone.now()
        fresh: dict[str, Any] = {"reason": "", "invited_at": now, "reminded_at": None}
        with once_an_address():
            self._move(Guest.objects.to_be_invited_again(), by=by, status=GuestStatus.INVITED, **fresh)
        mail("guest-invited", [self])

    @transaction.atomic
    def correct_email(self, email: str, *, by: Actor) -> None:
        """Invite them at another address. The link in the mail to the old one opens nothing from now on. Raises Refusal
        when no answer is waited for, or when somebody else is invited there."""
        changed = {"email": email, "secret": new_secret(), "invited_at": timezone.now()}
        with once_an_address():
            self._move(Guest.objects.open(), by=by, status=GuestStatus.INVITED, **changed)
        mail("guest-invited", [self])

    @transaction.atomic
    def remind(self, *, by: Actor) -> None:
        """Mail them that an answer is waited for. Raises Refusal when none is, or when they were reminded within a
        day."""
        theirs = Guest.objects.usable(timezone.now())
        if (
            theirs.filter(pk=self.pk).exists()
            and not theirs.not_reminded_lately().filter(pk=self.pk).exists()
        ):
            raise Refusal(_("They were reminded less than a day ago."))
        self._move(theirs.not_reminded_lately(), by=by, reminded_at=timezone.now())
        mail("guest-reminder", [self])

    def _move(self, allowed: GuestQuerySet, *, by: Actor, **fields: Any) -> None:
        if "status" in fields:
            fields["status_changed_at"] = timezone.now()
        if not allowed.filter(pk=self.pk).update(**fields):
            self.refresh_from_db(fields=["status"])
            raise Refusal(
                _("This invitation is in the state “%(state)s”, so that cannot be done.")
                % {"state": self.get_status_display()}
            )
        log.info("guest %s: %s by %s", self.pk, ", ".join(fields), by.label)
        for name, value in fields.items():
            setattr(self, name, value)
