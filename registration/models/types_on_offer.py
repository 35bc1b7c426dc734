"""What somebody without a voucher may have: as pages show it, and as it is. All questions are worded once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from agenda.models import Day
from forum.briefly import remembered
from forum.models import Edition, StakeholderGroup
from forum.prepared import Question as Prepared
from forum.prepared import attach
from registration.models.price_step import PriceStep
from registration.models.quota import Quota
from registration.models.ticket_type import TicketType
from registration.models.ticket_type_queryset import quotas_as_seen


@remembered
def shown_types(edition: Edition) -> tuple[list[StakeholderGroup], list[TicketType]]:
    """The groups of an edition, and what somebody without a voucher may choose: with the groups and days that each type
    is for, its prices by date and its quotas. What is on offer when an order is placed, that decides."""
    groups, (days, on_days) = _GROUPS.records(edition.pk), days_of_types(edition)
    for group in groups:
        group.edition = edition
    attach(edition, "groups", groups)
    attach(edition, "days", days)
    now = timezone.now()
    kinds = [kind for kind in _KINDS.records(edition.pk) if kind.is_available_at(now)]
    steps: defaultdict[int, list[PriceStep]] = defaultdict(list)
    for step in _STEPS.records(edition.pk):
        steps[step.ticket_type_id].append(step)
    for_groups = _by_kind(_FOR_GROUPS.ask(edition.pk), groups)
    quotas = _by_kind(
        _SHARES.ask(edition.pk), _QUOTAS.records(edition.pk, now, now.date() - timedelta(days=1))
    )
    for kind in kinds:
        kind.edition = edition  # the one whose groups and days have been read
        attach(kind, "price_steps", steps[kind.pk])
        attach(kind, "groups", for_groups[kind.pk])
        attach(kind, "days", on_days.get(kind.pk, ()))
        attach(kind, "quotas", quotas[kind.pk])
    return groups, kinds


@remembered
def days_of_types(edition: Edition) -> tuple[list[Day], dict[int, list[Day]]]:
    """The days of an edition, and those on which each of its types admits that does not admit on all, by its key."""
    days = _DAYS.records(edition.pk)
    return days, dict(_by_kind(_ON_DAYS.ask(edition.pk), days))


def as_it_is_on_offer(known: TicketType, edition: Edition) -> TicketType | None:
    """One of the types that an edition offers, read anew, with its groups and prices by date; None when it is not on
    offer any more."""
    found = [kind for kind in _ONE.records(edition.pk, known.pk) if kind.is_available_at(timezone.now())]
    for kind in found:
        attach(kind, "groups", _GROUPS_OF_ONE.records(kind.pk))
        attach(kind, "price_steps", _STEPS_OF_ONE.records(kind.pk))
    return found[0] if found else None


def _by_kind(pairs: list[tuple[Any, ...]], records: Iterable[Any]) -> defaultdict[int, list[Any]]:
    """The records that belong to each type, in their own order; `pairs` are keys of a type and of a record."""
    kinds: defaultdict[int, list[int]] = defaultdict(list)
    for kind, key in pairs:
        kinds[key].append(kind)
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for record in records:
        for kind in kinds[record.pk]:
            found[kind].append(record)
    return found


def _offered(edition: int) -> Any:
    return TicketType.objects.filter(edition=edition, is_hidden=False, is_active=True, is_for_speakers=False)


_GROUPS = Prepared(lambda edition: Edition(pk=edition).groups.select_related("shown_as"))
_DAYS = Prepared(lambda edition: Day.objects.filter(edition=edition))
_KINDS = Prepared(_offered)
# With its edition as it is: whoever asks may have read that before its tax was changed.
_ONE = Prepared(lambda edition, kind: _offered(edition).filter(pk=kind).select_related("edition"))
_GROUPS_OF_ONE = Prepared(lambda kind: StakeholderGroup.objects.filter(ticket_types=kind))
_STEPS_OF_ONE = Prepared(lambda kind: PriceStep.objects.filter(ticket_type=kind))
_STEPS = Prepared(lambda edition: PriceStep.objects.filter(ticket_type__edition=edition))
_FOR_GROUPS = Prepared(
    lambda edition: TicketType.groups.through.objects.filter(tickettype__edition=edition).values_list(
        "tickettype_id", "stakeholdergroup_id"
    )
)
_ON_DAYS = Prepared(
    lambda edition: TicketType.days.through.objects.filter(tickettype__edition=edition).values_list(
        "tickettype_id", "day_id"
    )
)
_SHARES = Prepared(
    lambda edition: Quota.ticket_types.through.objects.filter(quota__edition=edition).values_list(
        "tickettype_id", "quota_id"
    )
)
_QUOTAS = Prepared(lambda edition, *times: quotas_as_seen(*times).filter(edition=edition))
