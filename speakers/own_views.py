"""The pages on which speakers look after their own profiles. Another's do not exist here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.http import Request, private
from forum.outage import may_be_sent_again
from speakers.forms import BIO_WORDS, AboutForm, BioForm, ConsentForm, PhotoForm
from speakers.models import Consent, Speaker

own_view = Callable[..., Any]


def own(view: own_view) -> own_view:
    """Give the view the profile that the address names, when it is one of the person who is signed in; else 404."""

    @private
    @login_required
    @wraps(view)
    def wrapped(request: Request, slug: str) -> HttpResponse:
        profiles = request.edition.speakers.of(request.user).select_related("edition", "group__shown_as")
        return view(request, get_object_or_404(profiles, slug=slug))

    return wrapped


def _sent(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def in_one_go(view: own_view) -> own_view:
    """What is sent is merged into the profile as it is now: nobody else writes in it before the answer is known."""

    @wraps(view)
    def wrapped(request: Request, speaker: Speaker) -> HttpResponse:
        if request.method != "POST":
            return view(request, speaker)
        with transaction.atomic():
            held = Speaker.objects.select_related("edition").held([speaker.pk])
            return view(request, get_object_or_404(held))

    return wrapped


def _to(name: str, speaker: Speaker) -> HttpResponse:
    return redirect(name, edition=speaker.edition.slug, slug=speaker.slug)


@require_safe
@private
@login_required
def my_profile(request: Request) -> HttpResponse:
    """Lead to the person's profile, or let them choose among several, or say why there is none."""
    profiles = list(Speaker.objects.of(request.user).in_published_editions())
    if len(profiles) == 1:
        return _to("profile", profiles[0])
    return render(request, "speakers/own/choose.html", {"profiles": profiles})


@require_safe
@own
def profile(request: Request, speaker: Speaker) -> HttpResponse:
    """Show what visitors see, what is missing, and where they speak."""
    context = {
        "speaker": speaker,
        "state": speaker.photo_state,
        "appearances": speaker.own_appearances(),
        "agreements": [(scope.label, speaker.agreement(scope)) for scope in Consent.Scope],
    }
    return render(request, "speakers/own/profile.html", context)


@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
@own
@in_one_go
def about(request: Request, speaker: Speaker) -> HttpResponse:
    """Ask for name, role, organisation, country and links."""
    form = AboutForm(_sent(request), instance=speaker)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. This is how you are shown now."))
        return _to("profile", speaker)
    return render(request, "speakers/own/about.html", {"speaker": speaker, "form": form})


@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
@own
@in_one_go
def bio(request: Request, speaker: Speaker) -> HttpResponse:
    """Ask for the bio; show it as it would look before it is saved, when asked to."""
    form = BioForm(_sent(request), instance=speaker)
    preview = None
    if request.method == "POST" and form.is_valid():
        if "preview" not in request.POST:
            form.save()
            messages.success(request, _("Your bio is saved."))
            return _to("profile", speaker)
        preview = form.preview()
    context = {"speaker": speaker, "form": form, "preview": preview, "enough": BIO_WORDS}
    return render(request, "speakers/own/bio.html", context)


@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
@own
def photo(request: Request, speaker: Speaker) -> HttpResponse:
    """Show where the photo stands, and take another one."""
    form = PhotoForm(_sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        form.save(speaker)
        messages.success(request, _("Your photo has arrived."))
        return _to("profile-photo", speaker)
    context = {"speaker": speaker, "form": form, "state": speaker.photo_state}
    return render(request, "speakers/own/photo.html", context)


@require_safe
@own
def photo_preview(request: Request, speaker: Speaker) -> FileResponse:
    """Send the person their own photo as it was cut, also when nobody else may see it."""
    preview = speaker.open_preview()
    if preview is None:
        raise Http404
    return FileResponse(preview, content_type="image/jpeg")


@require_POST
@own
def photo_removal(request: Request, speaker: Speaker) -> HttpResponse:
    """Take the photo away for good."""
    speaker.remove_photo()
    messages.success(request, _("Your photo is deleted, on the public pages and here."))
    return _to("profile-photo", speaker)


@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
@own
def consent(request: Request, speaker: Speaker) -> HttpResponse:
    """Ask what they agree to, each apart."""
    form = ConsentForm(speaker, _sent(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("What you agree to is saved, and counts from now on."))
        return _to("profile", speaker)
    return render(request, "speakers/own/consent.html", {"speaker": speaker, "form": form})
