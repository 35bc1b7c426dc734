"""When an event begins, and which day of the programme that is: nights belong to the day before them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agenda.frab.raw import Words
from agenda.frab.times import a_date, a_moment, a_time

NIGHT_ENDS = time(5)  # an event that begins before it is of the day before, unless the file says otherwise


def is_of(moment: datetime, on: date) -> bool:
    """Whether a moment can be of a day: from its first hour to noon on the day after."""
    since = moment.replace(tzinfo=None) - datetime.combine(on, time())
    return timedelta() <= since < timedelta(hours=36)


@dataclass(frozen=True)
class Clock:
    """The clock of one file: its time zone, and the hour at which its days change."""

    zone: ZoneInfo
    night_ends: time

    def start(self, words: Words, day: date | None) -> datetime | None:
        """When an event begins: by its whole date, else by its time on the day under which it stands."""
        moment = a_moment(words.get("date"), self.zone)
        if moment is not None:
            return moment
        on, at = a_date(words.get("date")) or day, a_time(words.get("start"))
        if on is None or at is None:
            return None
        if at < self.night_ends:
            on += timedelta(days=1)
        return datetime.combine(on, at, self.zone)

    def day_of(self, moment: datetime, day: date | None, days: Collection[date]) -> date | None:
        """The day of a moment: the one under which it stands, if that can be, else one of the file's `days`; a day of
        its own only where it stands under none."""
        if day is not None and is_of(moment, day):
            return day
        before = moment.date() - timedelta(days=1)
        if moment.time() < self.night_ends and before in days:
            return before
        return moment.date() if moment.date() in days or day is None else None
