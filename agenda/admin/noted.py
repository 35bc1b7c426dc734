"""Forms of the back office that write slots: what they do is a move like any other."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.http import HttpResponse

from agenda.models import noted
from forum.actor import Actor


class NotesMoves(ModelAdmin):
    """An admin whose records are slots, or have some. While it writes, nobody else changes the timetable; whoever has
    it open learns of what was written. Django calls these methods within the request's transaction."""

    def _noted(self, request: Any) -> Any:
        if request.method != "POST" or request.edition is None:
            return nullcontext()
        return noted(request.edition, by=Actor.of(request.user))

    def _changeform_view(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with self._noted(request):
            return super()._changeform_view(request, *args, **kwargs)  # type: ignore[misc]

    def _delete_view(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with self._noted(request):
            return super()._delete_view(request, *args, **kwargs)  # type: ignore[misc]

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        with transaction.atomic(), self._noted(request):
            super().delete_queryset(request, queryset)
