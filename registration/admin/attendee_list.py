"""All attendees as a sheet (XLSX): asked for, waited for, downloaded."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext

from forum.errors import Refusal
from forum.http import private
from registration.attendee_list import COLUMNS, AttendeeList, columns_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WithAttendeeList(ModelAdmin):
    """The pages on which all attendees are made into a sheet. Who sees the list of tickets may have it, with the
    columns that their duties show them; a finished file is for who asked for it, and for owners."""

    def may_export(self, request: Any) -> bool:
        """Whether the user may have the attendees of the chosen edition as a sheet."""
        return request.user.has_duty(request.edition, "registration", "finance", "protection")

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            guarded = self.admin_site.admin_view(self._for_readers(view))
            return path(f"all/{route}", guarded, name=f"registration_attendee_list{name}")

        return [
            page("", self.all_view, ""),
            page("<int:pk>/", self.standing_view, "_standing"),
            page("<int:pk>/file/", self.list_file_view, "_file"),
            *super().get_urls(),
        ]

    def _for_readers(self, view: Any) -> Any:
        @private
        @wraps(view)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.edition is None or not self.may_export(request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return wrapped

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {"may_export": self.may_export(request)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def all_view(self, request: Any) -> HttpResponse:
        """Say what will be in the sheet; POST asks a worker to write it."""
        refused = ""
        if request.method == "POST":
            try:
                asked = AttendeeList.ask(request.edition, by=request.user)
            except Refusal as refusal:
                refused = str(refusal)
            else:
                return redirect("admin:registration_attendee_list_standing", pk=asked.job.pk)
        context = {
            "title": gettext("All attendees as a sheet"),
            "columns": [COLUMNS[place].title for place in columns_for(request.user, request.edition)],
            "refused": refused,
            "lists": AttendeeList.latest(request.edition, request.user),
        }
        return self._attendee_list_page(request, "ask.html", context)

    def standing_view(self, request: Any, pk: int) -> HttpResponse:
        """Show how far a sheet is, and where its file is to be had."""
        context = {"job": self._attendee_list(request, pk).job, "title": gettext("All attendees as a sheet")}
        return self._attendee_list_page(request, "standing.html", context)

    def list_file_view(self, request: Any, pk: int) -> Any:
        """Give the finished file."""
        job = self._attendee_list(request, pk).job
        if job.status != job.Status.DONE or not job.has_result:
            raise Http404
        return FileResponse(
            job.result.open(), as_attachment=True, filename="attendees.xlsx", content_type=XLSX
        )

    @staticmethod
    def _attendee_list(request: Any, pk: int) -> AttendeeList:
        found = AttendeeList.latest(request.edition, request.user, pk)
        if not found:
            raise Http404
        return found[0]

    def _attendee_list_page(self, request: Any, template: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/registration/attendee_list/{template}", whole)
