"""One thing on the timetable's page: a session, break or blocker with its time, or a session without one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agenda.models import Clash, Day, Release, Session, Slot
from forum.models import Edition
from speakers.models import Availability, Speaker

USUAL_MINUTES = 60


def key_of(what: Session | Slot) -> str:
    """What a thing is called on the page and in its address; a session's stays, with a time and without."""
    if isinstance(what, Session):
        return f"session-{what.pk}"
    return f"session-{what.session_id}" if what.session_id else f"slot-{what.pk}"


def minutes_into(day: date, moment: datetime) -> int:
    """How many minutes of the day's clock a moment is after the day's midnight; more than 1440 on the night after."""
    local = timezone.localtime(moment)
    return (local.toordinal() - day.toordinal()) * 1440 + local.hour * 60 + local.minute


@dataclass
class Cell:
    """What the page shows of one thing. `slot` is None where it has no time; `clashes` are those that it is in."""

    slot: Slot | None
    session: Session | None
    version: int
    day: Day | None
    clashes: list[Clash]
    differs: str = ""
    """What a visitor does not know of it yet: "new", "moved", or nothing."""

    @cached_property
    def key(self) -> str:
        """Its name on the page."""
        return key_of(self.session or self.slot)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        """The page with all that can be done with it."""
        return reverse("admin:agenda_slot_timetable_panel", args=[self.key])

    @property
    def title(self) -> str:
        """What it is."""
        return str(self.session or (self.slot.title if self.slot else ""))

    @property
    def starts(self) -> int:
        """Minutes after the day's midnight."""
        assert self.slot
        return minutes_into(self.slot.day.date, self.slot.starts_at)

    @property
    def minutes(self) -> int:
        """How long it is; of what has no time, how long its format usually is."""
        if self.slot:
            return int((self.slot.ends_at - self.slot.starts_at).total_seconds()) // 60
        return self.session.format.minutes if self.session and self.session.format else USUAL_MINUTES

    @property
    def speakers(self) -> list[Speaker]:
        """Who speaks in it."""
        return [one.speaker for one in self.session.appearances.all()] if self.session else []

    @property
    def speaker_keys(self) -> str:
        """Their keys, for what finds others with the same people."""
        return " ".join(str(speaker.pk) for speaker in self.speakers)

    @property
    def away(self) -> str:
        """JSON: when on the page's day each of its speakers is not available, in minutes after midnight."""
        day = self.day
        if day is None:
            return "[]"
        return json.dumps(
            [
                {
                    "who": speaker.name,
                    "from": minutes_into(day.date, begins),
                    "until": minutes_into(day.date, ends),
                }
                for speaker in self.speakers
                for begins, ends in Availability.away(
                    speaker.availabilities.all(), day.starts_at, day.ends_at
                )
            ]
        )

    @property
    def state(self) -> str:
        """What kind of thing it is, beyond a confirmed session that everybody may attend; "" for such a one."""
        if self.session is None:
            return _("Blocker") if self.slot and self.slot.is_blocker else ""
        if self.session.status != Session.Status.CONFIRMED:
            return str(self.session.get_status_display())
        return _("Closed") if self.session.access == Session.Access.CLOSED else ""

    @property
    def kind(self) -> str:
        """How it looks: break, blocker, draft, cancelled, session."""
        if self.session is None:
            return "blocker" if self.slot and self.slot.is_blocker else "break"
        return "session" if self.session.status == Session.Status.CONFIRMED else self.session.status

    @property
    def differs_said(self) -> str:
        """The same in a word."""
        return {"new": _("New"), "moved": _("Moved"), "": ""}[self.differs]

    @property
    def reason(self) -> str:
        """Why it stands there in spite of its clashes."""
        return next((clash.reason for clash in self.clashes if clash.reason), "")

    @property
    def open_clashes(self) -> list[Clash]:
        """Its clashes that nobody has given a reason for."""
        return [clash for clash in self.clashes if not clash.reason]


class Cells:
    """Cells of one edition's timetable, beside what the public sees of it now; two queries."""

    def __init__(self, edition: Edition, day: Day | None, clashes: Iterable[Clash]) -> None:
        self._day = day
        self._of: dict[int, list[Clash]] = {}
        for clash in clashes:
            for slot in clash.slots:
                self._of.setdefault(id(slot), []).append(clash)
        release = Release.objects.current(edition)
        shown = (
            release.slots.values_list("session", "title", "starts_at", "ends_at", "room") if release else ()
        )
        shown = list(shown)
        self._released = {row[0]: tuple(row[2:]) for row in shown if row[0]}
        self._breaks = {(str(row[1]), *row[2:]) for row in shown if not row[0]}

    def of(self, slot: Slot) -> Cell:
        """The cell of something that has a time."""
        return Cell(
            slot, slot.session, slot.version, slot.day, self._of.get(id(slot), []), self._differs(slot)
        )

    def of_session(self, session: Session, version: int) -> Cell:
        """The cell of a session that has none."""
        return Cell(None, session, version, self._day, [])

    def _differs(self, slot: Slot) -> str:
        place: tuple[Any, ...] = (slot.starts_at, slot.ends_at, slot.room_id)
        if slot.session is None:
            return "" if slot.is_blocker or (str(slot.title), *place) in self._breaks else "new"
        if slot.session.status == Session.Status.DRAFT:
            return ""
        released = self._released.get(slot.session.pk)
        return "new" if released is None else "" if released == place else "moved"
