from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.models.deferred import Deferred, DeferredQuerySet

if TYPE_CHECKING:
    from forum.models.edition import Edition


class Job(Deferred):
    """Work that matters and takes time: a photo, a batch of badges, an import. The Celery task is only the nudge."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    WORKING: ClassVar[str] = Status.RUNNING
    DONE: ClassVar[str] = Status.DONE
    LEASE: ClassVar[timedelta] = timedelta(minutes=10)
    TASK: ClassVar[str] = "forum.tasks.run_job"

    edition = models.ForeignKey(
        "forum.Edition",
        models.CASCADE,
        null=True,
        editable=False,
        related_name="jobs",
        verbose_name=_("edition"),
    )
    kind = models.CharField(_("kind"), max_length=60, editable=False)
    about_type = models.ForeignKey(ContentType, models.CASCADE, null=True, editable=False)
    about_id = models.PositiveBigIntegerField(null=True, editable=False)
    about = GenericForeignKey("about_type", "about_id")
    options = models.JSONField(default=dict, editable=False)
    status = models.CharField(
        _("state"), max_length=10, choices=Status.choices, default=Status.QUEUED, editable=False
    )
    progress = models.PositiveIntegerField(_("done"), default=0, editable=False)
    total = models.PositiveIntegerField(_("of"), default=0, editable=False)

    objects = DeferredQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=["status", "due_at"], name="job_due"),)

    def __str__(self) -> str:
        return f"{self.kind} · {self.get_status_display()}"

    @classmethod
    def queue(
        cls,
        kind: str,
        *,
        about: models.Model | None = None,
        edition: Edition | None = None,
        options: dict[str, Any] | None = None,
    ) -> Job:
        """Write a job and nudge a worker after the commit."""
        job = cls.objects.create(
            kind=kind,
            edition=edition or getattr(about, "edition", None),
            about_type=ContentType.objects.get_for_model(about) if about else None,
            about_id=about.pk if about else None,
            options=options or {},
        )
        job.nudge()
        return job
