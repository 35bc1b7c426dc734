"""What is missing, asked of the database: on PostgreSQL and SQLite alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, Q

from forum.translated.fields import texts_of


class Tally(NamedTuple):
    """How many texts there are to be read in a language, and how many of them it lacks."""

    all: int
    missing: int

    @property
    def there(self) -> int:
        """How many the language has."""
        return self.all - self.missing


def _wanted(name: str, language: str, main: str) -> Q:
    """A text counts when the main language has it; for the main language itself, when any other has."""
    written = Q(**{f"{name}__has_key": main})
    return ~Q(**{name: {}}) if language == main else written


def _lacking(name: str, language: str, main: str) -> Q:
    return _wanted(name, language, main) & ~Q(**{f"{name}__has_key": language})


class TranslatedRecords:
    """What querysets of records with texts in several languages can answer. To be named before QuerySet."""

    def lacking(self: Any, language: str, *, main: str) -> Any:
        """Those with a text that `main` has and `language` lacks; when it is `main` itself, that only others have."""
        wanted = Q(pk__in=[])
        for field in texts_of(self.model):
            wanted |= _lacking(field.name, language, main)
        return self.filter(wanted)

    def tally(self: Any, codes: Iterable[str], *, main: str) -> dict[str, Tally]:
        """How many texts these records have and lack, by language. One query for all languages."""
        names = [field.name for field in texts_of(self.model)]
        codes = list(codes)
        counts = {
            f"{kind}_{number}_{name}": Count("pk", filter=asked(name, code, main), distinct=True)
            for number, code in enumerate(codes)
            for name in names
            for kind, asked in (("all", _wanted), ("missing", _lacking))
        }
        found = self.order_by().aggregate(**counts) if counts else {}
        return {
            code: Tally(
                *(sum(found[f"{kind}_{number}_{name}"] for name in names) for kind in ("all", "missing"))
            )
            for number, code in enumerate(codes)
        }

    def held(self: Any, pks: Iterable[object]) -> Any:
        """Those of these numbers as they are now; nobody else changes them before the transaction ends. In one order
        for everybody, so that two who hold several do not wait for each other. Others may go on referring to them."""
        return self.filter(pk__in=list(pks)).select_for_update(of=("self",), no_key=True).order_by("pk")
