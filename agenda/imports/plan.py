"""What would become of the records of an edition. A plan is made by reading alone; `carry_out` writes it at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from agenda.frab.programme import Remark
from forum.translated import SearchTextField


class Kind(models.TextChoices):
    """What there may be in a file."""

    SESSIONS = "sessions", _("Sessions")
    SPEAKERS = "speakers", _("Speakers")
    DAYS = "days", _("Days")
    ROOMS = "rooms", _("Rooms")
    TRACKS = "tracks", _("Tracks")
    FORMATS = "formats", _("Formats")


@dataclass
class Piece:
    """One record with what the file changes in it; `changes` are words like “title”."""

    record: Any
    is_new: bool = False
    changes: list[object] = field(default_factory=list)
    overwritten: list[tuple[str, object]] = field(default_factory=list)
    """The fields that change, with the values that they have had."""

    def note(self, change: object) -> None:
        """Say once what was changed; of a new record nothing is."""
        if not self.is_new and change not in self.changes:
            self.changes.append(change)

    def set(self, name: str, value: Any, change: object) -> None:
        """Set a field, if it has another value."""
        if getattr(self.record, name) != value:
            self.remember(name)
            setattr(self.record, name, value)
            self.note(change)

    def remember(self, name: str) -> None:
        """Keep what a field holds, before it is set to something else."""
        held = getattr(self.record, name)
        self.overwritten.append((name, held.pk if isinstance(held, models.Model) else held))

    def write(self, name: str, text: str, language: str, change: object) -> None:
        """Set a text in one language; the others stay. An empty one changes nothing."""
        if text:
            self.set(name, getattr(self.record, name).merged({language: text}), change)


class Share:
    """All pieces of one kind, and which fields of theirs may change."""

    def __init__(self, kind: Kind, fields: Iterable[str]) -> None:
        self.kind, self.fields = kind, list(fields)
        self.pieces: list[Piece] = []
        self.skipped = 0

    def add(self, record: Any, *, is_new: bool) -> Piece:
        """Take a record in."""
        piece = Piece(record, is_new)
        self.pieces.append(piece)
        return piece

    @property
    def new(self) -> list[Piece]:
        """Those that are not there yet."""
        return [piece for piece in self.pieces if piece.is_new]

    @property
    def changed(self) -> list[Piece]:
        """Those that are there and become different."""
        return [piece for piece in self.pieces if piece.changes]

    @property
    def unchanged(self) -> int:
        """How many are there already, as the file has them."""
        return len(self.pieces) - len(self.new) - len(self.changed)

    def carry_out(self) -> None:
        """Write what is new and what is changed: one statement each, or a few for many."""
        if new := [piece.record for piece in self.new]:
            type(new[0])._default_manager.bulk_create(new, batch_size=500)
        if changed := [piece.record for piece in self.changed]:
            derived = [one for one in changed[0]._meta.concrete_fields if _is_derived(one)]
            for record in changed:
                for one in derived:  # unlike bulk_create, bulk_update does not fill them
                    one.pre_save(record, add=False)
            names = [*self.fields, *(one.name for one in derived)]
            type(changed[0])._default_manager.bulk_update(changed, names, batch_size=200)


def _is_derived(one: models.Field) -> bool:
    return isinstance(one, SearchTextField) or getattr(one, "auto_now", False)


@dataclass
class Plan:
    """What an import does to an edition."""

    shares: list[Share]
    remarks: list[Remark]
    obstacle: str = ""
    """Why it cannot be carried out as it is."""
    named: int = 0
    """For how many persons it is noted that they agreed to be named in public."""

    @property
    def is_idle(self) -> bool:
        """Whether everything is there already."""
        return not self.named and not any(share.new or share.changed for share in self.shares)

    def samples(self, most: int = 20) -> list[tuple[Kind, str, str]]:
        """Some of the records that become different: their kind, their name, and what changes."""
        changed = ((share, piece) for share in self.shares for piece in share.changed)
        return [
            (share.kind, str(piece.record), ", ".join(str(change) for change in piece.changes))
            for (share, piece), _number in zip(changed, range(most), strict=False)
        ]

    @property
    def fingerprint(self) -> str:
        """The same as long as the same file would do the same, to the same values: what was seen to be overwritten is
        all that is."""
        told = [
            (share.kind.value, piece.record.pk, str(piece.record), [str(change) for change in piece.changes])
            for share in self.shares
            for piece in share.pieces
        ]
        return hashlib.sha256(repr((told, self._overwritten, self.named, self.remarks)).encode()).hexdigest()[
            :32
        ]

    @property
    def _overwritten(self) -> list[list[tuple[str, object]]]:
        return [piece.overwritten for kind in self.shares for piece in kind.pieces]
