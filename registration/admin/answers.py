"""What attendees have answered, for those who may read it."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from forum.documents import ENDINGS
from forum.http import private
from registration.models import Answer, Attendee, ProtectedAnswer, Question
from registration.models.answer import LOST
from registration.models.answer_words import in_words

TABLES = {"answers": Answer, "protected-answers": ProtectedAnswer}


def may_read(request: Any, *, is_protected: bool) -> bool:
    """Whether the user may read answers to questions that are protected, or to those that are not."""
    return bool(request.user.has_duty(request.edition, *Question(is_protected=is_protected).duties))


def answers_for(request: Any) -> tuple[str, ...]:
    """The names of the fields with the answers that the user may read."""
    return tuple(
        name
        for name, is_protected in (("answers_given", False), ("protected_answers_given", True))
        if may_read(request, is_protected=is_protected)
    )


class ShowsAnswers(ModelAdmin):
    """An attendee's page with what they answered, and their files to be had."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(private(self.file_view))
        where = "<int:pk>/<slug:table>/<int:answer>/file/"
        return [path(where, view, name="registration_attendee_answer_file"), *super().get_urls()]

    def file_view(self, request: Any, pk: int, table: str, answer: int) -> HttpResponse:
        """Give the file that somebody sent as an answer, to be stored and never to be shown by the browser."""
        attendee, model = self.get_object(request, str(pk)), TABLES.get(table)
        if attendee is None or model is None or not may_read(request, is_protected=model is ProtectedAnswer):
            raise Http404
        given = model.objects.of([attendee]).with_file().known_as(answer)
        if given is None or given.value == LOST:
            raise Http404
        try:
            content = given.content
        except (OSError, InvalidToken) as fault:
            raise Http404 from fault
        kind = given.value["type"] if given.value["type"] in ENDINGS else "application/octet-stream"
        name = f"{attendee.ticket.order.code}-{given.pk}.{ENDINGS.get(kind, 'bin')}"
        return HttpResponse(
            content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    @admin.display(description=_("answers"))
    def answers_given(self, attendee: Attendee) -> str:
        return self._written(attendee, "answers")

    @admin.display(description=_("protected answers"))
    def protected_answers_given(self, attendee: Attendee) -> str:
        return self._written(attendee, "protected-answers")

    @staticmethod
    def _written(attendee: Attendee, table: str) -> str:
        rows = []
        for given in TABLES[table].objects.of([attendee]):
            words: Any = in_words(given.question, given.value)
            if given.file:
                address = reverse(
                    "admin:registration_attendee_answer_file", args=[attendee.pk, table, given.pk]
                )
                words = format_html('<a href="{}">{}</a>', address, words)
            rows.append((given.question, words))
        if not rows:
            return "–"
        return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))
