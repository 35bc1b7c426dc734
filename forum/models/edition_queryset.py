from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from forum.translated import TranslatedRecords

if TYPE_CHECKING:
    from forum.models.edition import Edition
    from forum.models.user import User


class EditionQuerySet(TranslatedRecords, models.QuerySet["Edition"]):
    """Editions, newest first."""

    def published(self) -> EditionQuerySet:
        """Those that visitors may see."""
        return self.filter(published_at__lte=timezone.now())

    def current(self) -> Edition | None:
        """The edition that lives at the short addresses: the next one to end, counting one that ended yesterday
        somewhere; when none is ahead, the last one."""
        published = self.published().order_by("starts_on")
        ahead = published.filter(ends_on__gte=timezone.now().date() - timedelta(days=1)).first()
        return ahead or published.last()

    def next_turn(self, after: datetime) -> datetime | None:
        """The first moment after `after` at which one of them shows itself differently, by the clock alone."""
        return min((turn for edition in self for turn in edition.turns if turn > after), default=None)

    def with_slug(self, slug: str) -> Edition | None:
        """The edition with this slug."""
        return self.filter(slug=slug).first()

    def worked_on_by(self, user: User) -> EditionQuerySet:
        """Those in which `user` has a duty; a superuser has every duty everywhere."""
        return self.all() if user.is_superuser else self.filter(duties__user=user).distinct()
