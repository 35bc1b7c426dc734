from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from registration.models.quota import Quota
from registration.models.quota_queryset import EVERYBODY, OTHERS


@dataclass
class Share:
    """What one quota is shared by: the keys of its ticket types, and of the groups that it counts or leaves out."""

    quota: int
    counts: str
    kept_until: datetime | None
    ticket_types: set[int]
    groups: set[int]

    def takes(self, ticket_type: int, public_group: int | None) -> bool:
        """Whether a ticket of this type, under this group as others see it, takes a place of the quota."""
        if ticket_type not in self.ticket_types:
            return False
        return self.counts == EVERYBODY or (public_group in self.groups) != (self.counts == OTHERS)

    @property
    def is_released(self) -> bool:
        """Whether it limits nobody any more, since what was set aside is free for all by now."""
        return self.kept_until is not None and self.kept_until <= timezone.now()


def shares_of(ticket_types: Iterable[int]) -> list[Share]:
    """Those of the quotas of these types, by their keys, in primary-key order of the quotas; one question. To be asked
    while the quotas are held."""
    through = Quota.ticket_types.through.objects
    rows = through.filter(tickettype__in=set(ticket_types)).order_by("quota_id")
    found: dict[int, Share] = {}
    for quota, kind, counts, until, group in rows.values_list(
        "quota_id", "tickettype_id", "quota__counts", "quota__kept_until", "quota__groups"
    ):
        share = found.setdefault(quota, Share(quota, counts, until, set(), set()))
        share.ticket_types.add(kind)
        if group is not None:
            share.groups.add(group)
    return list(found.values())


def are_by_group(shares: Iterable[Share]) -> bool:
    """Whether it matters to one of them whom a ticket speaks for."""
    return any(share.counts != EVERYBODY for share in shares)
