"""A programme from a file, on its way into an edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agenda.frab.programme import Programme, Remark
from agenda.frab.reading import read
from agenda.imports.clashes import clashes
from agenda.imports.frame import Frame
from agenda.imports.people import People
from agenda.imports.plan import Plan
from agenda.imports.sessions import Sessions
from agenda.models import Slot
from forum.errors import Refusal
from forum.models import Edition, PublicChange


class OtherDates(Refusal):
    """The days of the file are not those of the edition. What can be done about it says whoever asked."""


@dataclass
class ScheduleImport:
    """One file with what was decided about it.

    `language`: in which language its texts are kept. `moves_days`: its first day becomes the edition's first, the
    others follow, and times stay what the clock says. `speakers_agreed`: whoever brings it answers for it that its
    persons agreed to be named in public.
    """

    edition: Edition
    data: bytes
    language: str = ""
    moves_days: bool = False
    speakers_agreed: bool = False

    def plan(self) -> Plan:
        """What it would do, said without doing it. Raises Refusal when the file is no programme."""
        return self._parts()[0]

    @transaction.atomic
    def carry_out(self, *, expected: str | None = None) -> Plan:
        """Do it, all or nothing, and say what was done; a second time there is nothing left to do.

        `expected` is the fingerprint of the plan that somebody agreed to. Raises Refusal when it is another one by now,
        because somebody else worked on the agenda meanwhile, and OtherDates when there is an obstacle.
        """
        Edition.objects.select_for_update().get(pk=self.edition.pk)
        plan, frame, people, sessions = self._parts()
        if plan.obstacle:
            raise OtherDates(plan.obstacle)
        if expected is not None and plan.fingerprint != expected:
            raise Refusal(
                _("The agenda was changed a moment ago. Nothing was imported: please check the new preview.")
            )
        for share in frame.shares:
            share.carry_out()
        people.carry_out()
        sessions.carry_out()
        if not plan.is_idle:
            PublicChange.note()
        return plan

    def _parts(self) -> tuple[Plan, Frame, People, Sessions]:
        edition = self.edition
        programme = read(self.data, edition.zone)
        if not programme.events:
            raise Refusal(_("There is no session in this file that could be imported."))
        obstacle = self._set_dates(programme)
        language = self.language or edition.main_language
        frame = Frame(edition, programme, language)
        people = People(edition, programme, agreed=self.speakers_agreed)
        sessions = Sessions(edition, programme, language, frame, people)
        remarks = [*programme.remarks, *people.remarks, *sessions.remarks, *self._clashes(sessions)]
        shares = [sessions.share, people.share, *frame.shares]
        for share in shares:
            share.skipped = sum(1 for remark in remarks if remark.skipped == share.kind)
        return Plan(shares, remarks, obstacle, named=len(people.consents)), frame, people, sessions

    # --- dates ---

    def _set_dates(self, programme: Programme) -> str:
        """Move the days if that is wanted, and give the obstacle if they are not of this edition."""
        edition, dates = self.edition, [day.date for day in programme.days]
        if not dates:
            return ""
        if self.moves_days:
            _move(programme, edition.starts_on - min(dates), edition)
            dates = [day.date for day in programme.days]
        outside = [one for one in dates if not edition.starts_on <= one <= edition.ends_on]
        told = {
            "first": date_format(min(dates), "j F Y"),
            "last": date_format(max(dates), "j F Y"),
            "starts_on": date_format(edition.starts_on, "j F Y"),
            "ends_on": date_format(edition.ends_on, "j F Y"),
        }
        if len(outside) == len(dates):
            return (
                _(
                    "The days of this file (%(first)s to %(last)s) are not those of this edition (%(starts_on)s to "
                    "%(ends_on)s)."
                )
                % told
            )
        if outside:
            said = _(
                "The file goes from %(first)s to %(last)s, and the edition from %(starts_on)s to %(ends_on)s: "
                "days outside of it are made all the same."
            )
            programme.remarks.append(Remark(said % told))
        self._compare_zones(programme)
        return ""

    def _compare_zones(self, programme: Programme) -> None:
        zone = self.edition.zone
        for event in programme.events:
            at = event.starts_at
            if at is not None and at.utcoffset() != at.astimezone(zone).utcoffset():
                said = _(
                    "The file is in another time zone: %(there)s there is %(here)s here. Moving the days keeps "
                    "what the clock says."
                )
                here = at.astimezone(zone)
                programme.remarks.append(Remark(said % {"there": f"{at:%H:%M}", "here": f"{here:%H:%M}"}))
                return

    # --- clashes ---

    def _clashes(self, sessions: Sessions) -> list[Remark]:
        planned: list[Any] = [piece.record for piece in sessions.slots]
        known = {slot.pk for slot in planned if slot.pk}
        others = [slot for slot in Slot.objects.draft_of(self.edition) if slot.pk not in known]
        found = list(clashes([*planned, *others], sessions.speakers_of))
        most = 12
        if len(found) > most:
            left = len(found) - most
            said = ngettext(
                "%(count)s more overlap is not listed.", "%(count)s more overlaps are not listed.", left
            )
            found = [*found[:most], Remark(said % {"count": left})]
        return found


def _move(programme: Programme, by: timedelta, edition: Edition) -> None:
    def moved(moment: datetime | None) -> datetime | None:
        return moment.replace(tzinfo=edition.zone) + by if moment else None

    def moved_on(day: date | None) -> date | None:
        return day + by if day else None

    for day in programme.days:
        day.date += by
        day.starts_at, day.ends_at = moved(day.starts_at), moved(day.ends_at)
    for event in programme.events:
        event.day, event.starts_at, event.ends_at = (
            moved_on(event.day),
            moved(event.starts_at),
            moved(event.ends_at),
        )
