from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from forum.briefly import once_a_page
from forum.prepared import Question
from forum.translated import TranslatedRecords

if TYPE_CHECKING:
    from forum.models.edition import Edition
    from forum.models.user import User


SWITCHES = ("published_at", "registration_opens_at", "registration_closes_at")


class EditionQuerySet(TranslatedRecords, models.QuerySet["Edition"]):
    """Editions, newest first."""

    def published(self) -> EditionQuerySet:
        """Those that visitors may see."""
        return self.filter(published_at__lte=timezone.now())

    def shown(self) -> tuple[Edition, ...]:
        """Those that visitors may see, newest first; each knows whether it is the current one: the one that lives at
        the short addresses. One question, asked once a page."""
        return once_a_page("editions shown", self._shown)

    def _shown(self) -> tuple[Edition, ...]:
        now = timezone.now()
        shown = tuple(one for one in _ALL.records() if one.published_at and one.published_at <= now)
        yesterday = now.date() - timedelta(days=1)  # somewhere it is still today
        ahead = [edition for edition in shown if edition.ends_on >= yesterday]
        current = (*ahead[-1:], *shown[:1])[:1]
        for edition in shown:
            edition.is_current = edition in current
        return shown

    def current(self) -> Edition | None:
        """The edition that lives at the short addresses: the next one to end, counting one that ended yesterday
        somewhere; when none is ahead, the last one."""
        return next((edition for edition in self.shown() if edition.is_current), None)

    def next_turn(self, after: datetime) -> datetime | None:
        """The first moment after `after` at which one of them shows itself differently, by the clock alone."""
        return min((turn for one in _DATES.records() for turn in one.turns if turn > after), default=None)

    def with_slug(self, slug: str) -> Edition | None:
        """The edition with this slug."""
        return self.filter(slug=slug).first()

    def worked_on_by(self, user: User) -> EditionQuerySet:
        """Those in which `user` has a duty; a superuser has every duty everywhere."""
        return self.all() if user.is_superuser else self.filter(duties__user=user).distinct()


def _all() -> models.QuerySet[Any]:
    # Asked for by name: the model's own module takes its queryset from here.
    return apps.get_model("forum", "Edition")._default_manager.order_by("-starts_on", "-pk")


_ALL = Question(_all)
_DATES = Question(lambda: _all().only("starts_on", "ends_on", "time_zone", *SWITCHES))
