"""The released agenda of an edition as a programme, ready to be written into a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from agenda.frab.identity import everywhere, told_apart
from agenda.frab.programme import EVERYWHERE, Day, Event, Person, Programme, Room, Track
from agenda.frab.texts import clean, line
from agenda.models import Release, ReleasedSlot
from forum.models import Edition


def acronym_of(edition: Edition) -> str:
    """The edition's slug as both formats take it: four signs or more, no hyphen."""
    acronym = edition.slug.replace("-", "_")
    return acronym if len(acronym) >= 4 else f"edition_{acronym}"


def programme_of(
    edition: Edition, release: Release | None, slots: Iterable[ReleasedSlot], *, url: str
) -> Programme:
    """What `slots` of a release show, in the active language; those who speak are in `session.speaking`.

    `url` is where the file itself lies. Sessions in all rooms stand in one of that name.
    """
    slots = sorted((slot for slot in slots if slot.session), key=_order)
    rooms = {slot.room_id: slot.room for slot in slots if slot.room}
    tracks = {
        slot.session.track_id: slot.session.track for slot in slots if slot.session and slot.session.track
    }
    in_order = sorted(rooms.values(), key=lambda room: (room.position, room.pk))
    # By their names both formats know them, so no two may have the same.
    names = told_apart(((room.pk, line(str(room.name))) for room in in_order), taken=everywhere())
    programme = Programme(
        title=line(str(edition.name)),
        acronym=acronym_of(edition),
        version=str(release.number if release else 0),
        zone_name=edition.time_zone,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        base_url=f"{settings.SITE_URL}/",
        url=url,
        days=_days(edition),
        rooms=[Room(names[room.pk], room.guid, room.capacity) for room in in_order],
        tracks=[
            Track(line(str(track.name)), track.colour)
            for track in sorted(tracks.values(), key=lambda track: (track.position, track.pk))
        ],
        events=[_event(edition, slot, names) for slot in slots],
    )
    if any(event.room == EVERYWHERE for event in programme.events):
        programme.rooms.insert(0, Room(EVERYWHERE))
    return programme


def room_name(name: str | None) -> str:
    """The name of a room as it is written; all rooms have one too."""
    return name or _("All rooms")


def _order(slot: ReleasedSlot) -> tuple[object, ...]:
    return slot.day.date, slot.room.position if slot.room else -1, slot.room_id or 0, slot.starts_at, slot.pk


def _days(edition: Edition) -> list[Day]:
    zone = edition.zone
    days = [
        Day(day.date, day.starts_at.astimezone(zone), day.ends_at.astimezone(zone))
        for day in edition.days.all()
    ]
    if days:
        return days
    # The formats know no schedule without a day.
    dates = [
        edition.starts_on + timedelta(days=number)
        for number in range((edition.ends_on - edition.starts_on).days + 1)
    ]
    return [Day(date, edition.midnight(date), edition.midnight(date + timedelta(days=1))) for date in dates]


def _event(edition: Edition, slot: ReleasedSlot, names: Mapping[int, str]) -> Event:
    session, zone = slot.session, edition.zone
    assert session is not None
    return Event(
        title=line(str(session.title)),
        guid=session.guid,
        day=slot.day.date,
        starts_at=slot.starts_at.astimezone(zone),
        ends_at=slot.ends_at.astimezone(zone),
        room=names[slot.room.pk] if slot.room else EVERYWHERE,
        number=session.number,
        slug=session.slug,
        abstract=clean(str(session.abstract)),
        track=line(str(session.track.name)) if session.track else "",
        kind=line(str(session.format.name)) if session.format else "",
        language=next(iter(session.spoken_languages), ""),
        persons=[
            Person(
                line(one.speaker.name),
                one.speaker.guid,
                one.speaker.number,
                url=edition.link(edition.path("speaker", slug=one.speaker.slug)),
            )
            for one in session.speaking  # type: ignore[attr-defined]
        ],
        url=edition.link(edition.path("session", slug=session.slug)),
    )
