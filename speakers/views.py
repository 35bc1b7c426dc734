"""The public pages about speakers."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from forum.caching import public_page
from forum.http import Request, words_of
from forum.writing import first_letter, place_in_list
from speakers.models import ListedSpeaker


@public_page
def speaker_list(request: Request) -> HttpResponse:
    """Show all speakers by letter, or those that the words in `q` find."""
    words, edition = words_of(request), request.edition
    found = ListedSpeaker.found(edition, words) if words else ListedSpeaker.of(edition)
    speakers = sorted(found, key=lambda one: place_in_list(one.name))
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
