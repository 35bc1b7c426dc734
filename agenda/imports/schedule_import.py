"""A programme from a file, on its way into an edition."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agenda.frab.programme import Programme, Remark
from agenda.frab.reading import read
from agenda.frab.times import lasting
from agenda.imports.frame import Frame
from agenda.imports.people import People
from agenda.imports.plan import Plan
from agenda.imports.sessions import Sessions
from agenda.models import Clash, Slot, noted
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, PublicChange

MOST_CLASHES = 12  # are listed

log = logging.getLogger(__name__)


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
        return self._parts(*self._read())[0]

    def carry_out(self, *, expected: str | None = None) -> Plan:
        """Do it, all or nothing, and say what was done; a second time there is nothing left to do.

        `expected` is the fingerprint of the plan that somebody agreed to. Raises Refusal when it is another one by now,
        because somebody else worked on the agenda meanwhile, and OtherDates when there is an obstacle.
        """
        programme, obstacle = self._read()  # before anything is held: a large file takes its time
        try:
            with transaction.atomic():
                return self._write(programme, obstacle, expected)
        except IntegrityError as error:  # somebody made or agreed to something that was to be made here
            log.warning("An import met a record that was made meanwhile", exc_info=True)
            raise _changed() from error

    def _write(self, programme: Programme, obstacle: str, expected: str | None) -> Plan:
        _hold(self.edition)
        plan, frame, people, sessions = self._parts(programme, obstacle)
        if plan.obstacle:
            raise OtherDates(plan.obstacle)
        if expected is not None and plan.fingerprint != expected:
            raise _changed()
        with noted(self.edition, by=Actor.system()):
            for share in frame.shares:
                share.carry_out()
            people.carry_out()
            sessions.carry_out()
        if not plan.is_idle:
            PublicChange.note()
        return plan

    def _read(self) -> tuple[Programme, str]:
        programme = read(self.data, self.edition.zone)
        if not programme.events:
            raise Refusal(_("There is no session in this file that could be imported."))
        return programme, self._set_dates(programme)

    def _parts(self, programme: Programme, obstacle: str) -> tuple[Plan, Frame, People, Sessions]:
        edition = self.edition
        language = self.language or edition.main_language
        frame = Frame(edition, programme, language)
        people = People(edition, programme, agreed=self.speakers_agreed)
        sessions = Sessions(edition, programme, language, frame, people)
        remarks = [*_seen_at_once(sessions), *people.remarks, *programme.remarks, *sessions.remarks]
        remarks += self._clashes(sessions)
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
        slots = [*planned, *others]
        # One track at the same time, and hours that a speaker has told us: a file may have its reasons.
        clashes = chain(Clash.of_rooms(slots), Clash.of_speakers(slots, sessions.speakers_of))
        found = [Remark(str(clash)) for clash in islice(clashes, MOST_CLASHES + 1)]
        if len(found) > MOST_CLASHES:
            found[MOST_CLASHES] = Remark(_("There are more overlaps, which are not listed."))
        return found


def _changed() -> Refusal:
    return Refusal(
        _("The agenda was changed a moment ago. Nothing was imported: please check the new preview.")
    )


def _hold(edition: Edition) -> None:
    """Nobody else changes what may be overwritten, so that it is merged into what is there by then. Others may go on
    referring to all of it: tickets are sold meanwhile."""
    Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    for records in (
        edition.days.all(),
        edition.rooms.all(),
        edition.sessions.all(),
        Slot.objects.of_edition(edition),
        edition.speakers.all(),
    ):
        list(records.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _seen_at_once(sessions: Sessions) -> list[Remark]:
    count = sessions.seen_at_once
    said = ngettext(
        "%(count)s session is public already: its title, text, track, format or language changes there at once, "
        "without a release.",
        "%(count)s sessions are public already: their titles, texts, tracks, formats or languages change there at "
        "once, without a release.",
        count,
    )
    return [Remark(said % {"count": count})] if count else []


def _move(programme: Programme, by: timedelta, edition: Edition) -> None:
    def moved(moment: datetime | None) -> datetime | None:
        return moment.replace(tzinfo=edition.zone) + by if moment else None

    def moved_on(day: date | None) -> date | None:
        return day + by if day else None

    for day in programme.days:
        day.date += by
        day.starts_at, day.ends_at = moved(day.starts_at), moved(day.ends_at)
    for event in programme.events:
        duration = lasting(event.starts_at, event.ends_at) if event.starts_at and event.ends_at else None
        event.day, event.starts_at = moved_on(event.day), moved(event.starts_at)
        if event.starts_at and duration:
            event.ends_at = (event.starts_at.astimezone(UTC) + duration).astimezone(edition.zone)
