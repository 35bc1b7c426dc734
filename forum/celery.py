"""The queue. A task is only a nudge: what must happen stands in a Message or a Job, and a sweep picks up the rest."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_init
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

app = Celery("plenary")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Celery closes the database connection around every task, which costs as much as the task's own questions. Here tasks
# keep it as requests do: as long as CONN_MAX_AGE says, and never one that failed or does not answer.
app.conf.CELERY_DB_REUSE_MAX = 1_000_000


@task_prerun.connect
@task_postrun.connect
def keep_only_good_connections(**signal: Any) -> None:
    """Close what is too old or has failed, around each task."""
    if not signal["task"].request.is_eager:
        close_old_connections()


@worker_init.connect
def warm_the_press(**_signal: Any) -> None:
    """Load what prints badges once, before the worker divides itself into its processes: they start warm, share it, and
    the time that a mail may take is the mail server's alone."""
    from forum import pdf

    with contextlib.suppress(OSError):  # libraries are missing: /readyz says so, and so does each badge
        pdf.render('<!doctype html><html lang="en"><title>Plenary</title><p>Plenary</p></html>')
