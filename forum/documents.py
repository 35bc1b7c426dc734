"""Documents that people send: looked at before they are kept. What kind a file is, its content says, not its name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from forum import images
from forum.errors import Refusal

MAX_BYTES = 5 * 1024 * 1024
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
ACCEPT = ",".join(ENDINGS)


def check(file: Any) -> str:
    """The media type of `file` (with a `size`, at any position): a PDF, a PNG or a JPEG.

    Raises Refusal, with what is wrong and what to do, for one that is too large, empty, broken or of another kind.
    """
    if file.size > MAX_BYTES:
        size = _("This file is larger than %(limit)s MB. Choose a smaller one.")
        raise Refusal(size % {"limit": MAX_BYTES // 1024**2})
    if file.size == 0:
        raise Refusal(_("This file is empty. Choose it again."))
    file.seek(0)
    content = file.read()
    file.seek(0)
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise Refusal(_("This PDF is not whole. Save it anew and choose it again."))
        return "application/pdf"
    kind = {b"\xff\xd8\xff": "image/jpeg", b"\x89PN": "image/png"}.get(content[:3])
    if kind is None:
        raise Refusal(_("This file is no PDF, PNG or JPEG, whatever its name says. Choose another one."))
    images.check(file)
    return kind
