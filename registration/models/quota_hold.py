from __future__ import annotations

from django.db import connection


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
