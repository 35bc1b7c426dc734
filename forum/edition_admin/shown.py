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
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.translated import TranslatedField, texts_of


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
    **dict.fromkeys(("confirmed", "sent", "done", "open", "running", "registered"), "good"),
    **dict.fromkeys(("requested", "reserved", "queued", "sending", "draft", "announced", "begun"), "warn"),
    **dict.fromkeys(("failed", "declined", "cancelled", "expired"), "bad"),
}


def pill(value: str, words: object) -> str:
    """A state as a word in a colour; the word alone says it."""
    return format_html('<span class="pill pill-{}">{}</span>', KINDS.get(value, "plain"), words)


@admin.display(description=_("state"), ordering="status")
def state(record: Any) -> str:
    """A column with the state of a record."""
    return pill(record.status, record.get_status_display())


def languages_column(codes: list[str]) -> Callable[[Any], str]:
    """A column that says which of `codes`, main one first, a record has: “en · th · my missing”. Only texts that the
    main language has are to be translated; those that it lacks itself are missing in it."""

    @admin.display(description=_("languages"))
    def languages(record: Any) -> str:
        texts = [text for field in texts_of(record._meta.model) if (text := getattr(record, field.name))]
        said = [_said(code, codes[0], texts) for code in codes] if texts else []
        # The dot stays on the line of what it follows.
        parts = ((kind, words, "\N{NO-BREAK SPACE}·" if words != said[-1][1] else "") for kind, words in said)
        return format_html_join(" ", '<span class="{}">{}{}</span>', parts) or "–"

    return languages


def _said(code: str, main: str, texts: list[Any]) -> tuple[str, str]:
    wanted = [text for text in texts if code == main or text.get(main)]
    there = [text for text in wanted if text.get(code)]
    if len(there) == len(wanted):
        return "language-there", code
    words = gettext("%(language)s partly") if there else gettext("%(language)s missing")
    return "language-lacks", words % {"language": code}
