from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from forum.models import Edition, StakeholderGroup
from forum.prepared import Question as Prepared
from registration.models.place import Place
from registration.models.quota import Quota

if TYPE_CHECKING:
    from registration.models.ticket import Ticket
    from registration.models.ticket_type import TicketType
    from registration.models.waiting_entry import WaitingEntry

WAITING, OFFERED = "waiting", "offered"


class WaitingQuerySet(models.QuerySet["WaitingEntry"]):
    """Wishes for places that are full."""

    def of_edition(self, edition: Edition) -> WaitingQuerySet:
        """Those of one edition."""
        return self.filter(ticket_type__edition=edition)

    def opened_by(self, secret: str) -> WaitingQuerySet:
        """The one that this secret opens, with what its page shows."""
        return self.filter(secret=secret).select_related("ticket_type__edition", "group")

    def waiting(self) -> WaitingQuerySet:
        """Those that wait."""
        return self.filter(status=WAITING)

    def live(self) -> WaitingQuerySet:
        """Those that wait, or for which a place is kept."""
        return self.filter(status__in=(WAITING, OFFERED))

    def of_address(self, email: str, ticket_type: TicketType, group: StakeholderGroup) -> WaitingEntry | None:
        """The live one of an address for this type under this group."""
        return self.live().filter(email__iexact=email, ticket_type=ticket_type, group=group).first()

    def with_all(self) -> WaitingQuerySet:
        """Each with what a list of them shows."""
        return self.select_related("ticket_type", "group__shown_as").prefetch_related("offers")

    def beside(self, entry: WaitingEntry) -> WaitingQuerySet:
        """The others that wait for the same type."""
        return self.waiting().filter(ticket_type=entry.ticket_type_id).exclude(pk=entry.pk)

    def in_turn(self) -> WaitingQuerySet:
        """The next one first."""
        return self.order_by("position", "joined_at", "pk")

    def before(self, entry: WaitingEntry) -> WaitingQuerySet:
        """Those that wait for the same type and whose turn is before that of `entry`."""
        earlier = Q(joined_at__lt=entry.joined_at) | Q(joined_at=entry.joined_at, pk__lt=entry.pk)
        first = Q(position__lt=entry.position) | (Q(position=entry.position) & earlier)
        return self.waiting().filter(first, ticket_type=entry.ticket_type_id)

    def with_turn(self) -> WaitingQuerySet:
        """Each with `turn`, how many of its type wait before it."""
        earlier = Q(joined_at__lt=OuterRef("joined_at")) | Q(
            joined_at=OuterRef("joined_at"), pk__lt=OuterRef("pk")
        )
        first = Q(position__lt=OuterRef("position")) | (Q(position=OuterRef("position")) & earlier)
        theirs = self.model._default_manager.filter(
            first, status=WAITING, ticket_type=OuterRef("ticket_type")
        )
        number = theirs.order_by().values("ticket_type").annotate(number=Count("pk")).values("number")
        return self.annotate(turn=Coalesce(Subquery(number), 0))

    def offers(self) -> models.QuerySet[Any]:
        """The open offers to them."""
        return apps.get_model("registration", "PlaceOffer")._default_manager.filter(
            status="open", entry__in=self.live()
        )

    # --- whose turn it is ---

    def offerable(self, now: datetime | None = None, yesterday: date | None = None) -> WaitingQuerySet:
        """Those that wait for what could be had now if there were a place. What needs approval an organizer offers."""
        now = now or timezone.now()
        yesterday = yesterday or now.date() - timedelta(days=1)
        begun = Q(ticket_type__available_from=None) | Q(ticket_type__available_from__lte=now)
        not_over = Q(ticket_type__available_until=None) | Q(ticket_type__available_until__gt=now)
        closes = "ticket_type__edition__registration_closes_at"
        not_closed = Q(**{closes: None}) | Q(**{f"{closes}__gt": now})
        return self.waiting().filter(
            *(begun, not_over, not_closed),
            ticket_type__is_active=True,
            ticket_type__is_hidden=False,
            ticket_type__needs_approval=False,
            ticket_type__edition__published_at__lte=now,
            ticket_type__edition__registration_opens_at__lte=now,
            ticket_type__edition__registration_paused_at=None,
            ticket_type__edition__cancelled_at=None,
            ticket_type__edition__ends_on__gte=yesterday,
        )

    def next_of(self, edition: Edition) -> WaitingEntry | None:
        """The first one for whose type a place is free in all its quotas that count their group."""
        full = Quota.objects.full().counting("group").filter(ticket_types=OuterRef("ticket_type"))
        found = self.offerable().of_edition(edition).filter(~Exists(full))
        return found.in_turn().select_related("ticket_type__edition", "group").first()

    def number_by_quota(self, now: datetime, yesterday: date) -> Coalesce:
        """For a query of quotas: how many wait for a place of each that no other quota that counts them denies."""
        theirs = Quota.objects.counting("group").filter(ticket_types=OuterRef("ticket_type"))
        elsewhere = theirs.full(now).exclude(pk=OuterRef(OuterRef("pk")))
        here = theirs.filter(pk=OuterRef(OuterRef("pk")))
        entries = self.offerable(now, yesterday).filter(Exists(here), ~Exists(elsewhere))
        number = entries.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk"))
        return Coalesce(Subquery(number.values("number")), 0)

    def are_passed_by(self, tickets: list[Ticket], *, taken: Iterable[int] | None = None) -> bool:
        """Whether somebody waits who could have had a place that these tickets have just taken; `taken` are the keys of
        the quotas, when they held places of others before. To be asked while the quotas are locked."""
        if not _SOMEBODY_WAITS.ask(*{ticket.order.edition_id for ticket in tickets}):
            return False  # mostly: and what follows takes longer than all else that a registration asks
        ours = Place.objects.counted().filter(ticket__in=tickets)
        ours = ours if taken is None else ours.filter(quota__in=list(taken))
        each = ours.filter(quota=OuterRef("pk")).order_by().values("quota").annotate(number=Count("pk"))
        theirs = Quota.objects.limiting().counting("group").filter(ticket_types=OuterRef("ticket_type"))
        without_us = theirs.annotate(ours=Coalesce(Subquery(each.values("number")), 0))
        full = without_us.filter(taken__gte=F("size") + F("ours"))
        shared = theirs.filter(pk__in=ours.values("quota"))
        return self.offerable().filter(Exists(shared), ~Exists(full)).exists()


_SOMEBODY_WAITS = Prepared(
    lambda edition: (
        apps.get_model("registration", "WaitingEntry")
        ._default_manager.filter(status=WAITING, ticket_type__edition=edition)
        .order_by()
        .values_list("pk")[:1]
    )
)
