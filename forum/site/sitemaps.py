"""What search engines may find, in every language of its edition. Closed sessions and people who did not agree are in
none of these lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.sitemaps import Sitemap
from django.utils import translation

from agenda.models import ReleasedSlot
from forum.models import Edition


class Place(NamedTuple):
    """One page in one language."""

    edition: Edition
    language: str
    name: str
    kwargs: dict[str, Any]
    changed_at: Any = None


class PublicPages(Sitemap):
    """All pages of all published editions."""

    def items(self) -> list[Place]:
        return [
            place._replace(language=language)
            for edition in Edition.objects.published()
            for place in self._places(edition)
            for language in edition.offered
        ]

    def _places(self, edition: Edition) -> Iterator[Place]:
        main = edition.main_language
        for name in ("home", "agenda", "speakers"):
            yield Place(edition, main, name, {})
        for day in edition.days.all():
            yield Place(edition, main, "agenda-day", {"date": day.date})
        for page in edition.pages.all():
            yield Place(edition, main, "page", {"slug": page.slug}, page.updated_at)
        for slot in ReleasedSlot.objects.public().of_edition(edition).prefetch_related(None):
            if slot.session:
                yield Place(edition, main, "session", {"slug": slot.session.slug}, slot.session.updated_at)
        for speaker in edition.speakers.public():
            yield Place(edition, main, "speaker", {"slug": speaker.slug}, speaker.updated_at)

    def location(self, item: Place) -> str:
        with translation.override(item.language):
            return item.edition.path(item.name, **item.kwargs)

    def lastmod(self, item: Place) -> Any:
        return item.changed_at


SITEMAPS = {"pages": PublicPages}
