"""Releases: what has been published, the page on which the draft is, and the way back to an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agenda.admin.forms import ReleaseForm
from agenda.models import Audience, Changes, Clash, Release
from forum.actor import Actor
from forum.edition_admin import EditionAdmin, pill, shown
from forum.errors import Refusal


@admin.register(Release)
class ReleaseAdmin(EditionAdmin):
    """What the public has seen, and when. Releases are made on pages of their own and never changed."""

    duties_to_view = ("programme",)
    adds = changes = deletes = False
    menu_position = 3
    list_display = ("__str__", "current", "published_at", "published_by", "pieces", "note")
    list_select_related = ("published_by",)
    fields = (("published_at", "published_by"), "current", "note")
    readonly_fields = ("current", "pieces", shown(Release, "published_at"))
    change_form_template = "admin/agenda/release/one.html"

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(slot_count=Count("slots"))

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        return (*self.fields, "returns_to") if obj and obj.returns_to_id else self.fields

    def get_urls(self) -> list[Any]:
        return [
            path("publish/", self.admin_site.admin_view(self.publish_view), name="agenda_release_publish"),
            path(
                "<int:pk>/return/", self.admin_site.admin_view(self.return_view), name="agenda_release_return"
            ),
            *super().get_urls(),
        ]

    def publish_view(self, request: Any) -> HttpResponse:
        """Show what a release of the draft would change, and who would be told; POST makes it."""
        self._ask_for_programme(request)
        edition = request.edition

        def make(**given: Any) -> Release:
            return Release.publish(edition, by=Actor.of(request.user), **given)

        form = ReleaseForm(request.POST or None, edition=edition)
        if release := self._made(request, form, make):
            messages.success(request, gettext("%(release)s is public now.") % {"release": release})
            return redirect("admin:agenda_release_publish")
        current = Release.objects.current(edition)
        changes = Changes.since(current, edition)
        context = {
            "title": gettext("Release the agenda"),
            "current": current,
            "changes": changes,
            "clashes": Clash.all_in(edition),
            "form": form,
        }
        return self._shown(request, "publish", context)

    def return_view(self, request: Any, pk: int) -> HttpResponse:
        """Show what going back to an earlier release would change, and who would be told; POST goes back."""
        self._ask_for_programme(request)
        edition = request.edition
        earlier = self.get_object(request, str(pk))
        if earlier is None:
            raise Http404

        def make(**given: Any) -> Release:
            return earlier.bring_back(by=Actor.of(request.user), **given)

        form = ReleaseForm(request.POST or None, edition=edition)
        if release := self._made(request, form, make):
            said = gettext("%(release)s is public now: what %(earlier)s was. The draft is as it was.")
            messages.success(request, said % {"release": release, "earlier": earlier})
            return redirect("admin:agenda_release_publish")
        context = {
            "title": gettext("Go back to %(release)s") % {"release": earlier},
            "earlier": earlier,
            "current": Release.objects.current(edition),
            "changes": earlier.changes_to_return(),
            "form": form,
        }
        return self._shown(request, "return", context)

    def render_change_form(
        self, request: Any, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> Any:
        if obj:
            people = obj.appearances.names_by_session()
            days = obj.slots.by_day()
            for _day, slots in days:
                for slot in slots:
                    slot.people = people.get(slot.session_id, [])
            context |= {"days": days, "changes": obj.changes(), "told": obj.told(), "release": obj}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @staticmethod
    def _ask_for_programme(request: Any) -> None:
        if not request.user.has_duty(request.edition, "programme"):
            raise PermissionDenied

    def _made(self, request: Any, form: ReleaseForm, make: Callable[..., Release]) -> Release | None:
        if request.method != "POST" or not form.is_valid():
            return None
        try:
            release = make(**form.cleaned_data)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return None
        self.log_addition(request, release, [{"added": {}}])
        return release

    def _shown(self, request: Any, page: str, context: dict[str, Any]) -> HttpResponse:
        current: Release | None = context["current"]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "after": current.number if current else 0,
            "audience": Audience.of(context["changes"], request.edition),
            **context,
        }
        return TemplateResponse(request, f"admin/agenda/release/{page}.html", context)

    @admin.display(description=_("what the public sees"), ordering="is_current")
    def current(self, release: Release) -> str:
        return pill("done", gettext("Current")) if release.is_current else "–"

    @admin.display(description=_("slots"), ordering="slot_count")
    def pieces(self, release: Any) -> int:
        return release.slot_count
