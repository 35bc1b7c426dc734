"""How the admin writes what is only read: texts in the reader's language, moments in the edition's time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from forum.translated import TranslatedField


def when(moment: datetime | None) -> str:
    """Write a moment, in the current time zone: “9 Mar 2027, 14:30”."""
    return date_format(timezone.localtime(moment), "j M Y, H:i") if moment else "–"


@cache
def shown(model: type[models.Model], name: str) -> Callable[[Any], str]:
    """A column that writes a translated text or a moment as people read it. Django would show JSON."""
    field: Any = model._meta.get_field(name)
    is_text = isinstance(field, TranslatedField)

    @admin.display(description=field.verbose_name, ordering=None if is_text else name)
    def show(record: Any) -> str:
        value = getattr(record, name)
        return str(value) or "–" if is_text else when(value)

    show.__name__ = name
    return show


def readable(model: type[models.Model], names: Iterable[Any]) -> list[Any]:
    """The same names, with `shown` in the place of texts and moments. Nested as they were."""
    return [
        readable(model, name) if isinstance(name, (list, tuple)) else _readable(model, name) for name in names
    ]


def _readable(model: type[models.Model], name: Any) -> Any:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    return shown(model, name) if isinstance(field, (TranslatedField, models.DateTimeField)) else name


KINDS = {
    **dict.fromkeys(("confirmed", "sent", "done", "open", "running"), "good"),
    **dict.fromkeys(("requested", "reserved", "queued", "sending", "draft", "announced"), "warn"),
    **dict.fromkeys(("failed", "declined", "cancelled", "expired"), "bad"),
}


def pill(value: str, words: object) -> str:
    """A state as a word in a colour; the word alone says it."""
    return format_html('<span class="pill pill-{}">{}</span>', KINDS.get(value, "plain"), words)


@admin.display(description=_("state"), ordering="status")
def state(record: Any) -> str:
    """A column with the state of a record."""
    return pill(record.status, record.get_status_display())
