"""Which characters the bytes of a bank's table stand for: banks do not say."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import pairwise

from django.utils.translation import gettext as _

from forum.errors import Refusal

SAMPLE = 100_000  # bytes; enough to tell
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16, Windows' Western or Thai code page. Raises Refusal for any other."""
    for encoding in _likely(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal(_("The encoding of this file cannot be told. Save it as UTF-8."))


def _likely(data: bytes) -> Iterator[str]:
    beginning = data[:SAMPLE]
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            yield encoding
            return
    if beginning.count(b"\0") > len(beginning) // 4:
        yield "utf-16-le" if beginning[1::2].count(0) > beginning[::2].count(0) else "utf-16-be"
        return
    yield "utf-8"
    yield from ("cp874", "cp1252") if _comes_in_runs(beginning) else ("cp1252", "cp874")


def _comes_in_runs(data: bytes) -> bool:
    """Whether letters beyond ASCII stand side by side, as in Thai; in Western languages they stand alone."""
    beyond = [byte >= 0x80 for byte in data]
    beside = sum(one and after for one, after in pairwise(beyond))
    return beside * 2 > sum(beyond)
