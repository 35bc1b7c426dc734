"""The agenda as search engines read it: schema.org Event with sub-events. Source: https://schema.org/Event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings

from agenda.models import ListedSlot, ShownSession
from forum.markdown import plain
from forum.models import Edition

STATUS = "https://schema.org/EventCancelled", "https://schema.org/EventScheduled"


def edition_event(edition: Edition, slots: Iterable[ListedSlot] = ()) -> dict[str, Any]:
    """The forum itself; what is in `slots` becomes its sub-events, breaks left out."""
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": str(edition.name),
        "description": str(edition.tagline) or plain(edition.about)[:300],
        "startDate": edition.starts_on.isoformat(),
        "endDate": edition.ends_on.isoformat(),
        "eventStatus": STATUS[0] if edition.cancelled_at else STATUS[1],
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "inLanguage": edition.offered,
        "url": f"{settings.SITE_URL}{edition.get_absolute_url()}",
        "location": _venue(edition),
        "organizer": {"@type": "Organization", "name": str(edition.name), "email": edition.contact_email},
        "subEvent": list(_sub_events(edition, slots)),
    }


def session_event(edition: Edition, session: ShownSession) -> dict[str, Any]:
    """One session where and when it was released, with description, performers and the forum around it."""
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": str(session.title),
        "startDate": session.starts_at.isoformat(),
        "endDate": session.ends_at.isoformat(),
        "eventStatus": STATUS[0] if session.is_cancelled else STATUS[1],
        "url": f"{settings.SITE_URL}{edition.path('session', slug=session.slug)}",
        "location": {
            "@type": "Place",
            "name": str(session.room.name if session.room else edition.place),
            "address": _address(edition),
        },
        "description": plain(session.abstract),
        "inLanguage": session.spoken_languages or edition.offered,
        "performer": [
            {
                "@type": "Person",
                "name": speaker.name,
                "url": f"{settings.SITE_URL}{edition.path('speaker', slug=speaker.slug)}",
            }
            for speaker in session.speaking
        ],
        "superEvent": edition_event(edition),
    }


def _sub_events(edition: Edition, slots: Iterable[ListedSlot]) -> Iterator[dict[str, Any]]:
    before, _, after = f"{settings.SITE_URL}{edition.path('session', slug='-x-')}".partition("-x-")
    elsewhere = str(edition.place)
    for slot in slots:
        if not slot.is_break:
            yield {
                "@type": "Event",
                "name": slot.title,
                "startDate": slot.starts_at.isoformat(),
                "endDate": slot.ends_at.isoformat(),
                "eventStatus": STATUS[0] if slot.is_cancelled else STATUS[1],
                "url": f"{before}{slot.slug}{after}",
                "location": {"@type": "Place", "name": slot.room.name if slot.room else elsewhere},
            }


def _venue(edition: Edition) -> dict[str, Any]:
    return {"@type": "Place", "name": str(edition.place or edition.city), "address": _address(edition)}


def _address(edition: Edition) -> dict[str, str]:
    return {
        "@type": "PostalAddress",
        "streetAddress": str(edition.address),
        "addressLocality": str(edition.city),
        "addressCountry": str(edition.country or ""),
    }
