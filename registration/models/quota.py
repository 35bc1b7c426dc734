from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forum.errors import Refusal
from forum.models import Edition
from registration.models.nudging import offer_what_is_free
from registration.models.quota_hold import hold_quotas, shares_of

if TYPE_CHECKING:
    from registration.models.ticket import Ticket
    from registration.models.ticket_type import TicketType


class QuotaQuerySet(models.QuerySet["Quota"]):
    """How many there are."""

    def with_places(self) -> QuotaQuerySet:
        """Each with `held`, the places that records say are taken."""
        return self.annotate(held=Count("places", filter=Q(places__is_extra=False)))

    def with_overdue(self, now: datetime | None = None) -> QuotaQuerySet:
        """Each with `overdue`, the places held by reservations and offers past their time: free for who comes now."""
        # A subquery: to join the places and count would read all that are taken, however few are overdue.
        now = now or timezone.now()
        is_late = Q(ticket__status="reserved", ticket__reserved_until__lt=now) | Q(offer__until__lte=now)
        late = Place.objects.counted().filter(is_late, quota=OuterRef("pk"))
        late = late.exclude(ticket__order__checkouts__status__in=("open", "processing"))
        each = late.order_by().values("quota").annotate(number=Count("pk")).values("number")
        return self.annotate(overdue=Coalesce(Subquery(each), 0))

    def with_room(self, number: int) -> QuotaQuerySet:
        """Those of which so many are left, as the database knows it at that moment."""
        return self.filter(Q(size=None) | Q(taken__lte=F("size") - number))

    def nearly_full(self, edition: Edition) -> QuotaQuerySet:
        """Those of `edition` of which nine tenths or more are taken."""
        return self.filter(edition=edition, size__isnull=False, taken__gte=F("size") * 0.9)

    def miscounted(self) -> QuotaQuerySet:
        """Those whose counter and places differ; there must be none, ever."""
        return self.with_places().exclude(taken=F("held"))

    def of_edition(self, edition: Edition) -> QuotaQuerySet:
        """Those of one edition."""
        return self.filter(edition=edition)


class Quota(models.Model):
    """How many places there are of the ticket types that share it. No size means no limit.

    `taken` is a counter beside the places, moved only with them in one transaction.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="quotas", verbose_name=_("edition"))
    name = models.CharField(_("name"), max_length=120)
    size = models.PositiveIntegerField(_("size"), null=True, blank=True, help_text=_("Left empty: no limit."))
    taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)
    ticket_types = models.ManyToManyField(
        "registration.TicketType", related_name="quotas", verbose_name=_("ticket types")
    )

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(size=None) | Q(taken__lte=F("size")), name="quota_never_oversold"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        # The back office saves, resizes and shares in one transaction: the hold must come before the row's lock.
        hold_quotas(self.edition_id, alone=True)
        super().save(*args, **kwargs)

    @property
    def free(self) -> int:
        """Places left; 0 when full. Only for quotas with a size. What is overdue is free when it was read along, what
        others wait for is not."""
        free = (self.size or 0) - self.taken
        return max(0, free + getattr(self, "overdue", 0) - getattr(self, "waited_for", 0))

    @classmethod
    def take_within(cls, pk: int, number: int, tickets: list[Ticket]) -> None:
        """Count so many places as taken by these tickets, or raise Refusal when there are fewer."""
        if cls.objects.with_room(number).filter(pk=pk).update(taken=F("taken") + number):
            return
        kind, free = tickets[0].ticket_type, cls.objects.get(pk=pk).free
        if free == 0 or number == 1:
            gone = _("The last place of “%(type)s” was just taken. Choose another ticket.")
            raise Refusal(gone % {"type": kind}, field="ticket_type")
        few = ngettext(
            "Only %(free)s place is left in “%(type)s”. Choose fewer tickets or another type.",
            "Only %(free)s places are left in “%(type)s”. Choose fewer tickets or another type.",
            free,
        )
        raise Refusal(few % {"free": free, "type": kind}, field="ticket_type")

    @transaction.atomic
    def resize(self, size: int | None) -> None:
        """Change how many there are. Raises Refusal when more places than that are taken."""
        hold_quotas(self.edition_id, alone=True)
        enough = Q(taken__lte=size) if size is not None else Q()
        if not Quota.objects.filter(enough, pk=self.pk).update(size=size):
            self.refresh_from_db(fields=["taken"])
            said = _("%(taken)s places of “%(quota)s” are taken. Choose that many or more.")
            raise Refusal(said % {"taken": self.taken, "quota": self}, field="size")
        self.size = size
        offer_what_is_free(self.edition_id)

    @transaction.atomic
    def share_among(self, ticket_types: list[TicketType]) -> None:
        """Let these types, and no others, share this quota, and recount while nobody takes or gives back.

        Tickets that hold a place of their type, and offers that keep one, now take one here too; those of types that
        left give theirs back. Raises Refusal, and changes nothing, when there are not enough places.
        """
        if own := next((kind for kind in ticket_types if kind.is_for_speakers), None):
            said = _("“%(type)s” is for speakers: they take no place of a quota.")
            raise Refusal(said % {"type": own}, field="ticket_types")
        hold_quotas(self.edition_id, alone=True)
        quota = Quota.objects.select_for_update().get(pk=self.pk)
        quota.ticket_types.set(ticket_types)
        others = Place.objects.filter(quota=quota).of_other_types(ticket_types)
        coming = [change.ticket_id for kind in ticket_types for change in kind.changes_to.waiting()]
        others.exclude(ticket__in=coming).delete()
        for ticket_type in ticket_types:
            lacking = ticket_type.tickets.holding_places().exclude(places__quota=quota)
            Place.objects.bulk_create(Place(ticket=ticket, quota=quota) for ticket in lacking)
            changing = ticket_type.changes_to.lacking(quota)
            Place.objects.bulk_create(Place(ticket=change.ticket, quota=quota) for change in changing)
            kept: Any = ticket_type.waiting_entries.offers().exclude(places__quota=quota)
            Place.objects.bulk_create(Place(offer=offer, quota=quota) for offer in kept)
        held = quota.places.counted().count()
        if quota.size is not None and held > quota.size:
            raise Refusal(
                _(
                    "%(held)s tickets of these types hold a place, and “%(quota)s” has %(size)s. Enlarge it first."
                )
                % {"held": held, "quota": quota, "size": quota.size},
                field="ticket_types",
            )
        Quota.objects.filter(pk=quota.pk).update(taken=held)
        self.refresh_from_db()
        offer_what_is_free(self.edition_id)


class PlaceQuerySet(models.QuerySet["Place"]):
    """Places taken."""

    def counted(self) -> PlaceQuerySet:
        """Those that are among the quota's own; extra ones come on top."""
        return self.filter(is_extra=False)

    def free(self, edition_id: int) -> None:
        """Give them, all of one edition, back, in primary-key order of the quotas; who waits for one is told of it."""
        hold_quotas(edition_id)
        for place in self.order_by("quota_id"):
            deleted, _by_model = self.model._default_manager.filter(pk=place.pk).delete()
            if deleted and not place.is_extra:
                Quota.objects.filter(pk=place.quota_id).update(taken=F("taken") - 1)
        offer_what_is_free(edition_id)

    def of_other_types(self, ticket_types: list[TicketType]) -> PlaceQuerySet:
        """Those of tickets and offers of none of these types."""
        ours = Q(ticket__ticket_type__in=ticket_types) | Q(offer__entry__ticket_type__in=ticket_types)
        return self.exclude(pk__in=self.model._default_manager.filter(ours).values("pk"))


