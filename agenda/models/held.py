"""The timetable of an edition, held while it is changed, and what others than its editor do with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from agenda.models.move import Move
from agenda.models.session import Session
from agenda.models.slot import Slot
from agenda.models.stretch import Stretch
from forum.actor import Actor
from forum.models import Edition


def hold(edition: Edition) -> None:
    """Let nobody else change the timetable of an edition until this transaction ends: neither by a move, nor by an
    import, nor by a release. Others may refer to the edition; tickets are sold meanwhile."""
    Edition.objects.select_for_update(no_key=True).only("pk").get(pk=edition.pk)


@contextmanager
def noted(edition: Edition, *, by: Actor) -> Iterator[None]:
    """Within a transaction: hold the timetable, and note as moves what the block does with its slots, so that who has
    the timetable open learns of it. For forms and imports, which write slots themselves."""
    hold(edition)
    earlier = _slots(edition)
    yield
    later = _slots(edition)
    changed = [slot for pk, slot in later.items() if pk not in earlier or _shown(earlier[pk]) != _shown(slot)]
    gone = [slot for pk, slot in earlier.items() if pk not in later]
    if not changed and not gone:
        return
    number = Move.objects.last_number(edition) + 1
    there = set(
        Session.objects.filter(pk__in=[slot.session_id for slot in gone]).values_list("pk", flat=True)
    )
    moves = []
    for slot in [*gone, *changed]:
        before, after = earlier.get(slot.pk), later.get(slot.pk)
        move = Move.of_slot(
            slot,
            Stretch.of(before) if before else None,
            Stretch.of(after) if after else None,
            edition=edition,
            number=number,
            reason=slot.reason,
            by=by.user,
        )
        if after is None and slot.session and slot.session_id not in there:
            move.session, move.title = None, slot.session.title
        slot.version = number
        moves.append(move)
    Slot.objects.bulk_update(changed, ["version"], batch_size=200)
    Move.objects.bulk_create(moves, batch_size=500)


def _slots(edition: Edition) -> dict[int, Slot]:
    slots = Slot.objects.of_edition(edition).select_related("day", "room", "session")
    return {slot.pk: slot for slot in slots}


def _shown(slot: Slot) -> tuple[object, ...]:
    return (
        *(slot.day_id, slot.room_id, slot.starts_at, slot.ends_at),
        *(slot.session_id, slot.title, slot.is_blocker, slot.reason),
    )
