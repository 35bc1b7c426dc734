"""A public storage so slow that something else happens while it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.files.storage import FileSystemStorage


class SlowDisk(FileSystemStorage):
    """Does `meanwhile` once, in the middle of the first file that it saves."""

    meanwhile: ClassVar[Callable[[], None] | None] = None

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save a file, after what happens meanwhile."""
        meanwhile, SlowDisk.meanwhile = SlowDisk.meanwhile, None
        if meanwhile:
            meanwhile()
        return super().save(*args, **kwargs)
