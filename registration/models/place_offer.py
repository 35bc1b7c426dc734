from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_secret
from forum.errors import Refusal
from forum.models import Edition, Message, StakeholderGroup
from registration.models.place import Place
from registration.models.quota import Quota
from registration.models.quota_counting import public_key
from registration.models.quota_hold import hold_quotas
from registration.models.shares import shares_of
from registration.models.ticket_type import TicketType
from registration.models.waiting_entry import WaitingEntry

if TYPE_CHECKING:
    from registration.models.ticket import Ticket

log = logging.getLogger(__name__)

HOURS = 24


class OfferTime(models.Model):
    """For how long a place is kept for somebody who waited, in an edition; in hours. Without a record it is a day."""

    edition = models.OneToOneField(Edition, models.CASCADE, related_name="offer_time")
    hours = models.PositiveSmallIntegerField(
        _("hours"), default=HOURS, validators=[MinValueValidator(1), MaxValueValidator(24 * 14)]
    )

    def __str__(self) -> str:
        return str(self.hours)

    @classmethod
    def of(cls, edition: Edition) -> OfferTime:
        """The one of an edition, saved or not."""
        return cls._default_manager.filter(edition=edition).first() or cls(edition=edition)


class PlaceOfferQuerySet(models.QuerySet["PlaceOffer"]):
    """Places kept for those who waited."""

    def of_edition(self, edition: Edition) -> PlaceOfferQuerySet:
        """Those of one edition."""
        return self.filter(entry__ticket_type__edition=edition)

    def open(self) -> PlaceOfferQuerySet:
        """Those that hold a place."""
        return self.filter(status="open")

    def open_of(self, ticket_types: Iterable[int]) -> PlaceOfferQuerySet:
        """Those that hold a place of one of these types, by their keys."""
        return self.open().filter(entry__ticket_type__in=ticket_types)

    def overdue(self) -> PlaceOfferQuerySet:
        """Those that hold a place past their time."""
        return self.open().filter(until__lte=timezone.now()).with_entry().order_by("pk")

    def with_entry(self) -> PlaceOfferQuerySet:
        """Each with whom it is for."""
        return self.select_related("entry__ticket_type__edition", "entry__group__shown_as")

    def opened_by(self, secret: str) -> PlaceOfferQuerySet:
        """The one that this secret opens."""
        return self.filter(secret=secret).with_entry()

    def misplaced(self) -> PlaceOfferQuerySet:
        """Those whose places are not what their state, group and type's quotas call for; there must be none."""
        place_here = Place.objects.filter(offer=OuterRef(OuterRef("pk")), quota=OuterRef("pk"))
        theirs = Quota.objects.counting("entry__group").filter(ticket_types=OuterRef("entry__ticket_type"))
        lacking = theirs.filter(~Exists(place_here))
        share = Quota.objects.counting("offer__entry__group").filter(
            pk=OuterRef("quota"), ticket_types=OuterRef("offer__entry__ticket_type")
        )
        taken = Place.objects.filter(offer=OuterRef("pk"))
        is_open = Q(status="open")
        return self.filter(
            (is_open & (Exists(lacking) | Exists(taken.filter(~Exists(share))))) | (~is_open & Exists(taken))
        )


