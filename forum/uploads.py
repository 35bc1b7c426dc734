"""What is done with files while they are still coming in."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler

KEPT = 32 * 1024 * 1024


class NoMoreThanEnough(FileUploadHandler):
    """Drop what comes of a file after its first 32 MB, so that nobody can fill the disk.

    What is kept is larger than any form of ours accepts, so its field says that the file is too large, as it does for
    one that is only a little too large. Stands before the handlers that keep files.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start < KEPT else None

    def file_complete(self, file_size: int) -> Any:
        return None
