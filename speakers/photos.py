"""Where a speaker's photo lies: the original and a preview in private, the public sizes under a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage, storages

from forum import images
from forum.codes import new_secret

FOLDER = "speakers"
SIZES = (96, 240, 480, 960)
PREVIEW = 480


def preview_path(original: str) -> str:
    """Where the person's own view of a photo lies, beside its original."""
    return f"{original}.jpg"


@dataclass(frozen=True)
class Photo:
    """The public sizes of one photo, each as WebP and JPEG. Its key is random and new each time, so an address never
    changes what it shows and tells nothing. Without a key it is no photo, and false."""

    key: str

    def __bool__(self) -> bool:
        return bool(self.key)

    def path(self, size: int, kind: str = "jpg") -> str:
        """Where one size lies in the public storage."""
        return f"{FOLDER}/{self.key}/{size}.{kind}"

    def url(self, size: int, kind: str = "jpg") -> str:
        """The address of one size, as `webp` or `jpg`."""
        return default_storage.url(self.path(size, kind))

    @property
    def pictures(self) -> list[tuple[int, str, str]]:
        """Width in pixels, address as WebP, address as JPEG: what `srcset` is made of."""
        folder = default_storage.url(f"{FOLDER}/{self.key}/")
        return [(size, f"{folder}{size}.webp", f"{folder}{size}.jpg") for size in SIZES]

    @classmethod
    def publish(cls, pictures: list[tuple[int, str, bytes]]) -> Photo:
        """Write pictures (size, kind, content) into the public storage, all or none, under a new key."""
        photo = cls(new_secret())
        try:
            for size, kind, content in pictures:
                default_storage.save(photo.path(size, kind), ContentFile(content))
        except BaseException:
            photo.delete()
            raise
        return photo

    def delete(self) -> None:
        """Take the files off the public storage; those that are gone already do not matter."""
        if self.key:
            folder = f"{FOLDER}/{self.key}"
            for name in _files(default_storage, folder):
                default_storage.delete(f"{folder}/{name}")
            default_storage.delete(folder)


def drawn(original: IO[bytes], crop: dict[str, float]) -> list[tuple[int, str, bytes]]:
    """All sizes of an original, in both kinds. Raises Refusal when it cannot be read after all."""
    return list(images.squares(original, images.Crop(**crop), SIZES))


def keep_preview(original: str, pictures: list[tuple[int, str, bytes]]) -> None:
    """Lay the person's own view beside the original; in place of an earlier one."""
    path = preview_path(original)
    [content] = [content for size, kind, content in pictures if (size, kind) == (PREVIEW, "jpg")]
    storages["private"].delete(path)
    storages["private"].save(path, ContentFile(content))


def forget_original(name: str) -> None:
    """Delete an original and its preview."""
    if name:
        storages["private"].delete(name)
        storages["private"].delete(preview_path(name))


def sweep(keys: set[str], originals: set[str], *, older_than: datetime) -> int:
    """Delete what no speaker refers to: it was left by a process that died between writing and committing. What
    changed after `older_than` may belong to one at work. Gives the number of photos deleted."""
    private, swept = storages["private"], 0
    for key in _folders(default_storage, FOLDER):
        if key not in keys and default_storage.get_modified_time(f"{FOLDER}/{key}") < older_than:
            Photo(key).delete()
            swept += 1
    for folder in _folders(private, FOLDER):
        for name in {name.removesuffix(".jpg") for name in _files(private, f"{FOLDER}/{folder}")}:
            path = f"{FOLDER}/{folder}/{name}"
            if path not in originals and _changed_at(private, path) < older_than:
                forget_original(path)
                swept += 1
    return swept


def _changed_at(private: Storage, original: str) -> datetime:
    return private.get_modified_time(original if private.exists(original) else preview_path(original))


def _folders(storage: Storage, folder: str) -> list[str]:
    return storage.listdir(folder)[0] if storage.exists(folder) else []


def _files(storage: Storage, folder: str) -> list[str]:
    return storage.listdir(folder)[1] if storage.exists(folder) else []
