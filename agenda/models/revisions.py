from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max

if TYPE_CHECKING:
    from agenda.models.release import Release
    from agenda.models.released import ReleasedSlot
    from forum.models import Edition


@dataclass(frozen=True)
class Revisions:
    """How often each session of the released agenda changed its place, and when last.

    Calendars take an event for newer when its SEQUENCE has grown (RFC 5545, 3.8.7.4): when it is moved, cancelled, or
    taken up again after a release without it.
    """

    newest: dict[int, ReleasedSlot]
    """What the newest release says of each session, by the session's key."""
    highest: dict[int, int]
    """The highest sequence that was ever released of each session."""

    @classmethod
    def up_to(cls, release: Release | None, edition: Edition) -> Revisions:
        """All that was released up to `release`, the newest one. Two queries."""
        if release is None:
            return cls({}, {})
        newest = {slot.session_id: slot for slot in release.slots.all() if slot.session_id}
        sequences = edition.sessions.filter(released_slots__isnull=False).values_list("pk")
        return cls(newest, dict(sequences.annotate(Max("released_slots__sequence"))))

    def carry_on(self, slot: ReleasedSlot) -> None:
        """Set the sequence of a slot that is about to be released, and when it changed, unless that is now."""
        session = slot.session_id
        if session is None or session not in self.highest:
            return
        before = self.newest.get(session)
        if before is not None and _place(before) == _place(slot):
            slot.sequence, slot.changed_at = before.sequence, before.changed_at
        else:
            slot.sequence = self.highest[session] + 1


def _place(slot: ReleasedSlot) -> tuple[object, ...]:
    return slot.starts_at, slot.ends_at, slot.room_id, slot.is_cancelled
