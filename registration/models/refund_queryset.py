from __future__ import annotations

import contextlib
import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from forum.models import Edition
from forum.models.deferred import DeferredQuerySet

if TYPE_CHECKING:
    from registration.models.refund import Refund

SLOW = timedelta(hours=3)  # a refund that has been on its way for so long is to be looked at


class RefundQuerySet(DeferredQuerySet):
    """Money returned, or about to be."""

    def of_edition(self, edition: Edition) -> RefundQuerySet:
        """Those of one edition."""
        return self.filter(payment__order__edition=edition)

    def not_arrived(self, edition: Edition) -> RefundQuerySet:
        """Those of an edition that failed, of which nobody knows, or that have been on their way for hours."""
        slow = Q(status__in=("queued", "sending"), created_at__lt=timezone.now() - SLOW)
        doubtful = self.of_edition(edition).filter(Q(status="failed") | Q(is_unsure=True) | slow)
        return doubtful.select_related("payment__order").order_by("pk")

    def sums_by_day(self, edition: Edition) -> list[tuple[date, str, str, int]]:
        """Day in the edition's time zone on which it was asked for, provider, currency, and how much; of those that
        count."""
        day = TruncDate("created_at", tzinfo=edition.zone)
        counting = self.of_edition(edition).filter(~Q(status="failed") | Q(is_unsure=True)).order_by()
        return list(
            counting.values_list(day, "payment__provider", "payment__currency").annotate(Sum("amount"))
        )

    def with_payment(self) -> RefundQuerySet:
        """Each with what is needed to send it."""
        return self.select_related("payment__order__edition")

    def told_of(self, reference: str, key: str) -> Refund | None:
        """The one that a provider speaks of, by its name or by ours."""
        known = Q(reference=reference)
        with contextlib.suppress(ValueError):  # nothing of ours
            known |= Q(uuid=uuid.UUID(key))
        return self.filter(known).select_related("payment__order__edition").first()
