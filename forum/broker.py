"""The demo's queue: a folder of files, read by the worker as if it were a broker."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Kombu's channel of files, except that a message appears whole or not at all.

    Kombu writes under the final name: a worker that looks in between reads half a message and ends.
    """

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as Kombu itself does
        folder = Path(self.data_folder_out)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        aside = folder / f"{name}.part"
        aside.write_text(dumps(payload), encoding="utf-8")
        aside.rename(folder / name)


class Transport(filesystem.Transport):
    """Named in the settings as the broker's transport."""

    Channel = Channel
