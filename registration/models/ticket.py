from __future__ import annotations

import logging

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_secret
from forum.errors import Refusal
from forum.models import Edition, Message, StakeholderGroup
from registration.models.quota import Place, Quota
from registration.models.ticket_type import TicketType

log = logging.getLogger(__name__)


class Status(models.TextChoices):
    """The state of a ticket; see Ticket."""

    REQUESTED = "requested", _("Requested")
    RESERVED = "reserved", _("Reserved")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


# Said to who holds an order; the first one that fits one of its tickets counts.
IN_WORDS = {
    Status.CONFIRMED: _("You are registered"),
    Status.RESERVED: _("A place is kept for you"),
    Status.REQUESTED: _("We have your request"),
    Status.DECLINED: _("We could not say yes"),
    Status.EXPIRED: _("The time to pay has passed"),
    Status.CANCELLED: _("This registration was cancelled"),
}

LIVE = (Status.REQUESTED, Status.RESERVED, Status.CONFIRMED)
HOLDING = (Status.RESERVED, Status.CONFIRMED)


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Rights to enter."""

    def of_edition(self, edition: Edition) -> TicketQuerySet:
        """Those of one edition, with what a list of them shows."""
        return self.filter(order__edition=edition).with_all()

    def with_all(self) -> TicketQuerySet:
        """Each with what its page, its badge and its mails show."""
        return self.select_related("order__edition", "attendee", "ticket_type", "group__shown_as")

    def opened_by(self, secret: str) -> TicketQuerySet:
        """The one that this secret opens."""
        return self.filter(secret=secret).with_all()

    def overdue(self) -> TicketQuerySet:
        """Reservations past their time: free for others, swept or not."""
        return self.filter(status=Status.RESERVED, reserved_until__lt=timezone.now())

    def rivals_of(self, ticket_type: TicketType) -> TicketQuerySet:
        """Those that hold a place of a quota which `ticket_type` needs."""
        return self.filter(places__quota__ticket_types=ticket_type).distinct()

    def holding_places(self) -> TicketQuerySet:
        """Those for which a place is taken."""
        return self.filter(status__in=HOLDING)

    def misplaced(self) -> TicketQuerySet:
        """Those whose places are not the ones that their state and their type's quotas call for; there must be none."""
        place_here = Place.objects.filter(ticket=OuterRef(OuterRef("pk")), quota=OuterRef("pk"))
        lacking = Quota.objects.filter(~Exists(place_here), ticket_types=OuterRef("ticket_type"))
        share = Quota.ticket_types.through.objects.filter(
            quota=OuterRef("quota"), tickettype=OuterRef("ticket__ticket_type")
        )
        taken = Place.objects.filter(ticket=OuterRef("pk"))
        holds = Q(status__in=HOLDING)
        return self.filter(
            (holds & (Exists(lacking) | Exists(taken.filter(~Exists(share))))) | (~holds & Exists(taken))
        )

    def locked(self) -> TicketQuerySet:
        """Each kept from other verbs until the transaction ends; not from new places, which only point at it."""
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")

    def live(self) -> TicketQuerySet:
        """Those that may still lead somebody in."""
        return self.filter(status__in=LIVE)

    def numbers_by_status(self) -> dict[str, int]:
        """How many there are in each state; states without any are left out."""
        return dict(self.order_by().values_list("status").annotate(models.Count("pk")))

    def numbers_by_public_group(self) -> dict[int, int]:
        """How many there are of each group that others see, by its key."""
        public = Coalesce("group__shown_as", "group")
        return dict(self.order_by().values_list(public).annotate(models.Count("pk")))


