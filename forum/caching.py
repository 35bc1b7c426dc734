"""Public pages are rendered once for an address and a version of the site, and then served as finished bytes.

`PageCache` stands before all other middleware and keeps their headers with the page. It renders for nobody in
particular: with a request that carries an address and nothing else, so that no page can hold anything of the visitor
for whom it happens to be made. What was changed is told by `forum.models.PublicChange`.
"""

from __future__ import annotations

import io
import math
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation

from forum import briefly
from forum.kept_pages import KeptPage, Reading, listed, shelf
from forum.last_known import last_known, spare

View = TypeVar("View", bound=Callable[..., Any])
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]  # WSGI's: PEP 3333

WAIT_FOR_ANOTHER = 2.0  # seconds until a page that another thread is making is made once more

# A change that told nobody (a database edited by hand) is seen after this time at the latest.
AT_LONGEST = timedelta(minutes=15).total_seconds()

STATUS = {200: "200 OK", 304: "304 Not Modified"}

# On these a page may depend: the first by its address, the second by how it is packed; the third bypasses the cache.
HARMLESS = {"accept-language", "accept-encoding", "hx-request"}


def public_page(view: View) -> View:
    """Mark a page that depends on its address and on models marked `shown_in_public`, and on nothing else: not on who
    asks, nor on cookies, headers or the query. If it changes by the clock, beyond the turns of editions, it says so
    by `changes_at`."""
    view.is_public_page = True  # type: ignore[attr-defined]
    return view


def changes_at(request: HttpRequest, moment: datetime | None) -> None:
    """Say from within a view that its page is another one from `moment` on; of several the first counts."""
    if moment is not None:
        first = min(moment.timestamp(), getattr(request, "changes_at", math.inf))
        request.changes_at = first  # type: ignore[attr-defined]


class PageCache:
    """The middleware. Off where `settings.PAGE_CACHE` is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.PAGE_CACHE:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._in_the_making: dict[str, Event] = {}
        self._lock = Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_plain(request):
            return self.get_response(request)
        page = shelf.find(request.path)
        if page is None and not _is_public(request.path_info):
            return self.get_response(request)
        reading = last_known.reading()
        if page is None or not page.is_good(reading):
            page = self._spare(request.path, reading)
        if page is not None:
            return _response(page, request)
        return self.get_response(request) if reading.is_away else self._make_once(request, reading)

    def _find(self, path: str, reading: Reading) -> KeptPage | None:
        page = shelf.find(path)
        return page if page and page.is_good(reading) else self._spare(path, reading)

    def _spare(self, path: str, reading: Reading) -> KeptPage | None:
        page = spare.find(path) if reading.is_away else None
        if page is None or not page.is_good(reading):
            return None
        shelf.put(path, page)
        return page

    def _make_once(self, request: HttpRequest, reading: Reading) -> HttpResponse:
        """Make the page, or wait for who is at it; should that take long or come to nothing, make it all the same."""
        path = request.path
        with self._lock:
            others = self._in_the_making.get(path)
            mine = self._in_the_making[path] = others or Event()
        if others is not None:
            others.wait(WAIT_FOR_ANOTHER)
            page = self._find(path, last_known.reading())
            return _response(page, request) if page else self._make(request, reading)
        try:
            return self._make(request, reading)
        finally:
            with self._lock:
                del self._in_the_making[path]
            mine.set()

    def _make(self, request: HttpRequest, reading: Reading) -> HttpResponse:
        anybodys = _as_anybodys(request)
        with briefly.afresh():
            response = self.get_response(anybodys)
        if reading.version is not None and _may_be_kept(anybodys, response):
            own = getattr(anybodys, "changes_at", math.inf)
            until = min(own, reading.changes_at, time.time() + AT_LONGEST)
            page = KeptPage.of(response, reading.version, until)
            shelf.put(request.path, page)
            spare.keep(request.path, page)
            return _response(page, request)
        if response.status_code >= 500:
            # The database may have gone since it was last asked.
            reading = last_known.reading_afresh()
            kept = self._find(request.path, reading) if reading.is_away else None
            return _response(kept, request) if kept else response
        # For somebody signed in there may be more: staff see drafts, where others see that there is no such page.
        return self.get_response(request) if request.COOKIES or request.method == "HEAD" else response


def answered_from_memory(application: Application) -> Application:
    """A WSGI application that answers with what is kept before Django begins, and gives all else on to `application`.

    It asks nobody: whenever something is to be looked up or thought about, it is the turn of `PageCache`, which would
    answer the same.
    """
    name = urlsplit(settings.SITE_URL).netloc

    def answering(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        reading = last_known.recent()
        if reading and _is_asked_plainly(environ) and environ.get("HTTP_HOST") == name and _is_safe(environ):
            path: str = environ["PATH_INFO"]
            page = shelf.find(path) if path.isascii() and not environ.get("SCRIPT_NAME") else None
            if page and page.is_good(reading):
                answer = page.answer(environ)
                start_response(STATUS[answer.status], list(answer.headers.items()))
                return [answer.body]
        return application(environ, start_response)

    return answering


def forget() -> None:
    """Keep and know nothing any more, in this process."""
    shelf.clear()
    last_known.forget()


def _response(page: KeptPage, request: HttpRequest) -> HttpResponse:
    answer = page.answer(request.META)
    response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    if "Content-Type" not in answer.headers:
        del response.headers["Content-Type"]
    return response


def _is_plain(request: HttpRequest) -> bool:
    """Whether a kept page may answer: one is to be read, whole, by the site's own name, as safely as it demands."""
    if not _is_asked_plainly(request.META):
        return False
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return request.is_secure() or not settings.SECURE_SSL_REDIRECT


def _is_asked_plainly(environ: dict[str, Any]) -> bool:
    is_read = environ["REQUEST_METHOD"] in {"GET", "HEAD"}
    return is_read and not environ.get("QUERY_STRING") and "HTTP_HX_REQUEST" not in environ


def _is_safe(environ: dict[str, Any]) -> bool:
    header = settings.SECURE_PROXY_SSL_HEADER
    scheme = environ.get(header[0]) if header else environ["wsgi.url_scheme"]
    return scheme == "https" or not settings.SECURE_SSL_REDIRECT


def _is_public(path: str) -> bool:
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            return bool(getattr(resolve(path).func, "is_public_page", False))
        except Resolver404:
            return False


def _as_anybodys(request: HttpRequest) -> WSGIRequest:
    """A GET of the same address by nobody in particular, at the address that the site goes by."""
    site = urlsplit(settings.SITE_URL)
    return WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": request.META.get("SCRIPT_NAME", ""),
            "PATH_INFO": request.META.get("PATH_INFO", "/"),
            "QUERY_STRING": "",
            "REMOTE_ADDR": "",
            "SERVER_NAME": site.hostname or "",
            "SERVER_PORT": str(site.port or {"https": 443}.get(site.scheme, 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": site.netloc,
            "HTTP_X_FORWARDED_PROTO": site.scheme,
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
        }
    )


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer is the same for everybody. By its mark it should be; here is what would give it away."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "CSRF_COOKIE" not in request.META  # the page asked for a token
        and listed(response.get("Vary", "")) <= HARMLESS
        and not {"no-store", "private"} & listed(response.get("Cache-Control", ""))
        and "'nonce-" not in response.get("Content-Security-Policy", "")
    )
