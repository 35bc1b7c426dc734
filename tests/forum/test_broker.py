"""The demo's queue of files."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Empty

from kombu import Connection

from forum import broker


def test_a_reader_never_finds_half_a_message(tmp_path: Path) -> None:
    folder = str(tmp_path / "queue")
    options = {
        "data_folder_in": folder,
        "data_folder_out": folder,
        "control_folder": str(tmp_path / "control"),
    }
    (tmp_path / "queue").mkdir()
    body = "x" * 2_000_000
    with Connection(transport=broker.Transport, transport_options=options) as connection:
        writer, reader = connection.channel(), connection.channel()

        def write() -> None:
            for number in range(40):
                writer._put("celery", {"number": number, "body": body})

        writing = threading.Thread(target=write)
        writing.start()
        read: list[int] = []
        while len(read) < 40 and (writing.is_alive() or any((tmp_path / "queue").iterdir())):
            try:
                read.append(reader._get("celery")["number"])
            except Empty:
                continue
        writing.join()

    assert sorted(read) == list(range(40))
