"""A person's marks for programs: what the script on public pages asks and tells, and a calendar to subscribe to."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from agenda import holder
from agenda.ical import calendar_of
from agenda.models import PersonalAgenda, Session
from agenda.views.my_agenda import may_begin
from forum.http import Request, be_about, private

AT_ONCE = 1000  # marks


@private
@require_http_methods(["GET", "HEAD", "POST"])
def marks(request: Request) -> HttpResponse:
    """Tell what is marked, and the token with which marks are sent; set and take off those that are sent, as
    {"marks": {slug: whether it is marked}}. Sessions that visitors may not see are passed over like those that there
    are not."""
    personal = holder.held(request)
    if request.method == "POST":
        sent = _sent(request)
        known = Session.objects.public().keys_of(request.edition, sent)
        wanted = [key for slug, key in known.items() if sent[slug]]
        if personal is None and wanted and not may_begin(request):
            return JsonResponse({}, status=429)
        if personal is None and wanted:
            personal = holder.begun(request)
        if personal and wanted:
            personal.mark(wanted)
        if personal and len(wanted) < len(known):
            personal.unmark(key for slug, key in known.items() if not sent[slug])
    answer = JsonResponse(
        {
            "marks": personal.slugs if personal else [],
            "account": request.user.is_authenticated,
            "token": get_token(request),
        }
    )
    return holder.keep(answer, personal) if personal else answer


def _sent(request: Request) -> dict[str, bool]:
    try:
        sent: Any = json.loads(request.body)
    except ValueError:
        raise BadRequest("That is no JSON.") from None
    said = sent.get("marks") if isinstance(sent, dict) else None
    if not isinstance(said, dict) or len(said) > AT_ONCE:
        raise BadRequest("There are no marks in it, or too many.")
    return {slug: bool(is_marked) for slug, is_marked in said.items() if slug.isprintable()}


@private
@require_safe
def calendar(request: Request, feed_secret: str) -> HttpResponse:
    """What somebody marked as a calendar to subscribe to; cancelled sessions stay in it and say so."""
    personal = get_object_or_404(PersonalAgenda.objects.fed_by(feed_secret))
    be_about(request, personal.edition)
    edition = request.edition
    written = calendar_of(edition, personal.slots, url=edition.link(request.path), is_own=True)
    response = HttpResponse(written, content_type="text/calendar; charset=utf-8")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
