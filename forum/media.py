"""The public files: pictures of speakers, logos of partners. In production a proxy may serve them instead."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.static import serve

# Nothing else is served, whatever else may come to lie there.
_SERVED = re.compile(
    r"(?P<folder>speakers|partners)/(?:[\w-]{1,60}/){0,3}\w[\w.-]{0,200}\.(?P<ending>webp|jpe?g|png)", re.I
)
_TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
_A_DAY, _A_YEAR = 24 * 3600, 365 * 24 * 3600


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve one public picture. 404 for anything else.

    A speaker's photo has an address of its own for each version, so it may be kept for good; a logo for a day. The
    type is said by us, not guessed, and no browser may guess another (`X-Content-Type-Options` stands on all pages).
    """
    found = _SERVED.fullmatch(path)
    if found is None:
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    if response.status_code == 200:
        response.headers["Content-Type"] = _TYPES[found["ending"].lower()]
    if found["folder"] == "speakers":
        patch_cache_control(response, public=True, max_age=_A_YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=_A_DAY)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
