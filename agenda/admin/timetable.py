"""The timetable: the page on which organizers put sessions into rooms and hours, by pointer, by keys and by forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from agenda.admin.timetable_board import Board, changed_cells, state_of
from agenda.admin.timetable_cell import key_of
from agenda.admin.timetable_forms import NewForm
from agenda.admin.timetable_panel import Panel
from agenda.models import Clashing, Done, Rearrangement, Step
from forum.actor import Actor
from forum.errors import Refusal

ZOOMS = (5, 10, 15, 30, 60)  # minutes
USUAL_ZOOM = 15
DEEDS = {
    "move": _("Put it there"),
    "swap": _("Exchange"),
    "shift": _("Move all of it"),
    "off": _("Take it off"),
    "undo": _("Undo the last move"),
}


def for_programme(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in whoever has the duty for the programme of the chosen edition."""

    @wraps(view)
    def guarded(self: Any, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.edition is None or not request.user.has_duty(request.edition, "programme"):
            raise PermissionDenied
        return view(self, request, *args, **kwargs)

    return guarded


class WithTimetable(ModelAdmin):
    """The slots' admin with the timetable. A script asks for JSON, and gets the changed cells alone."""

    def get_urls(self) -> list[Any]:
        def page(address: str, view: Any, name: str) -> Any:
            return path(
                f"timetable/{address}", self.admin_site.admin_view(view), name=f"agenda_slot_timetable{name}"
            )

        return [
            page("", require_safe(self.timetable_view), ""),
            page("state/", require_safe(self.state_view), "_state"),
            page("add/", self.new_view, "_add"),
            page("<str:key>/", require_safe(self.panel_view), "_panel"),
            page("<str:key>/<str:deed>/", require_POST(self.deed_view), "_deed"),
            *super().get_urls(),
        ]

    def menu_pages(self, request: Any) -> list[tuple[Any, str]]:
        """The timetable has a name of its own in the menu."""
        if not request.user.has_duty(request.edition, "programme"):
            return []
        return [(_("Timetable"), reverse("admin:agenda_slot_timetable"))]

    @for_programme
    def timetable_view(self, request: Any) -> HttpResponse:
        """Show a day."""
        days = list(request.edition.days.all())
        wanted = request.GET.get("day", "")
        day = next((one for one in days if one.date.isoformat() == wanted), days[0] if days else None)
        zoom = request.GET.get("zoom", "")
        context = {
            "days": days,
            "day": day,
            "board": Board(request.edition, day, request.GET.get("q", "")) if day else None,
            "zooms": ZOOMS,
            "zoom": int(zoom) if zoom in map(str, ZOOMS) else USUAL_ZOOM,
            "title": gettext("Timetable"),
            "is_nav_sidebar_enabled": False,  # the grid needs the room
        }
        return self._page(request, "page", context)

    @for_programme
    def state_view(self, request: Any) -> HttpResponse:
        """Tell an open page whether something has changed; one query."""
        number, public = state_of(request.edition)
        return JsonResponse({"number": number, "public": str(public)})

    @for_programme
    def panel_view(self, request: Any, key: str) -> HttpResponse:
        """Show one thing with all that can be done with it."""
        return self._panel_page(request, Panel(request.edition, key))

    @for_programme
    def deed_view(self, request: Any, key: str, deed: str) -> HttpResponse:
        """Do it; else show the panel with what was wanted, and why it was not done."""
        if deed not in DEEDS:
            raise Http404
        panel = Panel(request.edition, key)
        form = panel.form(deed, request.POST)
        assert form is not None
        if not form.is_valid():
            panel.keep(deed, form)
            return self._panel_page(request, panel, deed)
        try:
            done = panel.carry_out(deed, form, by=Actor.of(request.user))
        except Refusal as refusal:
            panel = Panel(request.edition, key)
            panel.refused(deed, request.POST, refusal)
            return self._panel_page(request, panel, deed)
        return self._answered(request, done)

    @for_programme
    def new_view(self, request: Any) -> HttpResponse:
        """Ask for a break or a blocker, and put it on the timetable."""
        initial = {
            "minutes": 30,
            **{
                name: request.GET[name]
                for name in ("day", "room", "starts", "minutes")
                if name in request.GET
            },
        }
        form = NewForm(request.POST or None, initial=initial, edition=request.edition)
        if request.method == "POST" and form.is_valid():
            by, reason = Actor.of(request.user), form.cleaned_data["reason"]
            try:
                done = Rearrangement(request.edition, by=by, reason=reason).move(
                    Step(form.slot(), form.stretch())
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                if isinstance(refusal, Clashing):
                    form.add_error("reason", gettext("Write why, to do it all the same."))
            else:
                return self._answered(request, done)
        return self._page(request, "new", {"form": form, "title": gettext("Add a break or a blocker")})

    # --- answers ---

    def _page(self, request: Any, name: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/agenda/timetable/{name}.html", whole)

    def _panel_page(self, request: Any, panel: Panel, deed: str = "") -> HttpResponse:
        forms = [(name, DEEDS[name], form) for name, form in panel.deeds.items()]
        context = {"panel": panel, "forms": forms, "refused": deed, "title": panel.title}
        return self._page(request, "panel", context)

    def _answered(self, request: Any, done: Done) -> HttpResponse:
        said = self._said(done)
        if request.headers.get("accept") != "application/json":
            messages.success(request, said)
            return redirect(self._back(request, done))
        shown = request.POST.get("shown", "")
        day = next((one for one in request.edition.days.all() if one.date.isoformat() == shown), None)
        first = done.moves[0] if done.moves else None
        key = (key_of(first.session) if first.session else f"slot-{first.slot_key}") if first else ""
        return JsonResponse(
            {
                "number": done.number,
                "said": said,
                "undo": reverse("admin:agenda_slot_timetable_deed", args=[key, "undo"]) if key else "",
                "stale": done.changes_clashes,
                "cells": changed_cells(request.edition, day, done),
            }
        )

    @staticmethod
    def _said(done: Done) -> str:
        if not done.moves:
            return gettext("It is there already.")
        if len(done.moves) == 1:
            [move] = done.moves
            return f"“{move.what}”: {move.said_after}"
        return ngettext("%(count)s was moved.", "%(count)s were moved.", len(done.moves)) % {
            "count": len(done.moves)
        }

    @staticmethod
    def _back(request: Any, done: Done) -> str:
        page = reverse("admin:agenda_slot_timetable")
        days = {day.pk: day.date.isoformat() for day in request.edition.days.all()}
        placed = next((move for move in done.moves if move.after), None)
        if placed is None or placed.after is None:
            shown = request.POST.get("shown", "")
            return f"{page}?day={shown}" if shown in days.values() else page
        key = key_of(placed.session) if placed.session else f"slot-{placed.slot_key}"
        return f"{page}?day={days[placed.after['day']]}#{key}"
