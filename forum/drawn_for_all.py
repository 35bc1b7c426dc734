"""Pages with a form that look the same to everybody who has not said anything yet: drawn once for all of them, and anew
when something that they show is another. Only the token against forged requests is each visitor's own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from forum.briefly import recall
from forum.last_known import last_known

# Stands in the page for the token. Nobody is ever shown it, so nothing that was written anywhere can hold it.
_TOKEN = secrets.token_hex(32)
# Who brings one of these may be signed in, or is to be told something.
_PERSONAL = {settings.SESSION_COOKIE_NAME, "messages"}
AT_MOST = 50


class _Drawn(NamedTuple):
    of: Hashable
    page: str


_drawn: dict[Hashable, _Drawn] = {}


def page(
    request: HttpRequest,
    template: str,
    context: Callable[[], dict[str, Any]],
    *,
    shows: Callable[[], Hashable],
) -> HttpResponse:
    """The page that `template` draws with what `context()` gives, for whoever sent `request`.

    `shows()` is all that it shows beside records marked as shown in public. It is asked once a second, and the page is
    drawn anew when it is another. Who said something (in the address, or by what they sent), is signed in, or is to be
    told something, has the page drawn for them alone.
    """
    is_asked_plainly = request.method in {"GET", "HEAD"} and not request.META.get("QUERY_STRING")
    if not is_asked_plainly or _PERSONAL & request.COOKIES.keys():
        return render(request, template, context())
    which = template, request.path, get_language()

    def draw() -> str:
        public = last_known.reading()
        of = None if public.is_away else (public.version, public.changes_at, shows())
        known = _drawn.get(which)
        if of is None or known is None or known.of != of:
            text = render_to_string(template, {**context(), "csrf_token": _TOKEN}, request)
            if len(_drawn) >= AT_MOST:
                _drawn.clear()
            known = _drawn[which] = _Drawn(of, text)
        return known.page

    return HttpResponse(recall((page, *which), draw).replace(_TOKEN, get_token(request)))


def forget() -> None:
    """Draw all pages anew from now on, in this process."""
    _drawn.clear()
