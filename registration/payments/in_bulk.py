"""Paying many orders back, one after the other, each in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable

from forum.errors import Refusal
from forum.models.job import Overtaken
from registration.models import BulkRefund, BulkRefundPart
from registration.payments import checkouts

log = logging.getLogger(__name__)


class StillWaiting(Exception):
    """Some orders could not be dealt with yet; they are tried again."""


def carry_out(bulk: BulkRefund, tell: Callable[[int, int], None]) -> None:
    """Carry out what is left of a bulk refund. It may be done twice, or at once: an order is paid back once.

    One order that does not work does not keep the others from it. Raises StillWaiting when some are left. `tell` is
    told how many of how many are done.
    """
    tried: set[int] = set()
    while waiting := [key for key in bulk.gather() if key not in tried]:
        for key in waiting:
            tell(bulk.parts.done().count(), bulk.parts.count())
            tried.add(key)
            _carry_out_one(bulk, key)
    tell(bulk.parts.done().count(), bulk.parts.count())
    if left := bulk.parts.waiting().count():
        raise StillWaiting(f"{left} orders")


def _carry_out_one(bulk: BulkRefund, key: int) -> None:
    part: BulkRefundPart = bulk.parts.select_related("order__edition", "bulk").get(pk=key)
    try:
        if bulk.cancels:
            checkouts.close(part.order, by=bulk.actor)
        part.carry_out(by=bulk.actor)
    except Overtaken:
        raise
    except Refusal as refusal:
        log.warning("order %s: bulk refund %s waits: %s", part.order.code, bulk.pk, refusal)
        part.wait(str(refusal))
    except Exception as fault:
        log.exception("order %s: bulk refund %s failed", part.order.code, bulk.pk)
        part.wait(type(fault).__name__)
