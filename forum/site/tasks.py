"""What the roof sweeps."""

from __future__ import annotations

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore


@shared_task
def sweep_sessions() -> None:
    """Forget the sessions whose time is over; with them go the codes that nobody typed."""
    SessionStore.clear_expired()