class Place(models.Model):
    """The record that a ticket took one of a quota's places, or that one is kept by an offer; or, of a full quota, that
    a ticket took an extra one on top of them."""

    ticket = models.ForeignKey(
        "registration.Ticket", models.CASCADE, null=True, related_name="places", verbose_name=_("ticket")
    )
    offer = models.ForeignKey(
        "registration.PlaceOffer", models.CASCADE, null=True, related_name="places", verbose_name=_("offer")
    )
    quota = models.ForeignKey(Quota, models.PROTECT, related_name="places", verbose_name=_("quota"))
    is_extra = models.BooleanField(_("extra"), default=False)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = (
            models.UniqueConstraint(fields=["ticket", "quota"], name="one_place_a_ticket_and_quota"),
            models.UniqueConstraint(fields=["offer", "quota"], name="one_place_an_offer_and_quota"),
            models.CheckConstraint(
                condition=Q(ticket=None, offer__isnull=False) | Q(ticket__isnull=False, offer=None),
                name="place_is_of_a_ticket_or_an_offer",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quota} · {self.ticket_id or self.offer_id}"

    @classmethod
    def take(cls, *tickets: Ticket) -> None:
        """Take a place of each quota of each ticket's type: the last statements of a short transaction. The tickets
        are all of one edition.

        One conditional UPDATE a quota, in primary-key order, so that rivals wait for each other and never in a
        circle. A voucher may say that a place is given beyond a full quota. Else raises Refusal when one of them is
        full; the caller's transaction must then be given up.
        """
        if not tickets:
            return
        hold_quotas(tickets[0].order.edition_id)
        kinds = {ticket.ticket_type_id for ticket in tickets}
        of_quota: dict[int, list[Ticket]] = {}
        for quota, kind in shares_of(kinds):
            of_quota.setdefault(quota, []).extend(one for one in tickets if one.ticket_type_id == kind)
        Place.objects.bulk_create(
            Place(ticket=ticket, quota_id=quota) for quota, theirs in of_quota.items() for ticket in theirs
        )
        for quota, theirs in of_quota.items():
            # Those that may go beyond come last, so that they take no place from the others.
            beyond = [one for one in theirs if one.voucher and one.voucher.goes_beyond]
            if within := len(theirs) - len(beyond):
                Quota.take_within(quota, within, theirs)
            for ticket in beyond:
                if not Quota.objects.with_room(1).filter(pk=quota).update(taken=F("taken") + 1):
                    Place.objects.filter(ticket=ticket, quota=quota).update(is_extra=True)

    @classmethod
    def give_back(cls, *tickets: Ticket) -> None:
        """Give back what the tickets, all of one edition, took, in primary-key order of the quotas."""
        for edition_id in {ticket.order.edition_id for ticket in tickets}:
            cls.objects.filter(ticket__in=tickets, quota__edition=edition_id).free(edition_id)
