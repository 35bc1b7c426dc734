"""What organizers do on the timetable, so that of two at once none undoes the other unseen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agenda.models.clash import Clash
from agenda.models.deed import Deed, Step, begun_as, belongs, merged
from agenda.models.held import hold
from agenda.models.move import Move
from agenda.models.session import Session
from agenda.models.slot import Slot
from agenda.models.stretch import Stretch
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition


class Clashing(Refusal):
    """Something cannot be then and there, unless there is a reason."""

    def __init__(self, clashes: list[Clash]) -> None:
        super().__init__(" ".join(str(clash) for clash in clashes), field="reason")
        self.clashes = clashes


class Overtaken(Refusal):
    """Somebody else was faster with the same; nothing was done."""


@dataclass
class Done:
    """What came of it: the moves, of one number, and the slots around as they are now, for who shows them."""

    number: int
    moves: list[Move] = field(default_factory=list)
    around: list[Slot] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    """The keys of the slots that are shown otherwise now: moved, or clashing, or not any more."""
    changes_clashes: bool = False


class Rearrangement:
    """One deed on the timetable of an edition. Each verb does all or nothing, and raises Overtaken when somebody else
    has moved the same since it was seen, and Clashing when it breaks a rule and `reason` is empty.

    A clash that a reason was given for once is not asked about again as long as these two clash.
    """

    def __init__(self, edition: Edition, *, by: Actor, reason: str = "") -> None:
        self.edition, self.by, self.reason = edition, by, reason.strip()

    # --- verbs ---

    @transaction.atomic
    def move(self, *steps: Step) -> Done:
        """Put things elsewhere, put them on the timetable, take them off."""
        hold(self.edition)
        return self._carry_out(steps)

    @transaction.atomic
    def swap(self, one: Step, other: Step) -> Done:
        """Let two begin where and when the other one does now; each stays as long as it is. `to` is not looked at."""
        hold(self.edition)
        first, second = self._held([one, other])
        if first is None or second is None or first == second:
            raise Refusal(_("It takes two with a time to exchange them. Look at the timetable again."))
        there, here = begun_as(first, second), begun_as(second, first)
        return self._carry_out([Step(one.what, there, one.seen), Step(other.what, here, other.seen)])

    @transaction.atomic
    def shift(self, first: Step, minutes: int, *, all_rooms: bool) -> Done:
        """Put `first`, and all that begins with it or later on the same day, so much later, sooner where `minutes` is
        negative: in its room, or everywhere. `seen` is the number of the last move that was seen of the timetable."""
        hold(self.edition)
        begin = next(iter(self._found([first.what])), None)
        if begin is None:
            raise Refusal(_("It has no time any more. Look at the timetable again."))
        later = begin.day.slots.filter(starts_at__gte=begin.starts_at).select_related(
            "day", "room", "session"
        )
        slots = [slot for slot in later if all_rooms or slot.room_id == begin.room_id]
        for slot in slots:
            if slot.version > first.seen:
                raise self._overtaken(slot.session or slot)
        by = timedelta(minutes=minutes)
        return self._carry_out([Step(slot, Stretch.of(slot).later(by), slot.version) for slot in slots])

    @transaction.atomic
    def undo(self, number: int) -> Done:
        """Put back all that the deed with this number moved, by the same rules; if nothing of it was moved since."""
        hold(self.edition)
        moves = list(Move.objects.made_at_once(self.edition, number))
        if not moves:
            raise Refusal(_("Nothing was moved then."))
        if undone := Move.objects.undoing(self.edition, number).select_related("by", "session").first():
            raise Overtaken(_("That was undone already: %(said)s.") % {"said": undone})
        return self._carry_out([self._back(move) for move in moves], undoes=number)

    # --- where things are now ---

    def _found(self, things: Iterable[Session | Slot]) -> list[Slot]:
        """The slots of these things as they are now, locked; one query."""
        sessions = [what.pk for what in things if isinstance(what, Session)]
        slots = [what.pk for what in things if isinstance(what, Slot)]
        of_edition = Slot.objects.of_edition(self.edition).filter(Q(session__in=sessions) | Q(pk__in=slots))
        return list(of_edition.select_for_update(of=("self",)).select_related("day", "room", "session"))

    def _held(self, steps: Sequence[Step]) -> list[Slot | None]:
        """The slot of each step; None of one that has no time. Raises Overtaken when one is not as it was seen."""
        found = self._found([step.what for step in steps if step.what.pk])
        by_key = {slot.pk: slot for slot in found}
        by_session = {slot.session_id: slot for slot in found if slot.session_id}
        held: list[Slot | None] = []
        for step in steps:
            what = step.what
            slot = by_session.get(what.pk) if isinstance(what, Session) else by_key.get(what.pk)
            if what.pk and self._version(what, slot) != step.seen:
                raise self._overtaken(what)
            held.append(slot)
        return held

    def _version(self, what: Session | Slot, slot: Slot | None) -> int | None:
        if slot is not None:
            return slot.version
        if isinstance(what, Slot):
            return None
        if not self.edition.sessions.filter(pk=what.pk).exists():
            raise Refusal(_("That session is not there any more."))
        last = Move.objects.of(what).first()
        return last.number if last else 0

    def _overtaken(self, what: Session | Slot) -> Overtaken:
        moves = (
            Move.objects.of(what)
            if isinstance(what, Session)
            else Move.objects.of_gone(self.edition, what.pk)
        )
        last = moves.select_related("by", "session").first()
        said = str(last) if last else _("“%(what)s” was changed") % {"what": getattr(what, "title", what)}
        return Overtaken(_("Meanwhile %(said)s. Nothing of yours was done yet.") % {"said": said})

    def _back(self, move: Move) -> Step:
        what: Session | Slot = move.session or move.slot or Slot(title=move.title, is_blocker=move.is_blocker)
        if what.pk is None and move.after is not None:
            raise self._overtaken(Slot(pk=move.slot_key))
        return Step(what, self._kept(move.before), move.number if what.pk else 0)

    def _kept(self, kept: dict[str, Any] | None) -> Stretch | None:
        if kept is None:
            return None
        day = self.edition.days.filter(pk=kept["day"]).first()
        room = self.edition.rooms.filter(pk=kept["room"]).first() if kept["room"] else None
        if day is None or (kept["room"] and room is None):
            raise Refusal(_("The day or the room where it was is gone."))
        starts_at, ends_at = (datetime.fromisoformat(kept[name]) for name in ("starts_at", "ends_at"))
        return Stretch(day, room, starts_at, ends_at)

    # --- the deed ---

    def _carry_out(self, steps: Sequence[Step], *, undoes: int | None = None) -> Done:
        number = Move.objects.last_number(self.edition) + 1
        pairs = zip(steps, self._held(steps), strict=True)
        wanted = [(step, slot) for step, slot in pairs if self._is_news(step.to, slot)]
        if not wanted:
            return Done(number - 1)
        deed = self._tried(number, wanted)
        earlier, later = deed.clashes_before, list(Clash.among(deed.around))
        clashing = [clash for clash in later if any(clash.concerns(slot) for slot in deed.put)]
        given = {clash.same for clash in earlier if clash.reason}
        asked = [clash for clash in clashing if clash.same not in given]
        if asked and not self.reason:
            raise Clashing(Clash.sorted(asked))
        for slot in deed.put:
            slot.reason = (self.reason or slot.reason) if any(one.concerns(slot) for one in clashing) else ""
        reason = self.reason if clashing else ""
        moves = deed.write(self.edition, by=self.by, reason=reason, undoes=undoes)
        concerned = [clash for clash in [*earlier, *later] if any(clash.concerns(slot) for slot in deed.all)]
        touched = {slot.pk for clash in concerned for slot in clash.slots} | {slot.pk for slot in deed.all}
        differs = {(clash.same, clash.reason) for clash in earlier} != {
            (one.same, one.reason) for one in later
        }
        return Done(number, moves, deed.around, touched, differs)

    def _is_news(self, to: Stretch | None, slot: Slot | None) -> bool:
        """Whether a step changes anything; what stays where it is may be given another reason."""
        if slot is None or to is None:
            return (slot is None) != (to is None)
        return to != Stretch.of(slot) or bool(self.reason and self.reason != slot.reason)

    def _tried(self, number: int, wanted: list[tuple[Step, Slot | None]]) -> Deed:
        """The deed in memory, among all that takes place when something is taken from or put to. Four queries."""
        stretches = [one for step, slot in wanted for one in (step.to, slot and Stretch.of(slot)) if one]
        within = Q()
        for starts_at, ends_at in merged(stretches):
            within |= Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
        deed = Deed(number, Slot.objects.for_clashes(self.edition).filter(within))
        here = {slot.pk: slot for slot in deed.around}
        for step, slot in wanted:
            if step.to:
                belongs(step.to, self.edition)
            deed.apply(here[slot.pk] if slot else step.slot(), step.to)
        return deed
