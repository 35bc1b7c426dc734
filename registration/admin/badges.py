"""Badges in bulk: from a choice of tickets to one file for the printer."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.http import private
from registration.badges.batch import Batch, Sorting, chosen, left_out
from registration.badges.slip import slip_pdf
from registration.forms.badges import BadgesForm, written
from registration.models.ticket_status import Status


class WithBadges(ModelAdmin):
    """The pages on which badges are printed. They hold names and what opens the door, so they are for those who
    answer for registration; finance and protection see the list of tickets and print nothing."""

    actions = ("print_badges",)

    def has_print_permission(self, request: Any) -> bool:
        """Whether the user may print the badges of the chosen edition."""
        return request.user.has_duty(request.edition, "registration")

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            return path(f"badges/{route}", self.admin_site.admin_view(self._for_printers(view)), name=name)

        return [
            page("", self.badges_view, "registration_ticket_badges"),
            page("slip/<int:pk>/", self.slip_view, "registration_ticket_slip"),
            page("<int:pk>/", self.batch_view, "registration_ticket_batch"),
            page("<int:pk>/file/", self.file_view, "registration_ticket_batch_file"),
            *super().get_urls(),
        ]

    def _for_printers(self, view: Any) -> Any:
        @private
        @wraps(view)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_print_permission(request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return wrapped

    @admin.action(description=_("Make a PDF of badges …"), permissions=["print"])
    def print_badges(self, request: Any, tickets: Any) -> HttpResponse:
        """Ask how the chosen tickets' badges are to be put into a PDF."""
        return self._ask(request, list(tickets.order_by().values_list("pk", flat=True)))

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may_print = self.has_print_permission(request)
        return super().changelist_view(request, {"may_print": may_print, **(extra_context or {})})

    def change_view(self, request: Any, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        kwargs["extra_context"] = {
            "may_print": self.has_print_permission(request),
            **(kwargs.get("extra_context") or {}),
        }
        return super().change_view(request, object_id, *args, **kwargs)

    def slip_view(self, request: Any, pk: int) -> HttpResponse:
        """Give the slip of paper of a ticket that holds a place, for who has no e-mail. It opens the ticket's page."""
        ticket = self.get_object(request, str(pk))
        if ticket is None or not ticket.holds_place:
            raise Http404
        return HttpResponse(
            slip_pdf(ticket),
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{ticket.order.code}.pdf"'},
        )

    def badges_view(self, request: Any) -> HttpResponse:
        """Ask how the badges of everybody, or of all that the list's filters leave, are to be printed; POST asks a
        worker to print them."""
        if request.method != "POST":
            return self._ask(request, self._keys_in_list(request))
        form = BadgesForm(request.POST)
        if form.is_valid():
            asked = form.cleaned_data
            try:
                batch = Batch.ask(
                    request.edition, asked["tickets"], sorting=Sorting(asked["sorting"]), by=request.user
                )
            except Refusal as refusal:
                form.add_error(None, refusal.reason)
            else:
                return redirect("admin:registration_ticket_batch", pk=batch.job.pk)
        return self._ask(request, form.cleaned_data.get("tickets", []), form)

    def batch_view(self, request: Any, pk: int) -> HttpResponse:
        """Show how far a batch is, and where its file is to be had."""
        context = {"batch": self._batch(request, pk), "title": gettext("Badges")}
        return self._page(request, "batch.html", context)

    def file_view(self, request: Any, pk: int) -> Any:
        """Give the finished file."""
        job = self._batch(request, pk).job
        if job.status != job.Status.DONE or not job.has_result:
            raise Http404
        return FileResponse(
            job.result.open(), as_attachment=True, filename="badges.pdf", content_type="application/pdf"
        )

    def _batch(self, request: Any, pk: int) -> Batch:
        found = Batch.latest(request.edition, pk)
        if not found:
            raise Http404
        return found[0]

    def _keys_in_list(self, request: Any) -> list[int] | None:
        if not request.GET:
            return None
        try:
            tickets = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            messages.error(request, gettext("These filters cannot be read. Choose them again."))
            return []
        return list(tickets.order_by().values_list("pk", flat=True))

    def _ask(self, request: Any, keys: list[int] | None, form: BadgesForm | None = None) -> HttpResponse:
        tickets = chosen(request.edition, keys)
        outside = [(Status(state).label, number) for state, number in left_out(tickets, keys).items()]
        context = {
            "title": gettext("Badges as a PDF"),
            "form": form or BadgesForm(initial={"tickets": written(keys), "sorting": Sorting.NAME}),
            "is_everybody": keys is None,
            "chosen": len(keys or ()),
            "count": tickets.admitting().count(),
            "left_out": outside,
            "batches": Batch.latest(request.edition),
        }
        return self._page(request, "ask.html", context)

    def _page(self, request: Any, template: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/registration/badges/{template}", whole)
