"""The two editions with what stands around their programmes: groups, days, rooms, pages, partners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from agenda.models import Day, Format, Room, Track
from forum.models import Edition, Page, Partner, StakeholderGroup
from forum.site.seed import content
from forum.site.seed.logos import logo

ANNOUNCED = timedelta(days=100)
OPENED = timedelta(days=45)
AHEAD = timedelta(days=70)
PAGES = {"about": True, "practical": True, "code-of-conduct": False, "privacy": False, "terms": False}


@dataclass(frozen=True)
class Ground:
    """An edition and what its programme stands on, by the short names used in the demo's files."""

    edition: Edition
    groups: dict[str, StakeholderGroup]
    days: list[Day]
    rooms: dict[str, Room]
    tracks: dict[str, Track]
    formats: dict[str, Format]
    breaks: list[dict[str, Any]]
    notes: dict[str, Any]

    def moment(self, day: int, at: str) -> datetime:
        """The moment at which it is `at` (HH:MM, local) on day number `day`."""
        return datetime.combine(self.days[day - 1].date, time.fromisoformat(at), self.edition.zone)


def coming_first_day(today: date) -> date:
    """The Tuesday that comes first when ten weeks have gone by."""
    ahead = today + AHEAD
    return ahead + timedelta(days=(1 - ahead.weekday()) % 7)


def coming() -> Ground:
    """Make the coming edition: announced a while ago, registration open since six weeks."""
    told = content.table("edition.toml")
    starts_on = coming_first_day(timezone.localdate())
    now = timezone.now()
    edition = _edition(
        told,
        slug=str(starts_on.year),
        starts_on=starts_on,
        published_at=now - ANNOUNCED,
        registration_opens_at=now - OPENED,
        payment_instructions=content.page("payment", {})[1],
    )
    _pages(edition)
    for position, row in enumerate(content.table("partners.toml")["partner"]):
        partner = Partner(
            edition=edition,
            name=row["name"],
            role=row["role"],
            description=row["description"],
            website=row["url"],
            position=position,
        )
        partner.logo.save(f"{row['mark']}.png", ContentFile(logo(row["mark"], row["colour"])), save=False)
        partner.save()
    return _ground(edition, told)


def earlier() -> Ground:
    """Make the first edition, of November 2017."""
    told = content.table("earlier/edition.toml")
    starts_on = told["edition"]["starts_on"]
    published_at = datetime(2017, 6, 1, tzinfo=timezone.get_default_timezone())
    edition = _edition(
        told,
        slug=told["edition"]["slug"],
        starts_on=starts_on,
        published_at=published_at,
        registration_opens_at=published_at,
        outcome=told["edition"]["outcome"],
    )
    return _ground(edition, told)


def _edition(told: dict[str, Any], *, starts_on: date, **fields: Any) -> Edition:
    row = told["edition"]
    same = ("name", "tagline", "about", "address", "city", "country", "time_zone", "currency", "languages")
    billing = ("issuer_name", "issuer_address", "issuer_tax_number", "tax_rate")
    return Edition.objects.create(
        **{name: row[name] for name in (*same, "accent", "contact_email")},
        **{name: row[name] for name in billing if name in row},
        place=row["venue"],
        brings=content.as_list(row["brings"]),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=len(told["day"]) - 1),
        **fields,
    )


def _pages(edition: Edition) -> None:
    words = {"contact": edition.contact_email, "venue": edition.place, "address": edition.address}
    for position, (slug, in_menu) in enumerate(PAGES.items()):
        title, body = content.page(slug, words)
        Page.objects.create(
            edition=edition, slug=slug, title=title, body=body, in_menu=in_menu, position=position
        )


def _ground(edition: Edition, told: dict[str, Any]) -> Ground:
    days = []
    for number, row in enumerate(told["day"]):
        on = edition.starts_on + timedelta(days=number)
        starts_at, ends_at = (
            datetime.combine(on, time.fromisoformat(row[name]), edition.zone) for name in ("opens", "closes")
        )
        days.append(
            Day.objects.create(
                edition=edition,
                date=on,
                focus=row["focus"],
                description=row["summary"],
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )
    return Ground(
        edition=edition,
        groups=_groups(edition),
        days=days,
        rooms=_named(Room, edition, told["room"], "directions", "capacity"),
        tracks=_named(Track, edition, told["track"], "colour"),
        formats=_named(Format, edition, told["format"], "minutes"),
        breaks=told["break"],
        notes=told["release"],
    )


def _groups(edition: Edition) -> dict[str, StakeholderGroup]:
    groups: dict[str, StakeholderGroup] = {}
    for position, row in enumerate(content.table("groups.toml")["group"]):
        groups[row["slug"]] = StakeholderGroup.objects.create(
            edition=edition,
            slug=row["slug"],
            name=row["name"],
            description=row["description"],
            colour=row["colour"],
            shown_as=groups.get(row.get("shown_as", "")),
            position=position,
        )
    return groups


def _named(model: Any, edition: Edition, rows: list[dict[str, Any]], *fields: str) -> dict[str, Any]:
    return {
        row["slug"]: model.objects.create(
            edition=edition, name=row["name"], position=position, **{field: row[field] for field in fields}
        )
        for position, row in enumerate(rows)
    }
