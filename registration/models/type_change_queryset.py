from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from registration.models.order import Order
    from registration.models.type_change import TypeChange


class TypeChangeQuerySet(models.QuerySet["TypeChange"]):
    """Changes of a ticket to another type."""

    def waiting(self) -> TypeChangeQuerySet:
        """Those whose difference is still to be paid."""
        return self.filter(status="waiting")

    def of_order(self, order: Order) -> TypeChangeQuerySet:
        """Those of one order's tickets."""
        return self.filter(ticket__order=order)

    def overdue(self) -> TypeChangeQuerySet:
        """Those whose time to pay has passed, but while money may still come for them."""
        late = self.waiting().filter(pay_by__lt=timezone.now())
        return late.exclude(ticket__order__checkouts__status__in=("open", "processing"))

    def newest(self) -> TypeChange | None:
        """The one that was asked for last; None when there is none."""
        return self.order_by("-asked_at", "-pk").first()

    def with_ticket(self) -> TypeChangeQuerySet:
        """Each with its ticket, whose order they are about."""
        return self.select_related("ticket__order__edition", "ticket__attendee", "to_type")

    def wait_until(self, until: datetime) -> None:
        """Wait for their money until then, at the least."""
        self.waiting().filter(pay_by__lt=until).update(pay_by=until)

    def drop(self) -> None:
        """Give those up that wait; who calls gives their places back."""
        self.waiting().update(status="dropped", ended_at=timezone.now())
