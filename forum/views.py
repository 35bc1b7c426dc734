"""The public pages of the floor: what organizers write, and the wish to be told."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language

from forum.caching import public_page
from forum.forms import InterestForm
from forum.http import Request, private
from forum.outage import may_be_sent_again
from forum.throttle import allows, visitor


@public_page
def page(request: Request, slug: str) -> HttpResponse:
    """Show a text that organizers wrote."""
    return render(request, "forum/page.html", {"page": get_object_or_404(request.edition.pages, slug=slug)})


@private
@may_be_sent_again
def interest(request: Request) -> HttpResponse:
    """Keep an address to be told when registration opens."""
    form = InterestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not allows("interest", visitor(request), times=20, within=timedelta(hours=1)):
            return render(request, "forum/too_often.html", status=429)
        form.keep(request.edition, get_language() or request.edition.main_language)
        return redirect(request.edition.path("interest-kept"))
    return render(request, "forum/interest.html", {"form": form})


@private
def interest_kept(request: Request) -> HttpResponse:
    """Say that the address was kept."""
    return render(request, "forum/interest_kept.html")
