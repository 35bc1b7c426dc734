"""Records from before there were guids and numbers get theirs when the database is brought up to date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("agenda", "0002_initial"), ("speakers", "0001_initial")]
AFTER = [("agenda", "0003_guid_number_and_sequence"), ("speakers", "0002_guid_and_number")]
AT = datetime(2027, 3, 9, 3, tzinfo=UTC)


def migrated(to: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    floor = executor.loader.graph.leaf_nodes("forum")  # it stays as it is
    return executor.loader.project_state([*to, *floor]).apps


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
def test_what_was_there_is_kept_and_gets_a_guid_and_a_number_of_its_own() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        apps = migrated(BEFORE)
        of = apps.get_model
        editions = [
            of("forum", "Edition").objects.create(
                slug=slug, starts_on=date(2027, 3, 9), ends_on=date(2027, 3, 11)
            )
            for slug in ("1", "2")
        ]
        for edition in editions:
            day = of("agenda", "Day").objects.create(
                edition=edition, date=date(2027, 3, 9), starts_at=AT, ends_at=AT.replace(hour=9)
            )
            release = of("agenda", "Release").objects.create(edition=edition, number=1, published_at=AT)
            for name in "abc":
                room = of("agenda", "Room").objects.create(edition=edition, name={"en": name})
                session = of("agenda", "Session").objects.create(
                    edition=edition, slug=name, title={"en": name}
                )
                of("speakers", "Speaker").objects.create(edition=edition, slug=name, name=name)
                of("agenda", "ReleasedSlot").objects.create(
                    release=release,
                    day=day,
                    room=room,
                    session=session,
                    starts_at=AT,
                    ends_at=AT.replace(hour=4),
                )

        apps = migrated(AFTER)

        for app, model in (("agenda", "Session"), ("speakers", "Speaker")):
            records = apps.get_model(app, model).objects
            assert sorted(records.values_list("slug", flat=True)) == list("aabbcc")
            assert len(set(records.values_list("guid", flat=True))) == 6
            assert len(set(records.values_list("edition", "number"))) == 6
        assert len(set(apps.get_model("agenda", "Room").objects.values_list("guid", flat=True))) == 6
        slots = apps.get_model("agenda", "ReleasedSlot").objects
        assert set(slots.values_list("sequence", "changed_at")) == {(0, AT)}
    finally:
        migrated(newest)
