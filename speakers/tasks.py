"""What the worker does for speakers."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from forum.jobs import job
from forum.models import Job
from speakers import photos
from speakers.models import Speaker


@job(Speaker.JOB)
def draw_photo(job: Job) -> None:
    """Draw the sizes of a speaker's photo; nothing when the speaker was deleted meanwhile."""
    if isinstance(job.about, Speaker):
        job.about.draw_photo()


@shared_task
def sweep_photos() -> None:
    """Delete the pictures that a dead process left behind."""
    keys, originals = Speaker.objects.photo_files()
    photos.sweep(keys, originals, older_than=timezone.now() - timedelta(hours=1))