class PlaceOffer(models.Model):
    """A place kept for somebody who waited for one, `until` a moment (exclusive); `secret` opens it.

    open ──take──▶ taken
        └─lapse, withdraw─▶ lapsed, withdrawn

    While it is open it holds a place of each quota of the type, as a ticket does.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        TAKEN = "taken", _("Taken")
        LAPSED = "lapsed", _("Lapsed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    entry = models.ForeignKey(
        WaitingEntry, models.CASCADE, related_name="offers", verbose_name=_("waiting entry")
    )
    ticket = models.OneToOneField(
        "registration.Ticket", models.SET_NULL, null=True, related_name="offer", verbose_name=_("ticket")
    )
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    status = models.CharField(
        _("state"), max_length=10, choices=Status.choices, default=Status.OPEN, editable=False
    )
    offered_at = models.DateTimeField(_("offered at"), default=timezone.now, editable=False)
    until = models.DateTimeField(_("until"), editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    objects = PlaceOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("place offer")
        verbose_name_plural = _("place offers")
        ordering = ("offered_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["entry"], condition=Q(status="open"), name="one_open_offer_a_waiting_entry"
            ),
        )
        indexes = (models.Index(fields=["until"], condition=Q(status="open"), name="offer_overdue"),)

    def __str__(self) -> str:
        return f"{self.entry.ticket_type} · {self.offered_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("place-offer", kwargs={"secret": self.secret})

    @property
    def edition(self) -> Edition:
        """The edition of its ticket type."""
        return self.ticket_type.edition

    @property
    def ticket_type(self) -> TicketType:
        """The type of which a place is kept."""
        return self.entry.ticket_type

    @property
    def group(self) -> StakeholderGroup:
        """The group under which its ticket is to be had."""
        return self.entry.group

    @property
    def is_open(self) -> bool:
        """Whether its place can still be had by it."""
        return self.status == self.Status.OPEN and timezone.now() < self.until

    @classmethod
    @transaction.atomic
    def make(cls, entry: WaitingEntry, *, by: Actor) -> PlaceOffer:
        """Keep a place for who waits, and tell them by mail, for as long as the edition says and the type can be had.

        Raises Refusal when they do not wait any more, nobody can have the type now, or no place is free.
        """
        kind = TicketType.objects.on_offer(entry.edition).as_it_is(entry.ticket_type)
        if kind is None or not kind.edition.takes_registrations:
            raise Refusal(_("Nobody can have this ticket at the moment, so it cannot be offered."))
        now = timezone.now()
        until = min(now + timedelta(hours=OfferTime.of(kind.edition).hours), kind.over_at)
        entry.move({WaitingEntry.Status.WAITING}, to=WaitingEntry.Status.OFFERED, by=by)
        offer = cls.objects.create(entry=entry, until=until, offered_at=now)
        Message.queue(
            "place-offered", about=offer, to=entry.email, language=entry.language, lasts=until - now
        )
        offer._hold()
        return offer

    @classmethod
    @transaction.atomic
    def make_out_of_turn(cls, entry: WaitingEntry, *, by: Actor, reason: str) -> PlaceOffer:
        """What an organizer does who does not wait for somebody's turn: also where the type needs approval, which is
        given by that. Raises Refusal without a reason, and as `make` does."""
        entry.note("offered", by=by, reason=reason)
        return cls.make(entry, by=by)

    def _hold(self) -> None:
        hold_quotas(self.edition.pk)
        kind, group = self.entry.ticket_type_id, public_key(self.group)
        shares = [share for share in shares_of([kind]) if share.takes(kind, group)]
        Place.objects.bulk_create(Place(offer=self, quota_id=share.quota) for share in shares)
        for share in shares:
            if not Quota.take_one(share.quota):
                if not share.is_released:
                    raise Refusal(_("No place is free for “%(type)s”.") % {"type": self.ticket_type})
                Place.objects.filter(offer=self, quota=share.quota).update(is_extra=True)

    def must_be_for(self, ticket_type: TicketType, group: StakeholderGroup) -> None:
        """Raise Refusal when it is for another type or group. Whether it is still open, `take` decides."""
        if ticket_type.pk != self.entry.ticket_type_id or group.pk != self.entry.group_id:
            raise Refusal(_("The place that is kept for you is for another ticket."), field="ticket_type")

    @classmethod
    def take(cls, pairs: Iterable[tuple[Ticket, PlaceOffer | None]]) -> list[Ticket]:
        """Hand the places that are kept over to these tickets, in primary-key order of the offers: after vouchers, and
        before any other place is taken. Gives those that have their places now.

        Raises Refusal when an offer has lapsed or was used; the caller's transaction must then be given up.
        """
        mine = sorted(((one, offer) for one, offer in pairs if offer), key=lambda pair: pair[1].pk)
        for ticket, offer in mine:
            offer._take(ticket)
        return [ticket for ticket, _offer in mine]

    def _take(self, ticket: Ticket) -> None:
        now = timezone.now()
        mine = PlaceOffer.objects.open().filter(pk=self.pk, until__gt=now)
        if not mine.update(status=self.Status.TAKEN, ended_at=now, ticket=ticket):
            raise Refusal(_("The place is not kept for you any more: its time is over, or it was used."))
        system = Actor.system()
        self.entry.move({WaitingEntry.Status.OFFERED}, to=WaitingEntry.Status.REGISTERED, by=system)
        hold_quotas(self.edition.pk)
        Place.objects.filter(offer=self).update(ticket=ticket, offer=None)

    @transaction.atomic
    def lapse(self, *, by: Actor) -> None:
        """End it past its time, tell so by mail, and give its places back, to the next.

        Raises Refusal when it is not open, or has time left.
        """
        self._end(self.Status.LAPSED, among=PlaceOffer.objects.overdue(), by=by)
        self.entry.move({WaitingEntry.Status.OFFERED}, to=WaitingEntry.Status.LAPSED, by=by)
        Message.queue("offer-lapsed", about=self, to=self.entry.email, language=self.entry.language)
        Place.objects.filter(offer=self).free(self.edition.pk)

    @transaction.atomic
    def withdraw(self, *, to: WaitingEntry.Status, by: Actor) -> None:
        """End it and its entry before their time, and give its places back. Raises Refusal when it is not open."""
        self._end(self.Status.WITHDRAWN, among=PlaceOffer.objects.open(), by=by)
        self.entry.move({WaitingEntry.Status.OFFERED}, to=to, by=by)
        Place.objects.filter(offer=self).free(self.edition.pk)

    def _end(self, status: Status, *, among: PlaceOfferQuerySet, by: Actor) -> None:
        if not among.order_by().filter(pk=self.pk).update(status=status, ended_at=timezone.now()):
            raise Refusal(_("This offer has ended already, or is still open."))
        log.info("offer %s: %s by %s", self.pk, status, by.label)
        self.status = status
