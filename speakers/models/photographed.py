from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from forum.codes import new_secret
from forum.models import Job
from speakers import photos


def private_storage() -> Any:
    """Where originals lie: served by nobody."""
    return storages["private"]


def original_path(person: Any, filename: str) -> str:
    """A name that tells nothing, whatever the person's file was called."""
    return f"{photos.FOLDER}/{person.edition_id}/{new_secret()}"


class PhotoState(models.TextChoices):
    """Where a photo stands; it follows from the files and the job and is never set."""

    NONE = "none", _("No photo")
    PREPARING = "preparing", _("Being prepared")
    SHOWN = "shown", _("Shown")
    PRIVATE = "private", _("Kept, shown to nobody")
    FAILED = "failed", _("Could not be read")


class Photographed(models.Model):
    """Somebody with a photo. The original stays private; a job draws the public sizes from it, and only while
    `is_listed`, their agreement to be shown, is in force.
    """

    JOB: ClassVar[str] = "speaker-photo"
    _PHOTO: ClassVar[list[str]] = ["photo_original", "photo_crop", "photo_key"]
    _WRITTEN: ClassVar[list[str]] = [*_PHOTO, "updated_at"]

    photo_original = models.FileField(
        storage=private_storage, upload_to=original_path, blank=True, editable=False
    )
    photo_crop = models.JSONField(default=dict, blank=True, editable=False)
    photo_key = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        abstract = True

    is_listed: bool

    @property
    def photo(self) -> photos.Photo:
        """What visitors may see of it; false when that is nothing."""
        return photos.Photo(self.photo_key)

    @property
    def photo_state(self) -> PhotoState:
        """Where the photo stands now."""
        if not self.photo_original:
            return PhotoState.SHOWN if self.photo_key else PhotoState.NONE
        jobs = Job.objects.filter(
            kind=self.JOB, about_type=ContentType.objects.get_for_model(type(self)), about_id=self.pk
        )
        job = jobs.order_by("-created_at", "-pk").first()
        if job and job.status in {Job.Status.QUEUED, Job.Status.RUNNING}:
            return PhotoState.PREPARING
        if job and job.status == Job.Status.FAILED:
            return PhotoState.FAILED
        return PhotoState.SHOWN if self.photo_key else PhotoState.PRIVATE

    def keep_photo(self, original: Any, crop: dict[str, float]) -> Job:
        """Keep an original that was checked, privately, and have it drawn by a job.

        `crop` is a square of the upright picture, as `forum.images.Crop` describes it. Until the job is done the old
        photo stays.
        """
        name = private_storage().save(original_path(self, ""), original)
        with transaction.atomic():
            self._lock()
            former = self.photo_original.name or ""
            self.photo_original, self.photo_crop = name, crop
            self.save(update_fields=self._WRITTEN)
            transaction.on_commit(lambda: photos.forget_original(former))
            return self.queue_photo()

    def save_but_photo(self) -> None:
        """Save everything else: a job may have put other files in the photo's place since this was read."""
        written = (field.name for field in self._meta.concrete_fields if not field.primary_key)
        self.save(update_fields=[name for name in written if name not in self._PHOTO])

    def queue_photo(self) -> Job:
        """Have the photo drawn from its original by a worker."""
        return Job.queue(self.JOB, about=self)

    def draw_photo(self) -> None:
        """Draw the person's own preview and, while they are listed, the public sizes, and put these in place of the
        old ones. The worker's part.

        May be done twice, or by two at once: each writes under a key of its own, and only one that still starts from
        what it read takes the place; the others take their files away again.
        """
        original, before = self.photo_original.name, self.photo
        if not original:
            return
        with self.photo_original.storage.open(original) as file:
            pictures = photos.drawn(file, self.photo_crop)
        photos.keep_preview(original, pictures)
        if not self.is_listed:
            return
        drawn, is_shown = photos.Photo.publish(pictures), False
        try:
            with transaction.atomic():
                self._lock()
                is_wanted = self.is_listed and (self.photo_original.name, self.photo) == (original, before)
                if is_wanted:
                    self._show(drawn)
            is_shown = is_wanted
        except ObjectDoesNotExist:
            pass  # the person was deleted meanwhile
        finally:
            if not is_shown:
                drawn.delete()

    def open_preview(self) -> File | None:
        """The person's own view of the photo, a JPEG; None while there is none."""
        path = photos.preview_path(self.photo_original.name or "")
        has_one = bool(self.photo_original) and private_storage().exists(path)
        return private_storage().open(path) if has_one else None

    def remove_photo(self) -> None:
        """Forget the photo: the original and all that was drawn from it."""
        with transaction.atomic():
            self._lock()
            original = self.photo_original.name or ""
            self.photo_original, self.photo_crop = "", {}
            self.save(update_fields=self._WRITTEN)
            transaction.on_commit(lambda: photos.forget_original(original))
            self._show(photos.Photo(""))

    def hide_photo(self) -> None:
        """Take the photo off the public pages, files and all; the original stays. Within a transaction."""
        self._lock()
        self._show(photos.Photo(""))

    def _lock(self) -> None:
        self.refresh_from_db(
            fields=self._PHOTO, from_queryset=type(self)._default_manager.select_for_update()
        )

    def _show(self, photo: photos.Photo) -> None:
        former, self.photo_key = self.photo, photo.key
        self.save(update_fields=self._WRITTEN)
        transaction.on_commit(former.delete)
