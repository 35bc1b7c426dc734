"""Questions to the database that are worded once.

For a question with some joins Django takes longer to word it in SQL than the database takes to answer it. A page that
has to be made within milliseconds asks what it always asks in the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

Key = int | str


class Question:
    """`about` makes a queryset, of nothing or of keys (numbers of records, slugs), which are then all in which two
    askings differ: nothing in it may depend on the time or on anything else.

    Raises ValueError when a key is given that does not occur in the question.
    """

    def __init__(self, about: Callable[..., QuerySet[Any, Any]]) -> None:
        self._about = about
        self._worded = cache(self._word)

    def _word(self, vendor: str, stand_ins: tuple[Key, ...]) -> tuple[type[Model], str, tuple[Any, ...]]:
        queryset = self._about(*stand_ins)
        sql, parameters = queryset.query.sql_with_params()
        if not set(stand_ins) <= set(parameters):
            raise ValueError("The question is about no record.")
        return queryset.model, sql, tuple(parameters)

    def _with(self, keys: tuple[Key, ...]) -> tuple[type[Model], str, list[Any]]:
        stand_ins = tuple(_stand_in(place, key) for place, key in enumerate(keys))
        model, sql, parameters = self._worded(connection.vendor, stand_ins)
        meant = dict(zip(stand_ins, keys, strict=True))
        return model, sql, [meant.get(part, part) for part in parameters]

    def ask(self, *keys: Key) -> list[tuple[Any, ...]]:
        """The rows of a `values_list`, as the database driver gives them, unconverted; one question."""
        _model, sql, parameters = self._with(keys)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    def records(self, *keys: Key) -> list[Any]:
        """The records, without what belongs to them by `select_related`; one question."""
        model, sql, parameters = self._with(keys)
        return list(model._default_manager.raw(sql, parameters))


def _stand_in(place: int, key: Key) -> Key:
    # What stands for a key while the question is worded: no record has it.
    return -(2**31) + 97 + place if isinstance(key, int) else f"\x7fkey {place}"
