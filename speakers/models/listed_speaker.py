from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, TextField
from django.db.models.functions import Cast

from forum.models import Edition
from forum.prepared import Question
from forum.translated import Translated, as_stored
from speakers.models.speaker import Speaker
from speakers.photos import Photo

IN_FRONT = 8
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
    """A speaker as the public list shows them. `group` is the one that others see."""

    pk: int
    slug: str
    name: str
    organisation: str
    photo: Photo
    role: Translated
    group: int | None
    group_name: Translated

    @classmethod
    def of(cls, edition: Edition) -> list[ListedSpeaker]:
        """All whom visitors may see; one question."""
        return [_read(row) for row in _OF_EDITION.ask(edition.pk)]

    @staticmethod
    def in_front(edition: Edition) -> list[ListedSpeaker]:
        """Some of them: the featured ones first, in their order, then others by name; one question."""
        return [_read(row) for row in _IN_FRONT.ask(edition.pk)]

    @staticmethod
    def number_in(edition: Edition) -> int:
        """How many they are; one question."""
        return sum(count for _edition, count in _NUMBER.ask(edition.pk))

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
_IN_FRONT = Question(
    lambda edition: _rows(edition).order_by("-is_featured", "position", "name", "pk")[:IN_FRONT]
)
_NUMBER = Question(
    lambda edition: _public(edition).order_by().values_list("edition").annotate(Count("pk", distinct=True))
)


def _read(row: tuple[Any, ...]) -> ListedSpeaker:
    pk, slug, name, organisation, photo, _is_featured, _position, role = row[:8]
    group, group_name, shown_as, shown_as_name = row[8:]
    if shown_as is not None:
        group, group_name = shown_as, shown_as_name
    called = as_stored(group_name) if group is not None else Translated()
    return ListedSpeaker(pk, slug, name, organisation, Photo(photo), as_stored(role), group, called)
