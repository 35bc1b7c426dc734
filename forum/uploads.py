"""What is done with files while they are still coming in."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler

KEPT = 32 * 1024 * 1024


class NoMoreThanEnough(FileUploadHandler):
    """Drop what comes after the first 32 MB of a request's files, so that nobody can fill the disk.

    What is kept is larger than any form of ours accepts, so its field says that the file is too large, as it does for
    one that is only a little too large. Stands before the handlers that keep files.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        is_wanted = self._seen < KEPT
        self._seen += len(raw_data)
        return raw_data if is_wanted else None

    def file_complete(self, file_size: int) -> Any:
        return None
