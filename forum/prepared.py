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

_KEY = -(2**31) + 97  # stands for the key while the question is worded; no record has it


class Question:
    """`about` makes a queryset, of nothing or of a record's key, which is then all in which two askings differ: nothing
    in it may depend on the time or on anything else.

    Raises ValueError when a key is given that does not occur in the question.
    """

    def __init__(self, about: Callable[..., QuerySet[Any, Any]]) -> None:
        self._about = about
        self._worded = cache(self._word)

    def _word(self, vendor: str, keys: int) -> tuple[type[Model], str, tuple[Any, ...]]:
        queryset = self._about(*[_KEY] * keys)
        sql, parameters = queryset.query.sql_with_params()
        if keys and _KEY not in parameters:
            raise ValueError("The question is about no record.")
        return queryset.model, sql, tuple(parameters)

    def _with(self, keys: tuple[int, ...]) -> tuple[type[Model], str, list[Any]]:
        model, sql, parameters = self._worded(connection.vendor, len(keys))
        return model, sql, [keys[0] if part == _KEY else part for part in parameters]

    def ask(self, *key: int) -> list[tuple[Any, ...]]:
        """The rows of a `values_list`, as the database driver gives them, unconverted; one question."""
        _model, sql, parameters = self._with(key)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    def records(self, *key: int) -> list[Any]:
        """The records, without what belongs to them by `select_related`; one question."""
        model, sql, parameters = self._with(key)
        return list(model._default_manager.raw(sql, parameters))
