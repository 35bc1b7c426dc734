"""The page that invites guests out of a table: what is shown first is what is done."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext, ngettext

from forum.actor import Actor
from forum.errors import Refusal
from forum.http import private
from registration.exports import BOM, cell
from registration.forms.guest_sheet import GuestSheetForm
from registration.tables.columns import TEMPLATE
from registration.tables.guest_plan import Plan

SHOWN = 50  # of those who would be invited
FAULTS = 500


class InvitesFromTable(ModelAdmin):
    """An admin with the page that brings a table in, and the empty table."""

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            return path(route, self.admin_site.admin_view(private(view)), name=f"registration_guest_{name}")

        return [
            page("sheet/", self.sheet_view, "sheet"),
            page("sheet/template.csv", self.template_view, "template"),
            *super().get_urls(),
        ]

    def template_view(self, request: Any) -> HttpResponse:
        """Give an empty table with the headings and a row that shows what goes where."""
        self._must_invite(request)
        sheet = io.StringIO()
        writer = csv.writer(sheet, lineterminator="\r\n")
        writer.writerow(TEMPLATE)
        group, kind = request.edition.groups.first(), request.edition.ticket_types.first()
        example = (
            "Daw Khin Mar",
            "name@example.org",
            group or "",
            kind or "",
            request.edition.main_language,
            "",
        )
        writer.writerow(map(cell, example))
        answer = HttpResponse(BOM + sheet.getvalue(), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="guests.csv"'
        return answer

    def sheet_view(self, request: Any) -> HttpResponse:
        """Ask for a table; show who would be invited and what is wrong, writing nothing; invite who was shown."""
        self._must_invite(request)
        form = GuestSheetForm(request.POST or None, request.FILES or None, edition=request.edition)
        plan = self._planned_or_done(request, form) if request.method == "POST" and form.is_valid() else None
        if isinstance(plan, HttpResponse):
            return plan
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Invite from a table"),
            "form": form,
            "fields": [field for field in form.visible_fields() if field.name != "file"],
            "plan": plan,
            "kept": form.kept,
            "shown": plan.guests[:SHOWN] if plan else [],
            "faults": plan.faults[:FAULTS] if plan else [],
        }
        return TemplateResponse(request, "admin/registration/guest/sheet.html", context)

    def _must_invite(self, request: Any) -> None:
        if request.edition is None or not self.has_add_permission(request):
            raise PermissionDenied

    def _planned_or_done(self, request: Any, form: GuestSheetForm) -> Plan | HttpResponse | None:
        sheet = form.sheet()
        try:
            plan = sheet.plan()
            if "confirm" not in request.POST:
                return plan
            if plan.fingerprint != request.POST.get("expected"):
                messages.warning(
                    request,
                    gettext("Something has changed since. Please look at it again, nobody was invited."),
                )
                return plan
            count = sheet.carry_out(plan, by=Actor.of(request.user))
        except Refusal as refusal:
            form.add_error("file", ValidationError(str(refusal)))
            form.forget()
            return None
        form.forget()
        guests: Any = [guest for _row, guest in plan.guests]
        LogEntry.objects.log_actions(request.user.pk, guests, ADDITION, gettext("Invited from a table"))
        said = ngettext(
            "%(count)s guest is invited; the mail is on its way.",
            "%(count)s guests are invited; the mails are on their way.",
            count,
        )
        messages.success(request, said % {"count": count})
        return redirect("admin:registration_guest_changelist")
