"""The nudge to issue what an order's tickets, or what is kept of its money, call for."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction

from forum import patience

log = logging.getLogger(__name__)

TASK = "registration.tasks.bill_order"


def bill_soon(order: int) -> None:
    """Ask a worker, once this transaction is committed, to bill the order with this key. A broker that is down delays,
    no more: a sweep finds what is not billed as it should be."""
    transaction.on_commit(partial(_send, order))


def _send(order: int) -> None:
    if patience.redis.is_at_an_end:
        return
    try:
        current_app.send_task(TASK, args=[order])
    except Exception:
        patience.redis.lose_some()
        log.warning("no nudge to bill order %s; the sweep will find it", order, exc_info=True)
