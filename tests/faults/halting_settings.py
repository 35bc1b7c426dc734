"""The settings as in production, in a process that halts in the middle of a badge while a file says so.

The badge's QR code is drawn when its page is laid out and not yet written: there the process leaves a file with its
number beside the one that HALT names, and waits until that one is gone.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import segno

from forum.settings import *  # noqa: F403

_halt = Path(os.environ["HALT"])
_make_qr = segno.make_qr


def _halt_and_make_qr(*args: Any, **options: Any) -> segno.QRCode:
    while _halt.exists():
        (_halt.parent / f"{os.getpid()}.halted").touch()
        time.sleep(0.02)
    return _make_qr(*args, **options)


segno.make_qr = _halt_and_make_qr
