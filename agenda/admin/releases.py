"""Releases: what has been published, and the page on which the draft is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agenda.admin.forms import ReleaseForm
from agenda.models import Changes, Release
from forum.actor import Actor
from forum.edition_admin import EditionAdmin, pill, shown
from forum.errors import Refusal


@admin.register(Release)
class ReleaseAdmin(EditionAdmin):
    """What the public has seen, and when. Releases are made on a page of their own and never changed."""

    duties_to_view = ("programme",)
    adds = changes = deletes = False
    menu_position = 3
    list_display = ("__str__", "current", "published_at", "published_by", "pieces", "note")
    list_select_related = ("published_by",)
    fields = ("number", "current", "published_at", "published_by", "pieces", "note")
    readonly_fields = ("current", "pieces", shown(Release, "published_at"))

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(slot_count=Count("slots"))

    def get_urls(self) -> list[Any]:
        publish = path(
            "publish/", self.admin_site.admin_view(self.publish_view), name="agenda_release_publish"
        )
        return [publish, *super().get_urls()]

    def publish_view(self, request: Any) -> HttpResponse:
        """Show what a release would change; POST makes it."""
        edition = request.edition
        if not request.user.has_duty(edition, "programme"):
            raise PermissionDenied
        form = ReleaseForm(request.POST or None, edition=edition)
        if request.method == "POST" and form.is_valid():
            try:
                release = Release.publish(
                    edition,
                    by=Actor.of(request.user),
                    after=form.cleaned_data["after"],
                    note=form.cleaned_data["note"],
                )
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                self.log_addition(request, release, [{"added": {}}])
                messages.success(request, gettext("%(release)s is public now.") % {"release": release})
                return redirect("admin:agenda_release_publish")
        current = Release.objects.current(edition)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Release the agenda"),
            "opts": self.opts,
            "current": current,
            "after": current.number if current else 0,
            "changes": Changes.since(current, edition),
            "form": form,
        }
        return TemplateResponse(request, "admin/agenda/release/publish.html", context)

    @admin.display(description=_("what the public sees"), ordering="is_current")
    def current(self, release: Release) -> str:
        return pill("done", gettext("Current")) if release.is_current else "–"

    @admin.display(description=_("slots"), ordering="slot_count")
    def pieces(self, release: Any) -> int:
        return release.slot_count
