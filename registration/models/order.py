from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_code, new_secret
from forum.errors import Refusal
from forum.models import Edition, Message, PageVersion, User
from registration.models.attendee import Attendee
from registration.models.quota import Place
from registration.models.ticket import IN_WORDS, Status, Ticket, free_overdue
from registration.models.wish import Wish

log = logging.getLogger(__name__)


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
        return self.annotate(address=Lower("email")).filter(address__in=addresses).order_by("-placed_at")

    def live(self) -> OrderQuerySet:
        """Those with a ticket that may still lead somebody in, at a forum that is not over."""
        live = Ticket.objects.live().filter(order=OuterRef("pk"))
        return self.filter(Exists(live), edition__ends_on__gte=timezone.now().date() - timedelta(days=1))

    def beside(self, order: Order) -> OrderQuerySet:
        """The other live orders of the same edition from the same address: perhaps the same person's by mistake."""
        return self.of_address(order.email).live().filter(edition=order.edition_id).exclude(pk=order.pk)

    def placed_with(self, key: str, edition: Edition) -> Order | None:
        """The one that a page's one-time key has led to already."""
        return self.filter(key=key, edition=edition).first()

    def opened_by(self, code: str, secret: str) -> OrderQuerySet:
        """The one that code and secret open together; the code alone opens nothing."""
        return self.filter(code=code, secret=secret)

    def send_links(self, email: str, *, edition: Edition | None) -> None:
        """Mail the links of its live orders to an address; nothing when there are none. `edition` is the one whose
        organizers sign the mail."""
        theirs = self.of_address(email).live().first()
        if theirs:
            Message.queue("order-links", to=theirs.email, edition=edition, lasts=timedelta(hours=2))

    def with_tickets(self) -> OrderQuerySet:
        """With all that an order's page shows."""
        return self.select_related("edition").prefetch_related(
            *("tickets__attendee", "tickets__group__shown_as", "payments"),
            *("tickets__ticket_type__days", "tickets__ticket_type__edition__days"),
        )


