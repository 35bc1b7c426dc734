"""Who speaks about what, where and when, and the releases that show it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from agenda.models import Appearance, Clash, ClashKind, Release, Session, Slot
from agenda.models.appearance import Role
from forum.actor import Actor
from forum.models import Job
from forum.site.seed.editions import Ground
from forum.site.seed.portraits import portrait
from speakers.models import Consent, Speaker

PARALLEL = "There are more sessions than hours; the rapporteurs of both report in the plenary."
WHOLE_PICTURE = {"left": 0.0, "top": 0.0, "size": 1.0}


def speakers(ground: Ground, rows: list[dict[str, Any]]) -> dict[str, Speaker]:
    """Make the profiles, each listed by its own consent; those with a portrait keep it as their photo."""
    made = {}
    for row in rows:
        own_script = f"\n\n*In their own script: {row['native_name']}*" if "native_name" in row else ""
        speaker = made[row["slug"]] = Speaker.objects.create(
            edition=ground.edition,
            slug=row["slug"],
            email=f"{row['slug']}@example.org",
            group=ground.groups[row.get("group") or row["file"]],
            **{name: row[name] for name in ("name", "role", "organisation", "country")},
            bio=row["bio"] + own_script,
            links=row.get("links", []),
            is_featured=row.get("featured", False),
        )
        speaker.agree(Consent.Scope.LISTED)
        if "portrait" in row:
            speaker.agree(Consent.Scope.PHOTOGRAPHED)
    return made


def sessions(
    ground: Ground, rows: list[dict[str, Any]], who: dict[str, Speaker], *, by: Actor
) -> dict[str, Session]:
    """Make the sessions with their slots and appearances; those without a time stay drafts. Those to be cancelled
    are confirmed like the others: `releases` cancels them when the public has seen them."""
    made = {}
    for row in rows:
        session = made[row["slug"]] = Session.objects.create(
            edition=ground.edition,
            slug=row["slug"],
            title=row["title"],
            abstract=row["abstract"],
            track=ground.tracks[row["track"]],
            format=ground.formats[row["format"]],
            spoken_languages=row["spoken"],
            interpreted_languages=row.get("interpreted", []),
            access=row.get("access", Session.Access.OPEN),
        )
        named = [(role, slug) for role in Role.values for slug in row.get(role, [])]
        Appearance.objects.bulk_create(
            Appearance(session=session, speaker=who[slug], role=role, position=position)
            for position, (role, slug) in enumerate(named)
        )
        if "day" in row:
            _slot(ground, row, session=session, minutes=ground.formats[row["format"]].minutes)
            session.confirm(by=by)
    for row in ground.breaks:
        for day in row["day"] if isinstance(row["day"], list) else [row["day"]]:
            _slot(ground, {**row, "day": day}, title=row["title"], minutes=row["minutes"])
    return made


def _slot(ground: Ground, row: dict[str, Any], *, minutes: int, **holds: Any) -> None:
    starts_at = ground.moment(row["day"], row["start"])
    slot = Slot(
        day=ground.days[row["day"] - 1],
        room=ground.rooms[row["room"]] if "room" in row else None,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **holds,
    )
    clashes = Clash.of(slot)
    if clashes and all(clash.kind == ClashKind.TRACK for clash in clashes):
        slot.reason = PARALLEL
    slot.full_clean()  # refuses all other clashes
    slot.save()


def releases(ground: Ground, rows: list[dict[str, Any]], made: dict[str, Session], *, by: Actor) -> None:
    """Show the programme to the public; then cancel what is cancelled, and show that."""
    Release.publish(ground.edition, by=by, after=0, note=ground.notes["first"], is_silent=True)
    cancelled = [made[row["slug"]] for row in rows if row.get("cancelled")]
    if cancelled:
        for session in cancelled:
            session.cancel(by=by)
        Release.publish(ground.edition, by=by, after=1, note=ground.notes["cancelled"], is_silent=True)


def photos(who: dict[str, Speaker], rows: list[dict[str, Any]]) -> list[Job]:
    """Hand in the portraits; the jobs make the sizes that are shown."""
    return [
        who[row["slug"]].keep_photo(ContentFile(portrait(row["slug"], row["portrait"])), WHOLE_PICTURE)
        for row in rows
        if "portrait" in row
    ]
