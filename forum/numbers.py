"""Numbers that last: six digits made from a record's guid, for programs that cannot do with the guid alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import models

MOST = 2**31 - 1  # what the column holds


def new_number(guid: UUID, is_taken: Callable[[int], bool], *, wanted: int | None = None) -> int:
    """Give the number that is wanted, if it is free; else make one of six digits that is. It follows from the guid: two
    people who save at once do not both take the next one."""
    if wanted is not None and not is_taken(wanted):
        return wanted
    number = 100_000 + guid.int % 900_000
    while is_taken(number):
        number += 1
    return number


class LastingNumberField(models.PositiveIntegerField):
    """A number that fills itself on the first save from the record's `guid`, unique within the edition."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"editable": False, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> int:
        number = getattr(model_instance, self.attname)
        if number is None:
            record: Any = model_instance
            siblings = type(record)._default_manager.filter(edition=record.edition_id)
            number = new_number(
                record.guid, lambda number: siblings.filter(**{self.attname: number}).exists()
            )
            setattr(model_instance, self.attname, number)
        return int(number)
