from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

from forum.models import Edition, Message
from forum.prepared import Question as Prepared
from registration.models.ledger_sql import MISPLACED
from registration.models.place import Place
from registration.models.quota import Quota
from registration.models.ticket_status import HOLDING, LIVE, Status
from registration.models.ticket_type import TicketType

if TYPE_CHECKING:
    from registration.models.order import Order
    from registration.models.ticket import Ticket
    from registration.models.voucher import Voucher


SWEPT_WITHIN = timedelta(hours=1)  # the sweep comes every minute


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Rights to enter."""

    def of_edition(self, edition: Edition) -> TicketQuerySet:
        """Those of one edition, with what a list of them shows."""
        return self.filter(order__edition=edition).with_all()

    def with_all(self) -> TicketQuerySet:
        """Each with what its page, its badge and its mails show."""
        return self.select_related("order__edition", "attendee", "ticket_type", "group__shown_as")

    def with_answers(self) -> TicketQuerySet:
        """Each with what its order's page shows of it."""
        return self.select_related("attendee", "group__shown_as", "ticket_type__edition")

    def told_of_in(self, message: Message) -> Ticket | None:
        """The one that a message is about, with what its letter shows; None when it is about something else."""
        if message.about_type_id != ContentType.objects.get_for_model(self.model).pk:
            return None
        return next(iter(_TOLD_OF.records(message.about_id or 0)), None)

    def opened_by(self, secret: str) -> TicketQuerySet:
        """The one that this secret opens."""
        return self.filter(secret=secret).with_all()

    def among(self, keys: Iterable[int]) -> TicketQuerySet:
        """Those with these primary keys."""
        return self.filter(pk__in=list(keys))

    def of_order(self, order: Order) -> TicketQuerySet:
        """Those of one order."""
        return self.filter(order=order)

    def admitting(self) -> TicketQuerySet:
        """Those that lead their attendee in, and so have a badge."""
        return self.filter(status=Status.CONFIRMED)

    def overdue(self) -> TicketQuerySet:
        """Reservations past their time: free for others, swept or not, but while money may still come for them."""
        late = self.filter(status=Status.RESERVED, reserved_until__lt=timezone.now())
        return late.exclude(order__checkouts__status__in=("open", "processing"))

    def expired(self) -> TicketQuerySet:
        """Those whose time to pay passed."""
        return self.filter(status=Status.EXPIRED)

    def payable(self) -> TicketQuerySet:
        """Those for which money is waited for."""
        return self.filter(status=Status.RESERVED, price__gt=0)

    def becoming_dearer(self) -> TicketQuerySet:
        """Those that admit, and wait for a difference to be paid."""
        return self.filter(status=Status.CONFIRMED, type_changes__status="waiting")

    def reserve_until(self, until: datetime) -> None:
        """Keep their places until then, at the least."""
        self.filter(reserved_until__lt=until).update(reserved_until=until)

    def rivals_of(self, ticket_type: TicketType, voucher: Voucher | None = None) -> TicketQuerySet:
        """Those that hold a place of a quota which `ticket_type` needs, or a use of `voucher`."""
        same = Q(voucher=voucher) if voucher else Q()
        return self.filter(same | Q(places__quota__ticket_types=ticket_type)).distinct()

    def holding_places(self) -> TicketQuerySet:
        """Those for which a place is taken."""
        return self.filter(status__in=HOLDING)

    def holding_places_of(self, ticket_types: Iterable[int]) -> TicketQuerySet:
        """Those for which a place of one of these types, by their keys, is taken: of their own, or of the one that they
        wait to become."""
        kinds = list(ticket_types)
        waits = Q(type_changes__status="waiting", type_changes__to_type__in=kinds)
        return self.holding_places().filter(Q(ticket_type__in=kinds) | waits).distinct()

    def public_groups(self) -> dict[int, int]:
        """The group of each as others see it, by its key."""
        return dict(self.order_by().values_list("pk", Coalesce("group__shown_as", "group")))

    def misplaced(self) -> TicketQuerySet:
        """Those whose places are not the ones that their state, their group and their type's quotas call for, or those
        of the type that they wait to become; there must be none."""
        place_here = Place.objects.filter(ticket=OuterRef(OuterRef("pk")), quota=OuterRef("pk"))
        changes: Any = self.model.type_changes.rel.related_model._default_manager
        coming = changes.waiting().filter(ticket=OuterRef(OuterRef("pk")), to_type__quotas=OuterRef("pk"))
        lacking = Quota.objects.counting("group").filter(
            Q(ticket_types=OuterRef("ticket_type")) | Exists(coming), ~Exists(place_here)
        )
        called_for = Quota.objects.counting("ticket__group").filter(
            Q(ticket_types=OuterRef("ticket__ticket_type"))
            | Exists(
                changes.waiting().filter(ticket=OuterRef(OuterRef("ticket")), to_type__quotas=OuterRef("pk"))
            ),
            pk=OuterRef("quota"),
        )
        taken = Place.objects.filter(ticket=OuterRef("pk"))
        holds = Q(status__in=HOLDING)
        return self.filter(
            (holds & (Exists(lacking) | Exists(taken.filter(~Exists(called_for))))) | (~holds & Exists(taken))
        )

    def unmailed(self, edition: Edition) -> TicketQuerySet:
        """The confirmed ones of an edition that have an address, and to which no mail was ever written."""
        ours = ContentType.objects.get_for_model(self.model)
        told = Message.objects.filter(about_type=ours, about_id=OuterRef("pk"))
        mute = self.filter(~Exists(told), order__edition=edition, status=Status.CONFIRMED)
        return mute.exclude(attendee__email="").select_related("order").order_by("pk")

    def long_overdue(self, edition: Edition) -> TicketQuerySet:
        """Reservations of an edition that should have ended hours ago: the sweep does not come."""
        late = self.overdue().filter(order__edition=edition, reserved_until__lt=timezone.now() - SWEPT_WITHIN)
        return late.select_related("order").order_by("pk")

    def misplaced_in(self, edition: Edition) -> TicketQuerySet:
        """Those of an edition that `misplaced` finds, with their orders; quickly, since somebody waits for it."""
        wrong = RawSQL(MISPLACED, [edition.pk])  # noqa: S611 - words of ours alone
        return self.filter(pk__in=wrong).select_related("order").order_by("pk")

    def rows(self, edition: Edition, paths: list[str]) -> Iterator[tuple[Any, ...]]:
        """What lies at these paths, of each ticket of an edition, read piece by piece; one question."""
        return (
            self.filter(order__edition=edition).order_by("pk").values_list(*paths).iterator(chunk_size=2000)
        )

    def locked(self) -> TicketQuerySet:
        """Each kept from other verbs until the transaction ends; not from new places, which only point at it."""
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")

    def held(self, pk: int) -> Ticket:
        """One, with what is shown of it, kept from other verbs until the transaction ends, as it is then."""
        return self.with_all().select_for_update(no_key=True, of=("self",)).get(pk=pk)

    def live(self) -> TicketQuerySet:
        """Those that may still lead somebody in."""
        return self.filter(status__in=LIVE)

    def addresses_in(self, edition: Edition) -> set[str]:
        """The addresses of their attendees, in small letters, in one edition."""
        theirs = self.filter(order__edition=edition).values_list("attendee__email", flat=True)
        return {email.lower() for email in theirs if email}

    def numbers_by_status(self) -> dict[str, int]:
        """How many there are in each state; states without any are left out."""
        return dict(self.order_by().values_list("status").annotate(models.Count("pk")))

    def numbers_by_public_group(self) -> dict[int, int]:
        """How many there are of each group that others see, by its key."""
        public = Coalesce("group__shown_as", "group")
        return dict(self.order_by().values_list(public).annotate(models.Count("pk")))


_TOLD_OF = Prepared(
    lambda key: apps.get_model("registration", "Ticket")._default_manager.filter(pk=key).with_all().order_by()
)
