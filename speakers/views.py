"""The public pages about speakers."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from forum.caching import public_page
from forum.http import Request
from forum.templatetags.formats import first_letter


@public_page
def speaker_list(request: Request) -> HttpResponse:
    """Show all speakers by letter, or those that the words in `q` find."""
    words = request.GET.get("q", "").strip()[:100]
    found = request.edition.speakers.public().about(words).select_related("group__shown_as")
    speakers = sorted(found, key=lambda one: (first_letter(one.name), one.name.casefold()))
    firsts = {
        letter: next(those).slug for letter, those in groupby(speakers, lambda one: first_letter(one.name))
    }
    context = {"here": "speakers", "speakers": speakers, "letters": firsts, "words": words}
    return render(request, "speakers/speaker_list.html", context)


@public_page
def speaker(request: Request, slug: str) -> HttpResponse:
    """Show one speaker and the sessions they speak in."""
    public = request.edition.speakers.public().select_related("group__shown_as", "edition")
    return render(request, "speakers/speaker.html", {"speaker": get_object_or_404(public, slug=slug)})
