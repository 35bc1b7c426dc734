"""Sweeps of this storey."""

from __future__ import annotations

import logging

from celery import shared_task

from registration.models import Quota, Ticket
from registration.models.overdue import expire_if_overdue

log = logging.getLogger(__name__)


@shared_task
def sweep_reservations() -> None:
    """Expire the reservations past their time."""
    for ticket in Ticket.objects.overdue().select_related("order__edition", "attendee"):
        expire_if_overdue(ticket)


@shared_task
def compare_counters() -> None:
    """Raise an alarm for each quota whose counter differs from its places, and each ticket whose places are wrong."""
    for quota in Quota.objects.miscounted():
        log.error("quota %s counts %s places and holds %s", quota.pk, quota.taken, quota.held)  # type: ignore[attr-defined]
    for ticket in Ticket.objects.misplaced():
        log.error("ticket %s, %s, holds other places than its type's quotas", ticket.pk, ticket.status)
