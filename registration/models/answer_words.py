"""Answers as people read them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django_countries import countries

from forum import cldr
from registration.models.answer import LOST
from registration.models.question import Question

Kind = Question.Kind


def yes_and_no() -> list[tuple[str, str]]:
    """The two answers, as they are kept and as they are read."""
    return [("yes", gettext("Yes")), ("no", gettext("No"))]


def in_words(question: Question, value: Any) -> str:
    """What was answered, in the active language."""
    if value == LOST:
        return gettext("It cannot be read any more.")
    match question.kind:
        case Kind.YES_NO:
            return dict(yes_and_no()).get(value, "")
        case Kind.ONE | Kind.SEVERAL:
            chosen = {value} if isinstance(value, str) else {*value}
            return cldr.listed(option for option in question.options.all() if str(option.pk) in chosen)
        case Kind.DATE:
            return date_format(date.fromisoformat(value), "j F Y")
        case Kind.COUNTRY:
            return str(countries.name(value))
        case Kind.FILE:
            return str(value["title"])
    return str(value)
