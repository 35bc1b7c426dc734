from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection

from forum.prepared import Question as Prepared


def hold_quotas(edition_id: int, *, alone: bool = False) -> None:
    """Keep which types share which quotas of an edition as it is, until the transaction ends.

    Whoever takes or gives back places shares the hold; whoever changes quotas has it alone, and so neither misses a
    ticket that is just being written nor waits for a seller who waits for them. It comes before every lock of a quota
    or a place. A row of the database would not do: foreign keys are checked, and their rows locked, only at the
    commit; and sellers in a crowd would never let go of it. SQLite has but one writer at a time.
    """
    if connection.vendor == "postgresql":
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(hashtext('registration_quota'), %s)", [edition_id])


def shares_of(kinds: Iterable[int]) -> list[tuple[int, int]]:
    """Each quota that one of these types shares, with the type; by their keys, in primary-key order of the quotas."""
    return [(quota, kind) for quota, kind in _SHARES.ask(*kinds)]


def _shares(*kinds: int) -> Any:
    # Asked for by name: its own module knows this one.
    shares = apps.get_model("registration", "Quota").ticket_types.through._default_manager
    return shares.filter(tickettype__in=kinds).order_by("quota_id").values_list("quota_id", "tickettype_id")


_SHARES = Prepared(_shares)
