"""Questions to the database that are worded once.

For a question with some joins Django takes longer to word it in SQL than the database takes to answer it. A page that
has to be made within milliseconds asks what it always asks in the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model, QuerySet

Key = int | str


class _Worded(NamedTuple):
    model: type[Model]
    sql: str
    parameters: tuple[Any, ...]
    names: tuple[str, ...]  # of the columns, those that are fields
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]  # by the place of the column


class Question:
    """`about` makes a queryset, of nothing or of keys (numbers of records, slugs), which are then all in which two
    askings differ: nothing in it may depend on the time or on anything else.

    Raises ValueError when a key is given that does not occur in the question.
    """

    def __init__(self, about: Callable[..., QuerySet[Any, Any]]) -> None:
        self._about = about
        self._worded = cache(self._word)

    def _word(self, vendor: str, stand_ins: tuple[Key, ...]) -> _Worded:
        queryset = self._about(*stand_ins)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if not set(stand_ins) <= set(parameters):
            raise ValueError("The question is about no record.")
        columns = [column for column, _sql, _alias in compiler.select or ()]
        names = tuple(getattr(getattr(column, "target", None), "attname", "") for column in columns)
        return _Worded(queryset.model, sql, tuple(parameters), names, compiler.get_converters(columns))

    def _rows(
        self, worded: _Worded, stand_ins: tuple[Key, ...], keys: tuple[Key, ...]
    ) -> list[tuple[Any, ...]]:
        meant = dict(zip(stand_ins, keys, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(worded.sql, [meant.get(part, part) for part in worded.parameters])
            return cursor.fetchall()

    def ask(self, *keys: Key) -> list[tuple[Any, ...]]:
        """The rows of a `values_list`, as the database driver gives them, unconverted; one question."""
        stand_ins = _stand_ins(keys)
        return self._rows(self._worded(connection.vendor, stand_ins), stand_ins, keys)

    def records(self, *keys: Key) -> list[Any]:
        """The records, without what belongs to them by `select_related`; one question."""
        stand_ins = _stand_ins(keys)
        worded = self._worded(connection.vendor, stand_ins)
        made = []
        for row in map(list, self._rows(worded, stand_ins, keys)):
            for place, (converters, expression) in worded.converters.items():
                for convert in converters:
                    row[place] = convert(row[place], expression, connection)
            made.append(worded.model.from_db(connection.alias, worded.names, row))
        return made


def _stand_ins(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    # What stands for a key while the question is worded: no record has it.
    return tuple(
        -(2**31) + 97 + place if isinstance(key, int) else f"\x7fkey {place}"
        for place, key in enumerate(keys)
    )
