"""Requests, with why somebody wants to come beside each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Prefetch
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from registration.admin.answers import may_read
from registration.models import Answer, Ticket
from registration.models.answer_words import in_words
from registration.models.ticket_status import Status


def _shows_requests(request: Any) -> bool:
    """Whether the list is one of requests, and the user somebody who may read the answers."""
    return request.GET.get("status__exact") == Status.REQUESTED and may_read(request, is_protected=False)


class ShowsRequests(ModelAdmin):
    """Tickets, with what was answered to the questions that go with a request."""

    def get_queryset(self, request: Any) -> Any:
        tickets = super().get_queryset(request)
        if not _shows_requests(request):
            return tickets
        said = Answer.objects.with_requests()
        return tickets.prefetch_related(Prefetch("attendee__answers", said, to_attr="with_request"))

    def get_list_display(self, request: Any) -> list[Any]:
        names = super().get_list_display(request)
        return [*names[:1], "why", *names[1:]] if _shows_requests(request) else list(names)

    def fields_of_request(self, request: Any, ticket: Ticket | None) -> tuple[str, ...]:
        """The field for a ticket's page that says why, where somebody said it and the user may read it."""
        is_said = ticket and may_read(request, is_protected=False) and self._said(ticket)
        return ("why",) if is_said else ()

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), "why"]

    @staticmethod
    def _said(ticket: Ticket) -> list[Answer]:
        attendee: Any = ticket.attendee
        if not hasattr(attendee, "with_request"):
            attendee.with_request = list(Answer.objects.of([attendee]).with_requests())
        said: list[Answer] = attendee.with_request
        return said

    @admin.display(description=_("why they want to come"))
    def why(self, ticket: Ticket) -> str:
        words = ((in_words(one.question, one.value),) for one in self._said(ticket))
        return format_html_join("", '<p class="said">{}</p>', words) or "–"
