"""Pages with a form that look the same to everybody who has not said anything yet: drawn once a second, not once for
each visitor. Only the token against forged requests is each visitor's own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from forum.briefly import recall

# Stands in the page for the token. Nobody is ever shown it, so nothing that was written anywhere can hold it.
_TOKEN = secrets.token_hex(32)
# Who brings one of these may be signed in, or is to be told something.
_PERSONAL = {settings.SESSION_COOKIE_NAME, "messages"}


def page(
    request: HttpRequest, template: str, what: Hashable, context: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """The page that `template` draws with what `context()` gives, for whoever sent `request`.

    `what` says all that the page depends on, beside its address. Who said something (in the address, or by what they
    sent), is signed in, or is to be told something, has it drawn for them alone.
    """
    if (
        request.method not in {"GET", "HEAD"}
        or request.META.get("QUERY_STRING")
        or _PERSONAL & request.COOKIES.keys()
    ):
        return render(request, template, context())
    drawn = recall(
        (template, what, request.path, get_language()),
        lambda: render_to_string(template, {**context(), "csrf_token": _TOKEN}, request),
    )
    return HttpResponse(drawn.replace(_TOKEN, get_token(request)))
