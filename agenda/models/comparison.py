"""In what two states of the agenda differ, by keys; `changes` says it in names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from agenda.models.state import Piece, State
from forum.translated import Translated


class Kind(models.TextChoices):
    """What happens to a piece of the agenda by a release."""

    NEW = "new", _("New")
    MOVED = "moved", _("Moved")
    CANCELLED = "cancelled", _("Cancelled")
    REINSTATED = "reinstated", _("Taking place after all")
    REMOVED = "removed", _("Taken off the agenda")
    RENAMED = "renamed", _("Renamed")
    PEOPLE = "people", _("Other speakers")


class OtherRole(NamedTuple):
    """In which role a speaker appeared and appears; None: not at all."""

    speaker_id: int
    before: str | None
    after: str | None


class Difference(NamedTuple):
    """One thing that is not as it was. `people` are those who appear otherwise; none: only in another order."""

    kind: Kind
    before: Piece | None
    after: Piece | None
    people: tuple[OtherRole, ...] = ()

    @property
    def piece(self) -> Piece:
        """What is said of it after, else before."""
        piece = self.after or self.before
        assert piece is not None
        return piece

    @property
    def order(self) -> tuple[int, datetime]:
        """By kind, then by time."""
        return list(Kind).index(self.kind), self.piece.starts_at


def differences(before: State, after: State) -> list[Difference]:
    """All in which `after` differs from `before`, in order of kind and time."""
    return sorted(_differences(before, after), key=lambda one: one.order)


def is_another(before: Translated, after: Translated) -> bool:
    """Whether a text was changed, and not only translated into another language or left in one fewer."""
    both = before.keys() & after.keys()
    if not before or not after:
        return False
    return not both or any(before[code] != after[code] for code in both)


def _differences(before: State, after: State) -> Iterator[Difference]:
    now, then = after.sessions, before.sessions
    for session in now.keys() - then.keys():
        yield Difference(Kind.NEW, None, now[session])
    for session in then.keys() - now.keys():
        yield Difference(Kind.REMOVED, then[session], None)
    for session in now.keys() & then.keys():
        was, is_now = then[session], now[session]
        if was.place != is_now.place:
            yield Difference(Kind.MOVED, was, is_now)
        if was.is_cancelled != is_now.is_cancelled:
            yield Difference(Kind.CANCELLED if is_now.is_cancelled else Kind.REINSTATED, was, is_now)
        if is_another(was.session_title, is_now.session_title):
            yield Difference(Kind.RENAMED, was, is_now)
        came_or_went = _people(before.people.get(session, {}), after.people.get(session, {}))
        if came_or_went is not None:
            yield Difference(Kind.PEOPLE, was, is_now, came_or_went)
    yield from _of_breaks(before.breaks, after.breaks)


def _people(then: dict[int, str], now: dict[int, str]) -> tuple[OtherRole, ...] | None:
    """Who comes, who goes, who appears in another role; nobody: in another order; None: all is the same."""
    found = (
        *(OtherRole(one, None, role) for one, role in now.items() if one not in then),
        *(OtherRole(one, role, None) for one, role in then.items() if one not in now),
        *(OtherRole(one, then[one], role) for one, role in now.items() if one in then and then[one] != role),
    )
    return found if found or list(now) != list(then) else None


def _of_breaks(then: list[Piece], now: list[Piece]) -> Iterator[Difference]:
    """A break has no identity of its own: one of the same name on the same day is taken for the same, and so is one of
    another name at the same time and place."""
    then, now = list(then), list(now)
    for one in list(now):
        same = next(
            (was for was in then if was.place == one.place and not is_another(was.title, one.title)), None
        )
        if same:
            now.remove(one)
            then.remove(same)
    for one in now:
        called_alike = (
            was for was in then if was.day_id == one.day_id and not is_another(was.title, one.title)
        )
        moved, renamed = next(called_alike, None), next((was for was in then if was.place == one.place), None)
        if moved:
            then.remove(moved)
            yield Difference(Kind.MOVED, moved, one)
        elif renamed:
            then.remove(renamed)
            yield Difference(Kind.RENAMED, renamed, one)
        else:
            yield Difference(Kind.NEW, None, one)
    for was in then:
        yield Difference(Kind.REMOVED, was, None)
