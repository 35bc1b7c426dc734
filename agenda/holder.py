"""Which personal agenda a browser holds: that of who is signed in, else the one whose secret lies in its cookie."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from agenda.models import PersonalAgenda
from forum.http import Request
from forum.models import Edition, User

COOKIE = "agenda-"
A_YEAR = 365 * 24 * 3600


def _cookie(edition: Edition) -> str:
    return f"{COOKIE}{edition.pk}"


def held(request: Request) -> PersonalAgenda | None:
    """The personal agenda of this browser for the edition that the page is about, if it has one."""
    edition = request.edition
    if request.user.is_authenticated:
        return PersonalAgenda.objects.of_user(request.user, edition)
    secret = request.COOKIES.get(_cookie(edition), "")
    found = PersonalAgenda.objects.of_nobody(secret) if secret else None
    return found if found and found.edition_id == edition.pk else None


def begun(request: Request) -> PersonalAgenda:
    """The same, and a new one where there is none. Answer with `keep`, else the browser forgets it."""
    user = request.user if request.user.is_authenticated else None
    language = get_language() or request.edition.main_language
    return held(request) or PersonalAgenda.begin(request.edition, user=user, language=language)


def keep(response: HttpResponse, personal: PersonalAgenda) -> HttpResponse:
    """Let the browser hold a personal agenda. One that follows a sign-in needs no cookie."""
    if personal.user_id is None:
        response.set_cookie(
            _cookie(personal.edition),
            personal.secret,
            max_age=A_YEAR,
            httponly=True,
            secure=settings.SECURE,
            samesite="Lax",
        )
    return response


def forget(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser hold no personal agenda any more: for who leaves a device to others."""
    for name in request.COOKIES:
        if name.startswith(COOKIE):
            response.delete_cookie(name, samesite="Lax")
    # What scripts keep: the marks for the time without a network, and pages.
    response.headers["Clear-Site-Data"] = '"storage"'


@receiver(user_logged_in)
def what_a_browser_had_goes_to_who_signs_in(request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Put what a browser marked before somebody signed in into their own agendas; its own end."""
    cookies = request.COOKIES if request else {}
    for name, secret in cookies.items():
        found = PersonalAgenda.objects.of_nobody(secret) if name.startswith(COOKIE) else None
        if found:
            own = PersonalAgenda.begin(found.edition, user=user, language=found.language)
            own.take_over(found)
