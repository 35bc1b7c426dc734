"""The panel of one thing on the timetable: what is to be known of it, and everything that can be done with it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.utils.translation import gettext as _

from agenda.admin.timetable_cell import USUAL_MINUTES, Cell, Cells
from agenda.admin.timetable_forms import DeedForm, OffForm, PlaceForm, ShiftForm, SwapForm, UndoForm
from agenda.models import Clash, Clashing, Done, Move, Rearrangement, Session, Slot, Step
from agenda.models.slot import who_speaks
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition

KEY = re.compile(r"(session|slot)-([1-9][0-9]{0,17})")
HISTORY = 20  # moves are shown


class Panel:
    """One session, break or blocker of an edition, by its key. Raises Http404 when there was never one.

    A break that is gone still has its history, from which it can be brought back.
    """

    def __init__(self, edition: Edition, key: str) -> None:
        found = KEY.fullmatch(key)
        if found is None:
            raise Http404
        self.edition, self.key = edition, key
        self.session: Session | None = None
        self.slot: Slot | None = None
        if found[1] == "session":
            self.session = (
                edition.sessions.select_related("slot__day", "slot__room").filter(pk=found[2]).first()
            )
            if self.session is None:
                raise Http404
            try:
                self.slot = self.session.slot
            except ObjectDoesNotExist:
                self.slot = None
        else:
            slots = Slot.objects.of_edition(edition).select_related("day", "room")
            self.slot = slots.filter(pk=found[2], session=None).first()
        self._slot_key = int(found[2])
        if not self.session and not self.slot and not self.moves:
            raise Http404

    @property
    def what(self) -> Session | Slot:
        """What a step is of; of a break that is gone, its key."""
        return self.session or self.slot or Slot(pk=self._slot_key)

    @property
    def title(self) -> str:
        """What it is."""
        return str(self.session or (self.slot.title if self.slot else self.moves[0].title))

    @cached_property
    def moves(self) -> list[Move]:
        """Its history, the newest first."""
        if self.session:
            return list(Move.objects.of(self.session).select_related("by", "session")[:HISTORY])
        return list(Move.objects.of_gone(self.edition, self._slot_key)[:HISTORY])

    @property
    def version(self) -> int:
        """The number of the last move that was made with it."""
        if self.slot:
            return self.slot.version
        return self.moves[0].number if self.moves else 0

    @cached_property
    def cell(self) -> Cell:
        """What the page shows of it."""
        if self.slot is None:
            assert self.session
            sessions = self.edition.sessions.select_related("track", "format")
            session = sessions.prefetch_related(who_speaks("appearances")).get(pk=self.session.pk)
            return Cells(self.edition, None, []).of_session(session, self.version)
        slot = Slot.objects.for_clashes(self.edition).get(pk=self.slot.pk)
        return Cells(self.edition, slot.day, Clash.of(slot)).of(slot)

    # --- what can be done ---

    @cached_property
    def deeds(self) -> dict[str, DeedForm]:
        """The forms, by the deed that each is for."""
        return {name: form for name in ("move", "swap", "shift", "off", "undo") if (form := self.form(name))}

    def form(self, deed: str, data: Any = None) -> DeedForm | None:
        """The form of a deed; None when it cannot be done with this now."""
        seen = {"seen": self.version}
        match deed:
            case "move" if self.session or self.slot or data:
                standing = PlaceForm.standing(self.slot) if self.slot else {"minutes": self._usual_minutes}
                return PlaceForm(data, initial=standing | seen, edition=self.edition)
            case "swap" if self.slot or data:
                return SwapForm(data, initial=seen, slots=self._others)
            case "shift" if self.slot or data:
                last = Move.objects.last_number(self.edition)
                return ShiftForm(data, initial={"seen": last})
            case "off" if self.slot or data:
                return OffForm(data, initial=seen)
            case "undo" if (self.moves and self.moves[0].number == self.version) or data:
                return UndoForm(data, initial=seen)
        return None

    @property
    def at_once(self) -> int:
        """How many were moved with it the last time, itself included: all are put back together."""
        return Move.objects.made_at_once(self.edition, self.version).count()

    @property
    def _usual_minutes(self) -> int:
        return self.session.format.minutes if self.session and self.session.format else USUAL_MINUTES

    @property
    def _others(self) -> list[Slot]:
        if self.slot is None:
            return []
        others = Slot.objects.of_edition(self.edition).on_day(self.slot.day_id).select_related("session")
        return [slot for slot in others if slot.pk != self.slot.pk]

    def carry_out(self, deed: str, form: Any, *, by: Actor) -> Done:
        """Do what a valid form asks for. Raises Refusal."""
        said = form.cleaned_data
        rearrangement = Rearrangement(self.edition, by=by, reason=said["reason"])
        match deed:
            case "move":
                return rearrangement.move(Step(self.what, form.stretch(), said["seen"]))
            case "swap":
                other: Slot = form.chosen()
                rival = Step(other.session or other, None, other.version)
                return rearrangement.swap(Step(self.what, None, said["seen"]), rival)
            case "shift":
                first = Step(self.what, None, said["seen"])
                return rearrangement.shift(first, said["minutes"], all_rooms=said["where"] == "all")
            case "off":
                return rearrangement.move(Step(self.what, None, said["seen"]))
            case "undo":
                return rearrangement.undo(said["seen"])
        raise Http404

    def refused(self, deed: str, data: Any, refusal: Refusal) -> None:
        """Keep what was wanted in its form, with why it was not done, so that it can be done again."""
        kept = data.copy()
        current = self.form(deed)
        if current is not None and deed != "undo":
            kept["seen"] = current.initial["seen"]
        self.keep(deed, self.form(deed, kept))
        form = self.deeds[deed]
        if form.is_valid() or not form.has_error("reason"):
            form.add_error(None, str(refusal))
        if isinstance(refusal, Clashing):
            form.add_error("reason", _("Write why, to do it all the same."))

    def keep(self, deed: str, form: DeedForm | None) -> None:
        """Show this form in the place of an empty one."""
        if form is not None:
            self.deeds[deed] = form
