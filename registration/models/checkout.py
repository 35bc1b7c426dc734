from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_secret
from forum.errors import Refusal
from registration.models.checkout_queryset import OPEN, CheckoutQuerySet
from registration.models.order import Order
from registration.models.outcome import Outcome
from registration.models.payment import Payment
from registration.models.said import Said
from registration.models.type_change import TypeChange

log = logging.getLogger(__name__)


class Checkout(models.Model):
    """One page of a provider on which an order may be paid online; at most one of an order is open at a time.

    open ──▶ paid | expired        open ──▶ processing ──▶ paid | failed        (a payment that comes late always wins)

    Places of an order are not given back while one is open: it is expired at the provider first. `amount` in minor
    units of `currency` (ISO 4217). `uuid` is the key under which the provider makes it once, however often it is
    asked.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PROCESSING = "processing", _("The bank is at work")
        PAID = "paid", _("Paid")
        EXPIRED = "expired", _("Ended unpaid")
        FAILED = "failed", _("The bank said no")

    LONGEST = timedelta(hours=23)
    SHORTEST = timedelta(minutes=32)  # Stripe takes nothing below 30 minutes, and our clocks differ
    GRACE = timedelta(minutes=5)  # how much longer the reservation lives than the page
    LEAST_LEFT = timedelta(minutes=10)  # of the reservation, to open one

    order = models.ForeignKey(Order, models.PROTECT, related_name="checkouts", verbose_name=_("order"))
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    reference = models.CharField(_("reference"), max_length=200, blank=True, db_index=True, editable=False)
    url = models.TextField(blank=True, editable=False)
    amount = models.PositiveIntegerField(_("amount"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    status = models.CharField(
        _("state"), max_length=10, choices=Status.choices, default=Status.OPEN, editable=False
    )
    outcome = models.CharField(max_length=14, choices=Outcome.choices, blank=True, editable=False)
    created_at = models.DateTimeField(_("opened at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("open until"), editable=False)

    objects = CheckoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment page")
        verbose_name_plural = _("payment pages")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=["status", "expires_at"], name="checkout_unsettled"),)
        constraints = (
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status__in=("open", "processing")),
                name="one_open_checkout_an_order",
            ),
        )

    def __str__(self) -> str:
        return self.reference or str(self.uuid)

    @property
    def is_open(self) -> bool:
        """Whether money may still come through it."""
        return self.status in OPEN

    @property
    def is_good(self) -> bool:
        """Whether one may be sent there, now, to pay what is owed."""
        is_open = self.status == self.Status.OPEN and self.expires_at > timezone.now() + timedelta(minutes=2)
        return is_open and self._is_owed

    @property
    def is_to_be_closed(self) -> bool:
        """Whether the provider is to be asked how it ended, or to end it: its time has passed, or something else is
        owed. What a bank is at work on ends by itself."""
        return self.status == self.Status.OPEN and (self.expires_at < timezone.now() or not self._is_owed)

    @property
    def _is_owed(self) -> bool:
        """Whether its order still waits for just this sum."""
        wanted = self.order.balance, self.order.edition.currency
        return self.order.is_payable and (self.amount, self.currency) == wanted

    def get_absolute_url(self) -> str:
        """Where the provider leads back to, whatever happened there. Not the order's own address: that is nobody's
        business but its holder's."""
        return reverse("payment-return", kwargs={"secret": self.secret})

    @classmethod
    @transaction.atomic
    def begin(cls, order: Order, *, by: Actor) -> Checkout:
        """Begin to pay an order online, or go on where it was begun.

        Raises Refusal when nothing is to be paid, when a payment is under way, or when too little time is left.
        """
        order = Order.objects.held(order.pk)
        now = timezone.now()
        current = order.checkouts.open().first()
        if current:
            current.order = order
            if current.is_good:
                return current
            raise Refusal(_("Your payment is under way. Please look at this page again in some minutes."))
        if not order.is_payable or order.pay_by is None:
            raise Refusal(_("Nothing is to be paid for this order now."))
        if order.pay_by < now + cls.LEAST_LEFT:
            raise Refusal(_("The time to pay is over. Please register anew, while there are places."))
        until = now + min(max(order.pay_by - now - cls.GRACE, cls.SHORTEST), cls.LONGEST)
        log.info("order %s: online payment begun by %s", order.code, by.label)
        return cls.objects.create(
            order=order, amount=order.balance, currency=order.edition.currency, expires_at=until
        )

    @transaction.atomic
    def came_about(self, said: Said) -> bool:
        """Note what the provider calls it and where it lies; the reservation outlives it. False when it was given up
        meanwhile: then it is to be ended at the provider."""
        Order.objects.held(self.order_id)
        open_rows = Checkout.objects.filter(pk=self.pk, status=self.Status.OPEN)
        if not open_rows.update(reference=said.reference, url=said.url):
            return False
        self.reference, self.url = said.reference, said.url
        self.order.tickets.payable().reserve_until(self.expires_at + self.GRACE)
        TypeChange.objects.of_order(self.order).wait_until(self.expires_at + self.GRACE)
        return True

    def begin_anew(self) -> None:
        """Take another key, since under this one the provider would only repeat that it broke or that it was asked for
        something else. What it may have made under the old one, nobody was ever sent to."""
        fresh = uuid.uuid4()
        if Checkout.objects.filter(pk=self.pk, reference="").update(uuid=fresh):
            self.uuid = fresh

    def never_came_about(self) -> None:
        """Note that there is no such page at the provider, so that nobody can pay there. One that is known to exist
        stays as it is."""
        unknown = Checkout.objects.filter(pk=self.pk, status=self.Status.OPEN, reference="")
        if unknown.update(status=self.Status.EXPIRED):
            self.status = self.Status.EXPIRED

    @transaction.atomic
    def learn(self, said: Said, *, by: Actor) -> Outcome:
        """Take note of what the provider says now, however often and in whatever order it comes.

        Money is booked whatever was noted before; what was paid never becomes unpaid again.
        """
        Order.objects.held(self.order_id)
        mine = Checkout.objects.select_for_update().get(pk=self.pk)
        if said.state not in _NEWS[mine.status]:
            return Outcome(mine.outcome) if mine.outcome and said.state == mine.status else Outcome.KNOWN
        self.status = mine.status = said.state
        mine.reference = mine.reference or said.reference
        mine.save(update_fields=["status", "reference"])
        log.info("order %s: checkout %s is %s", self.order.code, self.pk, said.state)
        if said.state != self.Status.PAID:
            return _OF_STATE[said.state]
        outcome = Payment.receive(
            self.order,
            provider=Payment.Provider.STRIPE,
            reference=said.payment or said.reference,
            amount=said.amount,
            currency=said.currency,
            by=by,
        )
        as_agreed = (said.amount, said.currency) == (self.amount, self.currency)
        if outcome != Outcome.KNOWN:
            self.outcome = outcome if as_agreed else Outcome.DIFFERS
            Checkout.objects.filter(pk=self.pk).update(outcome=self.outcome)
        return Outcome(self.outcome or outcome)


_ENDS = {Checkout.Status.FAILED, Checkout.Status.PAID}
_NEWS: dict[str, set[Checkout.Status]] = {
    Checkout.Status.OPEN: {Checkout.Status.PROCESSING, Checkout.Status.EXPIRED} | _ENDS,
    Checkout.Status.PROCESSING: _ENDS,
    Checkout.Status.EXPIRED: {Checkout.Status.PAID},
    Checkout.Status.FAILED: {Checkout.Status.PAID},
    Checkout.Status.PAID: set(),
}
_OF_STATE: dict[str, Outcome] = {
    Checkout.Status.PROCESSING: Outcome.PROCESSING,
    Checkout.Status.EXPIRED: Outcome.EXPIRED,
    Checkout.Status.FAILED: Outcome.FAILED,
}