class Order(models.Model):
    """One purchase. Its state and balance are derived from its tickets and payments."""

    PAYMENT_TIME = timedelta(days=14)

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="orders", verbose_name=_("edition"))
    code = models.CharField(_("code"), max_length=12, unique=True, default=new_code, editable=False)
    secret = models.CharField(max_length=40, default=new_secret, editable=False)
    key = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(_("language"), max_length=12)
    placed_at = models.DateTimeField(_("placed at"), default=timezone.now, editable=False)
    agreed_to = models.ManyToManyField(
        PageVersion, blank=True, editable=False, related_name="orders", verbose_name=_("agreed to")
    )
    agreed_at = models.DateTimeField(_("agreed at"), null=True, editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-placed_at",)
        indexes = (models.Index(Lower("email"), name="order_email"),)

    def __str__(self) -> str:
        return self.code

    @classmethod
    def place(cls, wish: Wish, *, by: Actor) -> Order:
        """Turn a wish into an order, its ticket and its confirmation mail, or into nothing.

        A free ticket is confirmed at once, one that needs approval is requested, one to be paid is reserved. The same
        key gives the same order, however often and however close together it comes. Raises Refusal when registration
        is closed, the type is not for the group or not on offer, or no place is left.
        """
        if done := cls.objects.placed_with(wish.key, wish.edition):
            return done
        wish.refuse_what_is_not_on_offer()
        try:
            return cls._write(wish, by=by)
        except (IntegrityError, Refusal) as fault:
            # Pressed twice at the same instant: the other one has written it.
            if done := cls.objects.placed_with(wish.key, wish.edition):
                return done
            if isinstance(fault, IntegrityError):
                raise Refusal(_("This page was used already. Please fill in a new one.")) from None
            if not free_overdue(wish.ticket_type):
                raise
        return cls._write(wish, by=by)

    @classmethod
    @transaction.atomic
    def _write(cls, wish: Wish, *, by: Actor) -> Order:
        now = timezone.now()
        order = cls.objects.create(
            edition=wish.edition,
            key=wish.key,
            email=wish.person["email"],
            language=wish.language,
            agreed_at=now if wish.agreed_to else None,
        )
        order.agreed_to.set(wish.agreed_to)
        price = wish.ticket_type.price
        if wish.ticket_type.needs_approval:
            status, until = Status.REQUESTED, None
        elif price == 0:
            status, until = Status.CONFIRMED, None
        else:
            status, until = Status.RESERVED, now + cls.PAYMENT_TIME
        ticket = Ticket.objects.create(
            order=order,
            ticket_type=wish.ticket_type,
            group=wish.group,
            price=price,
            status=status,
            reserved_until=until,
        )
        Attendee.objects.create(ticket=ticket, **wish.person)
        letter = f"ticket-{status}"
        Message.queue(
            letter, about=ticket, to=order.email, language=order.language, key=f"{letter}:{ticket.pk}"
        )
        log.info("order %s: placed by %s", order.code, by.label)
        if status != Status.REQUESTED:
            Place.take(ticket)
        return order

    @property
    def total(self) -> int:
        """What its live tickets cost, in minor units."""
        return sum(ticket.price for ticket in self.tickets.all() if ticket.is_live)

    @property
    def paid(self) -> int:
        """What has been received for it, in minor units."""
        return sum(payment.amount for payment in self.payments.all())

    @property
    def balance(self) -> int:
        """What is still to be paid, in minor units; negative when too much was."""
        return self.total - self.paid

    @property
    def is_payable(self) -> bool:
        """Whether money is waited for."""
        return self.balance > 0 and any(ticket.is_payable for ticket in self.tickets.all())

    @property
    def pay_by(self) -> datetime | None:
        """Until when money is waited for; None when none is."""
        times = [ticket.reserved_until for ticket in self.tickets.all() if ticket.is_payable]
        return min((until for until in times if until), default=None)

    @property
    def in_words(self) -> str:
        """Where it stands, said to its holder: the best of its tickets' states."""
        states = {ticket.status for ticket in self.tickets.all()}
        return next((str(words) for status, words in IN_WORDS.items() if status in states), str(self))

    @property
    def is_live(self) -> bool:
        """Whether one of its tickets may still lead somebody in."""
        return any(ticket.is_live for ticket in self.tickets.all())

    @property
    def is_undelivered(self) -> bool:
        """Whether the mail server refused its last mail: the address is mistyped or closed."""
        mail = Message.objects.newest_about(self.tickets.all(), to=self.email)
        return mail is not None and mail.status == Message.Status.FAILED

    @property
    def is_cancellable(self) -> bool:
        """Whether its holder may still give it up."""
        return self.is_live and not self.edition.is_over

    def get_absolute_url(self) -> str:
        return reverse("order", kwargs={"code": self.code, "secret": self.secret})

    @transaction.atomic
    def cancel(self, *, by: Actor) -> None:
        """Give all its live tickets up, and their places back. Raises Refusal when there are none, or when the forum
        is over."""
        tickets = [
            ticket for ticket in self.tickets.select_related("attendee", "order__edition") if ticket.is_live
        ]
        if not tickets or self.edition.is_over:
            raise Refusal(_("This order is over, so there is nothing left to cancel."))
        for ticket in tickets:
            ticket.give_up(by=by)
        Place.give_back(*tickets)

    @transaction.atomic
    def correct_email(self, email: str, *, by: Actor) -> None:
        """Set a mistyped address right and send the mail again.

        What went to the wrong address opens nothing any more: the order's link, the ticket's and the badge's code are
        replaced. Raises Refusal when the order has no live ticket.
        """
        tickets = list(self.tickets.select_related("attendee", "order__edition"))
        if not any(ticket.is_live for ticket in tickets):
            raise Refusal(_("This order is over, so its address cannot be changed any more."))
        was, self.email, self.secret = self.email, email, new_secret()
        self.save(update_fields=["email", "secret"])
        for ticket in tickets:
            ticket.replace_secrets()
            if ticket.attendee.email.casefold() == was.casefold():
                ticket.attendee.email = email
                ticket.attendee.save(update_fields=["email"])
            if ticket.is_live:
                Message.queue(
                    f"ticket-{ticket.status}", about=ticket, to=ticket.attendee.email, language=self.language
                )
        log.info("order %s: address corrected by %s", self.code, by.label)
