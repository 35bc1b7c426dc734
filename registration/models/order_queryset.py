from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils import timezone

from forum.models import Edition, Message, User
from forum.prepared import Question as Prepared
from registration.models.ledger_sql import OVERPAID, OVERPAID_ANYWHERE
from registration.models.ticket import Ticket

if TYPE_CHECKING:
    from registration.models.order import Order


REMIND_BEFORE = timedelta(days=3)
REMIND_AFTER = timedelta(days=1)


class OrderQuerySet(models.QuerySet["Order"]):
    """Purchases."""

    def of(self, user: User) -> OrderQuerySet:
        """Those of the address that `user` has shown to be theirs by a code sent to it, newest first."""
        addresses: Any = user.emailaddress_set  # type: ignore[attr-defined]  # allauth's, known to no storey
        return self._at(addresses.filter(verified=True).values_list(Lower("email"), flat=True))

    def of_address(self, email: str) -> OrderQuerySet:
        """Those placed with this address, newest first."""
        return self._at([email.strip().lower()])

    def _at(self, addresses: Iterable[str]) -> OrderQuerySet:
        # Those who gave no address have nothing in common.
        known = self.exclude(email="").annotate(address=Lower("email"))
        return known.filter(address__in=addresses).order_by("-placed_at")

    def live(self) -> OrderQuerySet:
        """Those with a ticket that may still lead somebody in, at a forum that is not over."""
        live = Ticket.objects.live().filter(order=OuterRef("pk"))
        return self.filter(Exists(live), edition__ends_on__gte=timezone.now().date() - timedelta(days=1))

    @staticmethod
    def is_beside_another(order: Order) -> bool:
        """Whether there is another live order of the same edition from the same address."""
        if not order.email or order.edition.ends_on < timezone.now().date() - timedelta(days=1):
            return False
        return bool(_BESIDE.ask(order.email.strip().lower(), order.edition_id, order.pk))

    def placed_with(self, key: str, edition: Edition) -> Order | None:
        """The one that a page's one-time key has led to already."""
        return next(iter(_PLACED_WITH.records(key, edition.pk)), None)

    def coded(self, code: str) -> Order | None:
        """The one with this code."""
        return self.filter(code=code).select_related("edition").first() if code else None

    def keys_by_code(self, edition: Edition) -> dict[str, int]:
        """The primary key of each order of an edition, by its code."""
        return dict(self.filter(edition=edition).values_list("code", "pk"))

    def awaiting_money(self) -> OrderQuerySet:
        """Those with a ticket that is to be paid, or to become a dearer one, at a forum that is not cancelled, oldest
        first."""
        payable = Ticket.objects.payable().filter(order=OuterRef("pk"))
        changing = Ticket.objects.filter(order=OuterRef("pk"), type_changes__status="waiting")
        return self.filter(Exists(payable) | Exists(changing), edition__cancelled_at=None).order_by(
            "placed_at"
        )

    def of_edition(self, edition: Edition) -> OrderQuerySet:
        """Those of one edition."""
        return self.filter(edition=edition)

    def to_be_reminded(self) -> OrderQuerySet:
        """Those whose time to pay ends within `REMIND_BEFORE`, for a ticket or for a dearer one, and whose buyer has
        known of it for `REMIND_AFTER`; not those that were reminded since, nor those behind a payment page through
        which money may still come."""
        now = timezone.now()
        known, soon = now - REMIND_AFTER, now + REMIND_BEFORE
        ours = ContentType.objects.get_for_model(self.model)
        mails = Message.objects.filter(letter="payment-reminder", about_type=ours)
        ends_soon = Ticket.objects.payable().filter(
            ~Exists(mails.filter(about_id=OuterRef("order"), created_at__gte=OuterRef("status_changed_at"))),
            order=OuterRef("pk"),
            reserved_until__gt=now,
            reserved_until__lte=soon,
            status_changed_at__lte=known,
        )
        # Asked for by name: its own module knows this one.
        changes: Any = apps.get_model("registration", "TypeChange")._default_manager
        lapses_soon = changes.waiting().filter(
            ~Exists(mails.filter(about_id=OuterRef("ticket__order"), created_at__gte=OuterRef("asked_at"))),
            ticket__order=OuterRef("pk"),
            pay_by__gt=now,
            pay_by__lte=soon,
            asked_at__lte=known,
        )
        behind_a_page = Q(checkouts__status__in=("open", "processing"))
        return self.awaiting_money().filter(Exists(ends_soon) | Exists(lapses_soon)).exclude(behind_a_page)

    def held(self, pk: int) -> Order:
        """One order, kept from all who change its tickets or its money until the transaction ends, as it is then."""
        self.select_for_update().get(pk=pk)
        return self.with_tickets().get(pk=pk)

    def opened_by(self, code: str, secret: str) -> OrderQuerySet:
        """The one that code and secret open together; the code alone opens nothing."""
        return self.filter(code=code, secret=secret)

    def send_links(self, email: str, *, edition: Edition | None) -> None:
        """Mail the links of its live orders to an address; nothing when there are none. `edition` is the one whose
        organizers sign the mail."""
        theirs = self.of_address(email).live().first()
        if theirs:
            Message.queue("order-links", to=theirs.email, edition=edition, lasts=timedelta(hours=2))

    def standing(self, sql: str, edition: Edition) -> OrderQuerySet:
        """Those of an edition whose money stands so; `sql` is a `Standing`'s."""
        return self.filter(pk__in=RawSQL(sql, [edition.pk]))  # noqa: S611 - words of ours alone

    def overpaid(self, edition: Edition | None = None) -> OrderQuerySet:
        """Those, of one edition or of all, for which more was received than their live tickets cost: somebody is to get
        money back."""
        if edition:
            return self.standing(OVERPAID, edition)
        return self.filter(pk__in=RawSQL(OVERPAID_ANYWHERE, []))  # noqa: S611 - words of ours alone

    def with_billing(self) -> OrderQuerySet:
        """With whom its invoices are made out to."""
        return self.select_related("billing")

    def with_state(self) -> OrderQuerySet:
        """With what a list of them shows: the state of each ticket, and the money."""
        # The edition is one and the same for all of them: it is read once, not beside each.
        return self.prefetch_related(
            "edition", "tickets__type_changes", "payments__refunds", "payments__disputes"
        )

    def with_ticket_in(self, status: str) -> OrderQuerySet:
        """Those with a ticket in this state."""
        return self.filter(Exists(Ticket.objects.filter(order=OuterRef("pk"), status=status)))

    def about(self, words: Iterable[str]) -> OrderQuerySet:
        """Those that have each of these words in their code, their address or the name of an attendee."""
        found = self
        for word in words:
            # Not asked order by order: all names are looked through once.
            named = Ticket.objects.filter(attendee__name__icontains=word).order_by().values("order")
            found = found.filter(Q(code__icontains=word) | Q(email__icontains=word) | Q(pk__in=named))
        return found

    def with_tickets(self) -> OrderQuerySet:
        """With all that an order's page shows."""
        return self.select_related("edition").prefetch_related(
            *(models.Prefetch("tickets", Ticket.objects.with_answers()), "tickets__refunds"),
            "tickets__type_changes__to_type",
            *("payments__refunds", "payments__disputes", "checkouts"),
            *("tickets__ticket_type__days", "tickets__ticket_type__edition__days"),
        )


def _beside(email: str, edition: int, order: int) -> models.QuerySet[Any, Any]:
    orders = apps.get_model("registration", "Order")._default_manager
    live = Ticket.objects.live().filter(order=OuterRef("pk"))
    known = orders.exclude(email="").annotate(address=Lower("email"))
    theirs = known.filter(Exists(live), address=email, edition=edition).exclude(pk=order)
    return theirs.order_by().values_list("pk")[:1]


_BESIDE = Prepared(_beside)
_PLACED_WITH = Prepared(
    lambda key, edition: (
        apps.get_model("registration", "Order")._default_manager.filter(key=key, edition=edition).order_by()
    )
)