class Ticket(models.Model):
    """One attendee's right to enter, at the price agreed (minor units of the edition's currency).

    requested ──approve──▶ reserved ──confirm──▶ confirmed ──cancel──▶ cancelled
        └─decline─▶ declined   └─expire─▶ expired ─revive─▶ confirmed

    A requested ticket holds no place; reserved and confirmed ones do. Each verb is one conditional UPDATE, so that of
    two rivals one wins.
    """

    order = models.ForeignKey(
        "registration.Order", models.PROTECT, related_name="tickets", verbose_name=_("order")
    )
    ticket_type = models.ForeignKey(
        TicketType, models.PROTECT, related_name="tickets", verbose_name=_("ticket type")
    )
    group = models.ForeignKey(
        StakeholderGroup, models.PROTECT, related_name="tickets", verbose_name=_("stakeholder group")
    )
    price = models.PositiveIntegerField(_("price"))
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, editable=False)
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    badge_token = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    reserved_until = models.DateTimeField(_("reserved until"), null=True, blank=True, editable=False)
    status_changed_at = models.DateTimeField(_("state changed at"), default=timezone.now, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ("pk",)
        indexes = (models.Index(fields=["status", "reserved_until"], name="ticket_overdue"),)

    def __str__(self) -> str:
        return f"{self.order.code} · {self.ticket_type}"

    @property
    def edition(self) -> Edition:
        return self.order.edition

    def get_absolute_url(self) -> str:
        return reverse("ticket", kwargs={"secret": self.secret})

    @property
    def is_live(self) -> bool:
        """Whether it may still lead somebody in."""
        return self.status in LIVE

    @property
    def admits(self) -> bool:
        """Whether it leads its attendee in, and so has a badge."""
        return self.status == Status.CONFIRMED

    @property
    def is_payable(self) -> bool:
        """Whether money is waited for."""
        return self.status == Status.RESERVED and self.price > 0

    @property
    def is_revivable(self) -> bool:
        """Whether money that comes late may still lead its attendee in."""
        return self.status == Status.EXPIRED and not self.edition.is_over

    @transaction.atomic
    def approve(self, *, by: Actor) -> None:
        """Say yes to a requested ticket: it takes its places, is confirmed when free, else reserved to be paid.

        Raises Refusal when it is not requested, or when no place is left.
        """
        due = timezone.now() + self.order.PAYMENT_TIME
        self._move({Status.REQUESTED}, to=Status.RESERVED, by=by, reserved_until=due)
        if self.price == 0:
            self.confirm(by=by)
        else:
            self._tell("ticket-approved")
        Place.take(self)

    def decline(self, *, by: Actor, reason: str = "") -> None:
        """Say no to a requested ticket; the reason is mailed. Raises Refusal when it is not requested."""
        with transaction.atomic():
            self._move({Status.REQUESTED}, to=Status.DECLINED, by=by, reason=reason)
            self._tell("ticket-declined")

    def confirm(self, *, by: Actor) -> None:
        """Turn a reserved ticket into a promise: it now admits its attendee. Raises Refusal when it is not reserved."""
        with transaction.atomic():
            self._move({Status.RESERVED}, to=Status.CONFIRMED, by=by, reserved_until=None)
            self._tell("ticket-confirmed")

    def expire(self, *, by: Actor) -> None:
        """End a reservation past its time and give its places back. Raises Refusal when it is not reserved."""
        with transaction.atomic():
            self._move({Status.RESERVED}, to=Status.EXPIRED, by=by)
            self._tell("ticket-expired")
            Place.give_back(self)

    @transaction.atomic
    def revive(self, *, by: Actor) -> None:
        """Turn an expired ticket, whose money came late, into a promise after all: it takes its places again.

        Only a payment leads here. Raises Refusal, and changes nothing, when it is not expired or no place is left.
        """
        self._move({Status.EXPIRED}, to=Status.CONFIRMED, by=by, reserved_until=None)
        self._tell("ticket-confirmed")
        Place.take(self)

    def cancel(self, *, by: Actor, reason: str = "") -> None:
        """Give a live ticket up, and its places back. Raises Refusal when it is not live any more."""
        with transaction.atomic():
            self.give_up(by=by, reason=reason)
            Place.give_back(self)

    def give_up(self, *, by: Actor, reason: str = "") -> None:
        """The half of `cancel` that touches no place, for who cancels several and then gives all places back."""
        self._move(set(LIVE), to=Status.CANCELLED, by=by, reason=reason)
        self._tell("ticket-cancelled")

    def replace_secrets(self) -> None:
        """Make new links and a new badge code; the old ones open nothing from now on."""
        self.secret, self.badge_token = new_secret(), new_secret()
        self.save(update_fields=["secret", "badge_token"])

    def _move(self, allowed: set[Status], *, to: Status, by: Actor, **fields: object) -> None:
        changed = {"status": to, "status_changed_at": timezone.now(), **fields}
        moved = Ticket.objects.filter(pk=self.pk, status__in=allowed).update(**changed)
        if not moved:
            self.refresh_from_db(fields=["status"])
            raise Refusal(
                _("This ticket is already in the state “%(state)s”, so that cannot be done any more.")
                % {"state": self.get_status_display()}
            )
        log.info("ticket %s: %s by %s", self.pk, to, by.label)
        for name, value in changed.items():
            setattr(self, name, value)

    def _tell(self, letter: str) -> None:
        Message.queue(
            letter,
            about=self,
            to=self.attendee.email,
            language=self.order.language,
            edition=self.order.edition,
        )
