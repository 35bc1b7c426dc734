"""What has changed on the agenda, for everybody; and the way to hear of it no more."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from agenda.models import History, Reader
from forum.caching import public_page
from forum.http import Request, private


@public_page
def changes(request: Request, number: int | None = None) -> HttpResponse:
    """Show what each release changed, newest first; with `number`, from that release on backwards."""
    history = History.of(request.edition, until=number)
    if number is not None and (not history.releases or history.releases[0].release.number != number):
        raise Http404
    return render(request, "agenda/changes.html", {"here": "agenda", "history": history})


@private
@csrf_exempt  # a mail program that offers the way out has no token (RFC 8058); what protects it is the secret
@require_http_methods(["GET", "HEAD", "POST"])
def no_news(request: Request, secret: str) -> HttpResponse:
    """Ask whether somebody wants to hear no more of changes; POST ends the mails."""
    reader = Reader.with_token(secret, request.edition)
    if reader is None:
        raise Http404
    if request.method == "POST":
        reader.stop_news()
    return render(request, "agenda/no_news.html", {"is_done": request.method == "POST", "here": "agenda"})
