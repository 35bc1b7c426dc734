"""How much a file may have of what programmes have little of: a hundred thousand rooms are only work."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.utils.translation import gettext as _

from forum.errors import Refusal

MOST_DAYS, MOST_NAMES = 60, 500


class Met:
    """The days and names that were met in a file so far."""

    def __init__(self) -> None:
        self.days: set[Any] = set()
        self.rooms: set[Any] = set()
        self.tracks: set[Any] = set()
        self.types: set[Any] = set()

    def is_new(self, kind: str, one: Hashable) -> bool:
        """Whether one of this kind is met for the first time. Raises Refusal at more than a programme has."""
        met: set[Any] = getattr(self, kind)
        if one in met:
            return False
        met.add(one)
        limit = MOST_DAYS if kind == "days" else MOST_NAMES
        if len(met) > limit:
            said = {
                "days": _("This file has more than %(limit)s days. No programme has."),
                "rooms": _("This file has more than %(limit)s rooms. No programme has."),
                "tracks": _("This file has more than %(limit)s tracks. No programme has."),
                "types": _("This file has more than %(limit)s types of sessions. No programme has."),
            }
            raise Refusal(said[kind] % {"limit": limit})
        return True
