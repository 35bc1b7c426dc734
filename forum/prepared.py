"""Questions to the database that are worded once.

For a question with some joins Django takes longer to word it in SQL than the database takes to answer it. A page that
has to be made within milliseconds asks what it always asks in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Key = int | str | date


class _Worded(NamedTuple):
    model: type[Model]
    sql: str
    parameters: tuple[Any, ...]
    fields: slice  # of a row, the columns of the model itself
    names: tuple[str, ...]  # of the fields in them
    annotations: dict[str, int]  # the place of each in a row
    related: list[Any]  # what makes the records that belong to one by `select_related`
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]  # by the place of the column


class Question:
    """`about` makes a queryset, of nothing or of keys (numbers of records, slugs, moments, days), which are then all in
    which two askings differ: nothing in it may depend on the time by itself, or on anything else.

    Raises ValueError when a key is given that does not occur in the question.
    """

    def __init__(self, about: Callable[..., QuerySet[Any, Any]]) -> None:
        self._about = about
        self._worded = cache(self._word)

    def _word(self, vendor: str, stand_ins: tuple[Key, ...]) -> _Worded:
        queryset = self._about(*stand_ins)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if not {_as_parameter(stand_in) for stand_in in stand_ins} <= set(parameters):
            raise ValueError("The question is about no record.")
        select: Any = compiler.select or ()
        columns = [column for column, _sql, _alias in select]
        whole = compiler.klass_info or {"select_fields": []}  # None for a `values_list`
        fields = slice(min(whole["select_fields"], default=0), max(whole["select_fields"], default=-1) + 1)
        return _Worded(
            queryset.model,
            sql,
            tuple(parameters),
            fields,
            tuple(getattr(getattr(column, "target", None), "attname", "") for column in columns[fields]),
            compiler.annotation_col_map or {},
            get_related_populators(whole, select, connection.alias),  # type: ignore[call-arg]  # Django 6's stub
            compiler.get_converters(columns),
        )

    def _rows(
        self, worded: _Worded, stand_ins: tuple[Key, ...], keys: tuple[Key, ...]
    ) -> list[tuple[Any, ...]]:
        meant = dict(zip(map(_as_parameter, stand_ins), map(_as_parameter, keys), strict=True))
        with connection.cursor() as cursor:
            cursor.execute(worded.sql, [meant.get(part, part) for part in worded.parameters])
            return cursor.fetchall()

    def ask(self, *keys: Key) -> list[tuple[Any, ...]]:
        """The rows of a `values_list`, as the database driver gives them, unconverted; one question."""
        stand_ins = _stand_ins(keys)
        return self._rows(self._worded(connection.vendor, stand_ins), stand_ins, keys)

    def records(self, *keys: Key) -> list[Any]:
        """The records, with what belongs to them by `select_related` and with annotations; one question."""
        stand_ins = _stand_ins(keys)
        worded = self._worded(connection.vendor, stand_ins)
        made = []
        for row in map(list, self._rows(worded, stand_ins, keys)):
            for place, (converters, expression) in worded.converters.items():
                for convert in converters:
                    row[place] = convert(row[place], expression, connection)
            record = worded.model.from_db(connection.alias, worded.names, row[worded.fields])
            for related in worded.related:
                related.populate(row, record)
            for name, place in worded.annotations.items():
                setattr(record, name, row[place])
            made.append(record)
        return made


def attach(record: Model, name: str, records: Iterable[Model]) -> None:
    """Let `record.NAME.all()` be these records, which are known already, as if they had been prefetched."""
    known = getattr(record, name).get_queryset()
    known._result_cache, known._prefetch_done = list(records), True
    prefetched: dict[str, Any] = record.__dict__.setdefault("_prefetched_objects_cache", {})
    prefetched[name] = known


def values_of(record: Model) -> tuple[Any, ...]:
    """The values of a record's fields as they were read, to tell it from another state of it."""
    return tuple(record.__dict__.get(field.attname) for field in record._meta.concrete_fields)


def _stand_ins(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    return tuple(_stand_in(key, place) for place, key in enumerate(keys))


def _stand_in(key: Key, place: int) -> Key:
    # What stands for a key while the question is worded: no record has it.
    if isinstance(key, datetime):
        return datetime(7, 7, 7, tzinfo=UTC) + timedelta(days=place)
    if isinstance(key, date):
        return date(9, 9, 9) + timedelta(days=place)
    return -(2**31) + 97 + place if isinstance(key, int) else f"\x7fkey {place}"


def _as_parameter(key: Key) -> Any:
    """A key as the database's own driver is given it: SQLite's gets texts for moments and days."""
    if isinstance(key, datetime):
        return connection.ops.adapt_datetimefield_value(key)
    return connection.ops.adapt_datefield_value(key) if isinstance(key, date) else key
