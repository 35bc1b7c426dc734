"""A made-up edition with a programme of any size, for what is measured on public pages. Django must have been set up.

Titles, names and abstracts have the lengths of real ones; nobody in it exists.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count, cycle
from typing import Any

from django.utils import timezone

from agenda.models import Appearance, Day, Format, Release, Room, Session, Slot, Track
from agenda.models.appearance import Role
from forum.actor import Actor
from forum.models import Edition, Page, StakeholderGroup
from speakers.models import Speaker

TITLES = (
    "Due diligence by law, year {n}: what changed on the factory floor",
    "The price of a late order",
    "Partnerships that outlive the project, and what happened to the other {n}",
    "Hearing workers without a telephone: {n} ways that were tried at sea",
    "Who pays for recruitment",
    "A grievance line that somebody answers: numbers from {n} sites",
)
ABSTRACT = (
    "Companies under the new laws have filed their first reports. Their suppliers have filled in their first "
    "thousand questionnaires. Between the two lies the question of this panel: which duty led somebody to do "
    "something different?\n\nA lawyer, a mill owner and a public purchaser compare one year of evidence, clause by "
    "clause, and name the two articles they would rewrite. Number {n}."
)
FIRST = (
    "Anong",
    "Thiri",
    "Sokha",
    "Elena",
    "Matthias",
    "Shafiqul",
    "Annika",
    "Daniel",
    "Catherine",
    "Myo",
    "Fiona",
)
LAST = (
    "Saelim",
    "Myat Noe",
    "Vannarith",
    "Marchetti",
    "Oberlechner",
    "Bari",
    "Laine",
    "Okwuosa",
    "Aubin",
    "Reid",
)
PEOPLE_IN_A_SESSION = 3


def edition(
    *,
    sessions: int,
    speakers: int,
    days: int,
    rooms: int,
    minutes: int = 60,
    starts_on: date,
    published_days_ago: int = 30,
) -> Edition:
    """Make and release an edition in which `sessions` sessions of `minutes` fill the days and rooms evenly."""
    made = Edition.objects.create(
        slug=f"{starts_on.year}-{sessions}",
        name={"en": "Forum on Responsible Sourcing", "th": "ฟอรัมการจัดหาอย่างรับผิดชอบ"},
        tagline="Three days on what works, with the people whose work it is.",
        about=ABSTRACT.format(n=0),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=days - 1),
        time_zone="Asia/Bangkok",
        city="Bangkok",
        country="TH",
        languages=["en", "th", "my"],
        contact_email="hello@example.org",
        published_at=timezone.now() - timedelta(days=published_days_ago),
        registration_opens_at=timezone.now() - timedelta(days=published_days_ago),
    )
    for number, slug in enumerate(("about", "practical", "privacy", "terms")):
        Page.objects.create(edition=made, slug=slug, title=slug.title(), body=ABSTRACT, in_menu=number < 2)
    groups = [
        StakeholderGroup.objects.create(
            edition=made, slug=f"group-{n}", name=f"Stakeholder group {n}", position=n
        )
        for n in range(8)
    ]
    _programme(made, _people(made, groups, speakers), sessions, days, rooms, minutes)
    Release.publish(made, by=Actor.system(), after=0)
    return made


def _people(edition: Edition, groups: list[StakeholderGroup], speakers: int) -> list[Speaker]:
    people = []
    for number in range(speakers):
        first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
        person = Speaker.objects.create(
            edition=edition,
            name=f"{first} {last} {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number % 26]}.",
            organisation=f"Organisation for Fair Work No. {number % 90}",
            role="Director of responsible sourcing",
            bio=ABSTRACT.format(n=number),
            group=groups[number % len(groups)],
            country=("TH", "MM", "KH", "DE", "BD")[number % 5],
            is_featured=number < 8,
        )
        person.agree("listed")
        people.append(person)
    return people


def _programme(
    edition: Edition, people: list[Speaker], sessions: int, days: int, rooms: int, minutes: int
) -> None:
    in_rooms = [
        Room.objects.create(edition=edition, name=f"Hall {n + 1}", capacity=100, position=n)
        for n in range(rooms)
    ]
    tracks = [
        Track.objects.create(edition=edition, name=f"Track number {n + 1}", position=n) for n in range(4)
    ]
    formats = [
        Format.objects.create(edition=edition, name=name)
        for name in ("Plenary", "Panel", "Workshop", "Case clinic")
    ]
    rows = -(-sessions // (days * rooms))
    left, speaking = count(), cycle(people)
    for number in range(days):
        opens = datetime.combine(edition.starts_on + timedelta(days=number), time(9), edition.zone)
        closes = opens + timedelta(minutes=(rows + 1) * minutes)
        day = Day.objects.create(
            edition=edition,
            date=opens.date(),
            focus=f"Focus area of day {number + 1}",
            starts_at=opens,
            ends_at=closes,
        )
        Slot.objects.create(
            day=day, title="Lunch", starts_at=closes - timedelta(minutes=minutes), ends_at=closes
        )
        for row in range(rows):
            for room in in_rooms:
                n = next(left)
                if n >= sessions:
                    return
                _session(
                    edition,
                    n,
                    day,
                    room,
                    opens + timedelta(minutes=row * minutes),
                    minutes,
                    {
                        "track": tracks[n % len(tracks)],
                        "format": formats[n % len(formats)],
                    },
                    [next(speaking) for _ in range(PEOPLE_IN_A_SESSION)],
                )


def _session(
    edition: Edition,
    n: int,
    day: Day,
    room: Room,
    starts_at: datetime,
    minutes: int,
    fields: dict[str, Any],
    who: list[Speaker],
) -> None:
    session = Session.objects.create(
        edition=edition,
        title=TITLES[n % len(TITLES)].format(n=n),
        abstract=ABSTRACT.format(n=n),
        spoken_languages=["en"],
        interpreted_languages=["th", "my"] if n % 2 else [],
        status=Session.Status.CONFIRMED,
        **fields,
    )
    Slot.objects.create(
        day=day,
        room=room,
        session=session,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
    )
    Appearance.objects.bulk_create(
        Appearance(
            session=session,
            speaker=one,
            position=position,
            role=(Role.MODERATOR if position == 0 else Role.PANELLIST),
        )
        for position, one in enumerate(who)
    )
