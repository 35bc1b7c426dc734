from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from typing import TYPE_CHECKING, Any, Self, cast

from django.db import models

from forum.models import StakeholderGroup
from registration.models.quota_counting import public_key
from registration.models.quota_queryset import EVERYBODY

if TYPE_CHECKING:
    from registration.models.place_offer import PlaceOffer
    from registration.models.quota import Quota
    from registration.models.voucher import Voucher


class PlacesLeft(models.Model):
    """How many places are left of a ticket type, for somebody of a group or for whoever may take it.

    Readings, not promises: `Place.take` decides.
    """

    voucher: Voucher | None
    offer: PlaceOffer | None
    group: StakeholderGroup | None = None  # for which it is seen; no column
    edition: Any
    quotas: Any
    groups: Any
    is_for: Callable[[StakeholderGroup], bool]

    class Meta:
        abstract = True

    def seen_by(self, group: StakeholderGroup) -> Self:
        """A copy of this type as somebody of `group` sees it."""
        seen = copy(self)
        seen.group = group
        return seen

    @property
    def left(self) -> int | None:
        """How many places are left in the scarcest of its quotas; None when nothing limits it or a voucher goes beyond.
        Seen by nobody in particular, for the group that has most left."""
        if self.group:
            return self._left_for(self.group)
        if not self._is_by_group:
            return self._fewest(self.quotas.all())
        each = [self._left_for(group) for group in self._groups_that_may()]
        return None if None in each else max((one for one in each if one is not None), default=0)

    @property
    def left_in_words(self) -> str:
        """`many`, `few` or `none`: exact numbers would tell who else comes. `kept` when one is, by an offer."""
        if self.offer:
            return "kept"
        left = self.left
        if left is None or left > 10:
            return "many"
        return "few" if left > 0 else "none"

    def is_full_for(self, group: StakeholderGroup) -> bool:
        """Whether somebody of `group` may take it, and finds no place."""
        return self.is_for(group) and self.seen_by(group).left_in_words == "none"

    def groups_that_find(self, words: str) -> list[StakeholderGroup]:
        """The groups that may take it and find so many places, `few` or `none`, where others find more."""
        if not self._is_by_group or self.left_in_words == words:
            return []
        return [group for group in self._groups_that_may() if self.seen_by(group).left_in_words == words]

    def shown_groups_that_find(self, words: str) -> list[StakeholderGroup]:
        """The same as others see them, each once."""
        if not (found := {public_key(group) for group in self.groups_that_find(words)}):
            return []
        return [group for group in self.edition.groups.all() if group.pk in found]

    @property
    def why_full(self) -> str:
        """Why somebody of the group for which it is seen can have none; empty when they can."""
        if self.left_in_words != "none":
            return ""
        limits = [
            one for one in self.quotas.all() if one.limits_now and (not self.group or one.takes(self.group))
        ]
        full = min(limits, key=lambda quota: (quota.free, quota.counts != EVERYBODY, quota.pk))
        return full.why_full(cast("Any", self))

    @property
    def _is_by_group(self) -> bool:
        return any(quota.counts != EVERYBODY for quota in self.quotas.all())

    def _groups_that_may(self) -> Iterable[StakeholderGroup]:
        return self.groups.all() or self.edition.groups.all()

    def _left_for(self, group: StakeholderGroup) -> int | None:
        return self._fewest(quota for quota in self.quotas.all() if quota.takes(group))

    def _fewest(self, quotas: Iterable[Quota]) -> int | None:
        if self.voucher and self.voucher.goes_beyond:
            return None
        free = [quota.free for quota in quotas if quota.limits_now]
        return min(free) if free else None
