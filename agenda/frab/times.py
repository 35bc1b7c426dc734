"""Dates, times and durations as files write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

YEARS = range(1980, 2200)
LONGEST = timedelta(hours=24)

_ISO = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,5})M)?(?:\d{1,5}(?:\.\d+)?S)?)?")


def a_date(value: Any) -> date | None:
    """A date, also the one of a date with time."""
    try:
        found = date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None
    return found if found.year in YEARS else None


def a_moment(value: Any, zone: ZoneInfo) -> datetime | None:
    """A date with a time, to the minute; where it names no offset, it is local to `zone`."""
    text = str(value).strip()
    try:
        found = datetime.fromisoformat(text) if len(text) > 10 else None
    except ValueError:
        return None
    if found is None or found.year not in YEARS:
        return None
    found = found.replace(second=0, microsecond=0)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def a_time(value: Any) -> time | None:
    """A time of the day: 09:30, 9:30 or 09:30:00."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", str(value).strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def a_duration(value: Any) -> timedelta | None:
    """How long something takes: 01:30, 01:30:00, PT1H30M, or minutes. None when it cannot be read."""
    text = str(value).strip()
    if found := re.fullmatch(r"(\d{1,6}):(\d{1,2})(?::\d{1,2})?", text):
        return timedelta(hours=int(found[1]), minutes=int(found[2]))
    if found := re.fullmatch(r"\d{1,6}", text):
        return timedelta(minutes=int(text))
    found = _ISO.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def lasting(starts_at: datetime, ends_at: datetime) -> timedelta:
    """How long it is between two moments. Of two in one time zone a plain difference is what the clock says, which is
    an hour off where the clock changes between them."""
    return ends_at.astimezone(UTC) - starts_at.astimezone(UTC)


def written(duration: timedelta) -> str:
    """As both formats write it: 01:30."""
    minutes = int(duration.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
