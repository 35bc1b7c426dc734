"""Asking a worker to see to those who wait for a place."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction

from forum import patience
from forum.models import Edition

log = logging.getLogger(__name__)


def offer_what_is_free(edition_id: int) -> None:
    """Ask a worker, once this transaction is committed, to offer the free places of an edition to those who wait, if
    anybody does. A broker that is down delays, no more: the sweep does the same."""
    transaction.on_commit(lambda: _send(edition_id))


def _send(edition_id: int) -> None:
    if not Edition.objects.filter(pk=edition_id, ticket_types__waiting_entries__status="waiting").exists():
        return
    if patience.redis.is_at_an_end:
        return
    try:
        current_app.send_task("registration.tasks.offer_free_places", args=[edition_id])
    except Exception:
        patience.redis.lose_some()
        log.warning("no nudge to offer places; the sweep will do it", exc_info=True)
