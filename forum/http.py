"""What every request passes: that it is text, security headers, and the edition it is about."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from forum.admin_site import is_at_work
from forum.fields import without_controls
from forum.models import Edition, User
from forum.translated import main_language

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

type_view = Callable[..., HttpResponse]

# Asked by machines and often: these must answer without the database.
WITHOUT_EDITION = {"healthz", "readyz", "media", "favicon"}


class Request(HttpRequest):
    """A request as the views see it, after all middleware: for annotations only."""

    user: User
    edition: Edition
    htmx: HtmxDetails


def further_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Add the security headers that Django leaves out: no device features, no use by other origins."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


class OnlyText:
    """Let in what is text: forms in UTF-8, and cookies without control characters, which none of ours has.

    Anything else could bring signs that neither the database nor a page can hold: NUL in a quoted cookie, half a
    character by way of UTF-7. Stands outside of whatever reads a cookie or a form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if value.isprintable()}
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        # Not sooner, so that the page that says so speaks the visitor's language.
        if codecs.lookup(request.encoding or "utf-8").name != "utf-8":
            raise BadRequest("What was sent is not in UTF-8.")


def private(view: type_view) -> type_view:
    """Mark a page as one person's: kept by no cache, told to no other site, shown in no search engine.

    Not `no-referrer`: with it browsers send forms with `Origin: null`, which the CSRF check has to refuse.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return wrapped


def words_of(request: HttpRequest) -> str:
    """What somebody looks for: the words in `q`, at most a hundred characters."""
    return without_controls(request.GET.get("q", "")).strip()[:100]


def let_forms_lead_to(page: HttpResponse, origin: str) -> None:
    """Let a form of this page be answered with a redirect to another site: browsers hold that against form-action."""
    page._csp_update = {"form-action": [origin]}  # type: ignore[attr-defined]  # as csp's own decorator does


def of_an_edition(view: type_view) -> type_view:
    """Mark a page as one of an edition: where none is published, it does not exist."""

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.edition is None:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


class EditionMiddleware:
    """Set `request.edition`, its main language and its time zone: the one that the address names, else the current one.

    The address's `edition` argument is taken out, so that a view serves both. An unknown or unpublished edition
    does not exist for visitors; staff at work see the drafts that they have a duty in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = main_language.set(main_language.get())
        try:
            return in_words(request, self.get_response(request))
        finally:
            main_language.reset(token)
            timezone.deactivate()

    def process_view(self, request: Any, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        slug = kwargs.pop("edition", None)
        if request.resolver_match.url_name in WITHOUT_EDITION:
            return
        current = Edition.objects.current()
        if slug is None or (current and slug == current.slug):
            request.edition = current
        else:
            request.edition = Edition.objects.published().with_slug(slug)
            if request.edition is None and is_at_work(request):
                request.edition = Edition.objects.worked_on_by(request.user).with_slug(slug)
        if request.edition is None:
            if slug is not None:
                raise Http404
            return
        request.edition.is_current = current is not None and current.pk == request.edition.pk
        be_about(request, request.edition)


def in_words(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the bare answer to a method that an address does not know a page: a person may see it, too."""
    if response.status_code != 405 or response.streaming or response.content:
        return response
    page = render(request, "405.html", status=405)
    page.headers["Allow"] = response.headers.get("Allow", "")
    return page


def be_about(request: Any, edition: Edition) -> None:
    """Let the page be about `edition`: its name above, its main language, its time zone. For addresses that name no
    edition, an order's for instance."""
    current = getattr(request, "edition", None)
    if edition == current:
        edition.is_current = current.is_current  # known already: it need not be asked for again
    request.edition = edition
    main_language.set(edition.main_language)
    timezone.activate(edition.zone)


def edition(request: HttpRequest) -> dict[str, Any]:
    """Give templates the edition the page is about; None on a fresh installation."""
    return {"edition": getattr(request, "edition", None)}
