from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, F, Q

from forum.models import Edition
from registration.models.ticket_status import LIVE

if TYPE_CHECKING:
    from registration.models.order import Order
    from registration.models.voucher import Voucher


def as_code(typed: str) -> str:
    """A code as it is kept, from what somebody typed: capital letters, no blanks."""
    return re.sub(r"\s+", "", typed).upper()


class VoucherQuerySet(models.QuerySet["Voucher"]):
    """Codes that open or cheapen tickets."""

    def with_code(self, edition: Edition, typed: str) -> Voucher | None:
        """The one of `edition` with this code, however it was typed, with what it is for."""
        code = as_code(typed)
        return self.filter(edition=edition, code=code).with_what_for().first() if code else None

    def with_what_for(self) -> VoucherQuerySet:
        """Each with the ticket types and groups that it is for."""
        return self.select_related("edition").prefetch_related("ticket_types", "groups")

    def as_it_is(self, known: Voucher) -> Voucher | None:
        """One of them that was read a while ago, read anew; None when it is no more."""
        return self.with_what_for().filter(pk=known.pk).first()

    def of_edition(self, edition: Edition) -> VoucherQuerySet:
        """Those of one edition."""
        return self.filter(edition=edition)

    def taken_codes(self, edition: Edition, codes: list[str]) -> set[str]:
        """Those of `codes` that some voucher of `edition` has already."""
        return set(self.filter(edition=edition, code__in=codes).values_list("code", flat=True))

    def hold_those_of(self, order: Order) -> None:
        """Keep those that an order's tickets use from others until the transaction ends."""
        theirs = self.filter(pk__in=order.tickets.values("voucher")).order_by("pk")
        list(theirs.select_for_update(no_key=True).values_list("pk"))

    def miscounted(self) -> VoucherQuerySet:
        """Those whose counter and live tickets differ; there must be none, ever."""
        live = Count("tickets", filter=Q(tickets__status__in=LIVE))
        return self.annotate(held=live).exclude(used=F("held"))
