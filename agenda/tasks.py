"""What the worker does for the agenda."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from agenda.models import PersonalAgenda
from forum import kept_file


@shared_task
def sweep_imports() -> None:
    """Forget uploaded files that nobody imported within the time their preview is good for."""
    kept_file.sweep(older_than=timezone.now() - kept_file.GOOD_FOR)


@shared_task
def sweep_personal_agendas() -> None:
    """Forget what was marked without an account, some time after the edition, and what is empty."""
    PersonalAgenda.objects.outlived().delete()
