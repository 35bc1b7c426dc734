"""Questions to the database that are worded once.

For a question with some joins Django takes longer to word it in SQL than the database takes to answer it. A page that
has to be made within milliseconds asks what it always asks in the same words, and reads the answer as it comes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

_KEY = -(2**31) + 97  # stands for the key while the question is worded; no record has it


class Question:
    """`about` makes a `values_list` from a record's key, the only part in which two askings differ: nothing in it may
    depend on the time or on anything else. The rows come as the database driver gives them, unconverted.

    Raises ValueError when the key does not occur in the question.
    """

    def __init__(self, about: Callable[[int], QuerySet[Any, Any]]) -> None:
        self._about = about
        self._worded = cache(self._word)

    def _word(self, vendor: str) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = self._about(_KEY).query.sql_with_params()
        if _KEY not in parameters:
            raise ValueError("The question is about no record.")
        return sql, tuple(parameters)

    def ask(self, key: int) -> list[tuple[Any, ...]]:
        """The rows about the record with this key; one question to the database."""
        sql, parameters = self._worded(connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(sql, [key if part == _KEY else part for part in parameters])
            return cursor.fetchall()
