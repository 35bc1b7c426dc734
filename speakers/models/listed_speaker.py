from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from forum.models import Edition
from forum.prepared import Question
from forum.translated import translated
from speakers.models.speaker import Speaker
from speakers.photos import Photo

COLUMNS: tuple[Any, ...] = (
    *(
        "pk",
        "slug",
        "name",
        "organisation",
        "photo_key",
        "is_featured",
        "position",
        Cast("role", TextField()),
    ),
    *("group_id", Cast("group__name", TextField())),
    *("group__shown_as_id", Cast("group__shown_as__name", TextField())),
)


@dataclass(slots=True)
class ListedSpeaker:
    """A speaker as the public list shows them, in the active language. `group` is the one that others see."""

    pk: int
    slug: str
    name: str
    organisation: str
    photo: Photo
    is_featured: bool
    position: int
    role: str
    group: int | None
    group_name: str

    @classmethod
    def of(cls, edition: Edition) -> list[ListedSpeaker]:
        """All whom visitors may see; one question."""
        return [_read(row) for row in _OF_EDITION.ask(edition.pk)]

    @staticmethod
    def in_front(speakers: list[ListedSpeaker]) -> list[ListedSpeaker]:
        """The featured ones first, in their order, then the others by name."""
        return sorted(speakers, key=lambda one: (not one.is_featured, one.position, one.name, one.pk))

    @classmethod
    def found(cls, edition: Edition, words: str) -> list[ListedSpeaker]:
        """Those of them who are found by every word of `words`, in any language; one question."""
        return [_read(row) for row in _public(edition.pk).about(words).values_list(*COLUMNS)]


def _public(edition: int) -> Any:
    return Speaker.objects.public().of_edition(edition)


def _rows(edition: int) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = _public(edition).values_list(*COLUMNS)
    return rows


_OF_EDITION = Question(_rows)


def _read(row: tuple[Any, ...]) -> ListedSpeaker:
    pk, slug, name, organisation, photo, is_featured, position, role = row[:8]
    group, group_name, shown_as, shown_as_name = row[8:]
    if shown_as is not None:
        group, group_name = shown_as, shown_as_name
    called = _said(group_name) if group is not None else ""
    shown = Photo(photo), bool(is_featured), position, _said(role)
    return ListedSpeaker(pk, slug, name, organisation, *shown, group, called)


def _said(written: str) -> str:
    return str(translated(json.loads(written)))
