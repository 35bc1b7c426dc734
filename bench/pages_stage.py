"""The two editions on which public pages are measured."""

from __future__ import annotations

import os
from datetime import date


def prepare(environment: dict[str, str]) -> None:
    """Set up an edition of 150 sessions and an earlier one of 668, for this process and the web's."""
    os.environ.pop("DEMO", None)
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="forum.settings", LOG_LEVEL="WARNING")
    import django

    django.setup()
    from django.core.management import call_command

    from bench import programme

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    programme.edition(sessions=150, speakers=180, days=3, rooms=6, starts_on=date(2027, 3, 9))
    programme.edition(
        sessions=668,
        speakers=600,
        days=2,
        rooms=28,
        minutes=50,
        starts_on=date(2026, 2, 3),
        published_days_ago=400,
    )
