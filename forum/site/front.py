"""The bare address of the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from forum.http import Request


@require_safe
@cache_control(public=True, max_age=300)
@vary_on_headers("Accept-Language")
def front(request: Request) -> HttpResponse:
    """Redirect to the home page in the visitor's language, if the current edition is offered in it."""
    offered = request.edition.offered if request.edition else [settings.LANGUAGE_CODE]
    with translation.override(_best(request.headers.get("Accept-Language", ""), offered)):
        return redirect(reverse("home"))


def _best(header: str, offered: list[str]) -> str:
    # RFC 9110: the visitor's languages come sorted by weight; a region is as good as its language.
    for wanted, _weight in parse_accept_lang_header(header):
        for language in offered:
            if wanted == language or wanted.split("-")[0] == language:
                return language
    return str(offered[0])
