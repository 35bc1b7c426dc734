"""What is said while the database is away, or restarting: come back in a moment, and what was typed is kept.

An error page rather than a middleware: Django asks for it wherever the error was met, in a view, in the middleware
around it or while another error page was drawn. It reads nothing but the request.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.views.defaults import server_error
from redis.exceptions import ConnectionError as NoRedis
from redis.exceptions import TimeoutError as SlowRedis

View = TypeVar("View", bound=Callable[..., HttpResponse])

AWAY = (OperationalError, InterfaceError, NoRedis, SlowRedis)
RETRY_AFTER = 5  # seconds
FIELDS, LETTERS = (
    200,
    100_000,
)  # more than any form of ours asks for; what is longer is not sent back and forth


def may_be_sent_again(view: View) -> View:
    """Mark a view whose form the page may carry along and send again: one without passwords and codes.

    Belongs beside the view, below other decorators or above them.
    """
    view.may_be_sent_again = True  # type: ignore[attr-defined]
    return view


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Answer for what failed: 503 and a way to try again while the database is away, else 500."""
    return try_again(request) if isinstance(sys.exc_info()[1], AWAY) else server_error(request)


def try_again(request: HttpRequest) -> HttpResponse:
    """Say that it is a matter of a moment, with what was typed in a form that goes to the very same address."""
    typed = _typed(request)
    context = {
        "path": request.get_full_path(),
        "is_read": request.method in {"GET", "HEAD"},
        "typed": typed,
        "had_files": typed is not None and bool(request.FILES),
        "csrf_token": get_token(request) if typed is not None else None,
    }
    language = translation.get_language_from_path(request.path_info) or translation.get_language()
    with translation.override(language):
        page = render_to_string("503.html", context)
    response = HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    response.headers["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(response)
    return response


def _typed(request: HttpRequest) -> list[tuple[str, str]] | None:
    """Name and value of all that was posted; None when it is not for us to send it again.

    Only what passed the check against forged forms: else another site's form would come back as ours, with our token.
    """
    is_ours = getattr(request, "csrf_processing_done", False)
    view = getattr(request.resolver_match, "func", None)
    if request.method != "POST" or not is_ours or not getattr(view, "may_be_sent_again", False):
        return None
    try:
        posted = [(name, value) for name, values in request.POST.lists() for value in values]
    except Exception:  # whatever a browser may have sent, this page has to show
        return None
    typed = [(name, value) for name, value in posted if name != "csrfmiddlewaretoken"]
    is_small = len(typed) <= FIELDS and sum(len(name) + len(value) for name, value in typed) <= LETTERS
    return typed if is_small else None
