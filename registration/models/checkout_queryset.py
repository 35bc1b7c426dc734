from __future__ import annotations

import contextlib
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from forum.models import Edition
from registration.models.ledger_sql import UNBALANCED
from registration.models.order import Order
from registration.models.outcome import Outcome
from registration.models.payment import Payment
from registration.models.said import Said

if TYPE_CHECKING:
    from registration.models.checkout import Checkout

OPEN = ("open", "processing")
BANKS_TAKE = timedelta(days=10)  # at most, to say yes or no to a payment that takes its time


class CheckoutQuerySet(models.QuerySet["Checkout"]):
    """Payment pages."""

    def open(self) -> CheckoutQuerySet:
        """Those through which money may still come."""
        return self.filter(status__in=OPEN)

    def processing(self) -> CheckoutQuerySet:
        """Those at whose payment a bank is at work."""
        return self.filter(status="processing")

    def of_order(self, order: Order) -> CheckoutQuerySet:
        """Those of one order, with what its balance is made of."""
        return self.filter(order=order).with_order()

    def opened_by(self, secret: str) -> CheckoutQuerySet:
        """The one that its return address's secret names, for a day after it has ended."""
        return self.filter(secret=secret, expires_at__gt=timezone.now() - timedelta(days=1)).select_related(
            "order__edition"
        )

    def told_of(self, said: Said) -> Checkout | None:
        """The one that a provider speaks of."""
        known = Q(reference=said.reference)
        with contextlib.suppress(ValueError):  # nothing of ours
            known |= Q(uuid=uuid.UUID(said.checkout))
        return self.filter(known).select_related("order__edition").first()

    def stuck(self, edition: Edition) -> CheckoutQuerySet:
        """Those of an edition that should have ended long ago, and keep places: the provider says nothing of them."""
        now = timezone.now()
        lapsed = Q(status="open", expires_at__lt=now - timedelta(hours=1))
        waiting = Q(status="processing", created_at__lt=now - BANKS_TAKE)
        return self.filter(lapsed | waiting, order__edition=edition).select_related("order")

    def doubtful(self, edition: Edition) -> CheckoutQuerySet:
        """Those of an edition that were paid late, otherwise than agreed, or for nothing, and whose orders' money does
        not agree with their tickets to this day."""
        orders = RawSQL(UNBALANCED, [edition.pk])  # noqa: S611 - words of ours alone
        odd = self.filter(outcome__in=(Outcome.LATE, Outcome.OWED, Outcome.DIFFERS), order__in=orders)
        return odd.select_related("order").order_by("pk")

    def unbooked(self, edition: Edition) -> CheckoutQuerySet:
        """Those of an edition that the provider calls paid, and for whose order none of its money is booked. There
        must be none."""
        booked = Payment.objects.filter(order=OuterRef("order"), provider=Payment.Provider.STRIPE)
        paid = self.filter(~Exists(booked), order__edition=edition, status="paid")
        return paid.select_related("order").order_by("pk")

    def with_order(self) -> CheckoutQuerySet:
        """Each with what its order's balance is made of, oldest first."""
        orders = Prefetch("order", Order.objects.with_tickets())
        return self.prefetch_related(orders).order_by("pk")
