from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import models, transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.codes import new_secret
from forum.models.deferred import Deferred, DeferredQuerySet

if TYPE_CHECKING:
    from forum.models.edition import Edition


RESULTS = "jobs"


def private_storage() -> Storage:
    """Where results lie: only a view that asks who wants them opens them."""
    return storages["private"]


class Overtaken(Exception):
    """Another process has taken the job, since the lease of this one ran out: there is nothing left to do here."""


class JobQuerySet(DeferredQuerySet):
    """Work that takes time."""

    def of_kind(self, kind: str, edition: Edition) -> Self:
        """Those of one kind in one edition, newest first."""
        return self.filter(kind=kind, edition=edition).order_by("-created_at", "-pk")

    def with_key(self, key: int) -> Self:
        """The one with this primary key, if it is among them."""
        return self.filter(pk=key)

    def with_result(self) -> Self:
        """Those of which a file is kept."""
        return self.exclude(result="")

    def outlived(self) -> Self:
        """Those whose file has been kept for as long as files are."""
        return self.with_result().filter(finished_at__lt=timezone.now() - Job.RESULT_LASTS)

    def results(self) -> set[str]:
        """The names of all files that are kept."""
        return set(self.with_result().values_list("result", flat=True))


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
    RESULT_LASTS: ClassVar[timedelta] = timedelta(days=1)
    """How long a result is kept: it may hold what people have told us."""

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
    result = models.FileField(storage=private_storage, blank=True, editable=False)

    objects = JobQuerySet.as_manager()

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

    @property
    def is_under_way(self) -> bool:
        """Whether it waits, or somebody is at it."""
        return self.status in {self.Status.QUEUED, self.Status.RUNNING}

    @property
    def has_result(self) -> bool:
        """Whether a file came of it that is still kept."""
        return bool(self.result) and private_storage().exists(str(self.result))

    def advance(self, done: int, of: int) -> None:
        """Note how far it is, and hold it for another lease. Raises Overtaken when this process has it no more."""
        if not self._note(progress=done, total=of, leased_until=timezone.now() + self.LEASE):
            raise Overtaken

    def note(self, **options: Any) -> None:
        """Add to its options what the work has found. Raises Overtaken when this process has it no more."""
        if not self._note(options={**self.options, **options}):
            raise Overtaken

    def keep(self, content: bytes) -> None:
        """Keep what came of it in a private file, in place of an earlier one, under a name that tells nothing.

        Raises Overtaken, and keeps nothing, when this process has the job no more.
        """
        former = self.result.name or ""
        name = private_storage().save(f"{RESULTS}/{new_secret()}", ContentFile(content))
        if not self._note(result=name):
            private_storage().delete(name)
            raise Overtaken
        _delete(former)

    def forget_result(self) -> None:
        """Delete the file that came of it; what it was asked for stays."""
        name = self.result.name or ""
        self._write({"result": ""}, of=self._rows().filter(pk=self.pk, result=name))
        _delete(name)

    @classmethod
    def sweep_files(cls, *, older_than: timedelta) -> int:
        """Delete the files that no job refers to: a process died over them. Gives their number."""
        storage, kept, swept = private_storage(), cls.objects.results(), 0
        for name in storage.listdir(RESULTS)[1] if storage.exists(RESULTS) else ():
            path = f"{RESULTS}/{name}"
            if path not in kept and storage.get_modified_time(path) < timezone.now() - older_than:
                storage.delete(path)
                swept += 1
        return swept


def _delete(name: str) -> None:
    if name:
        private_storage().delete(name)


@receiver(models.signals.post_delete, sender=Job)
def _delete_result(instance: Job, **_kwargs: Any) -> None:
    # The deletion of an edition calls no method of ours.
    transaction.on_commit(lambda: _delete(instance.result.name or ""))
