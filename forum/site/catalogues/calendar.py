"""The names of days and months, from CLDR: speakers of each language have agreed on them there."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale
from django.utils import dates


def names(language: str) -> dict[tuple[str | None, str], str]:
    """Context and English words of the names that Django's dates are written with, and what they are."""
    locale = Locale.parse(language, sep="-")
    days, months = locale.days["format"], locale.months["format"]
    by_place: list[tuple[Mapping[int, object], Mapping[int, str]]] = [
        (dates.WEEKDAYS, days["wide"]),
        (dates.WEEKDAYS_ABBR, days["abbreviated"]),
        (dates.MONTHS, months["wide"]),
        (dates.MONTHS_3, months["abbreviated"]),
        (dates.MONTHS_AP, months["abbreviated"]),
        (dates.MONTHS_ALT, months["wide"]),
    ]
    return {_key(word): named[place] for words, named in by_place for place, word in words.items()}


def _key(word: object) -> tuple[str | None, str]:
    """What a lazy word asks the catalogues for: pgettext keeps its context beside it."""
    arguments = word._args  # type: ignore[attr-defined]
    return (arguments[0], arguments[1]) if len(arguments) == 2 else (None, arguments[0])
