"""Releases from before titles were kept get those of the day on which the database is brought up to date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

AT = datetime(2027, 3, 9, 3, tzinfo=UTC)


def migrated(to: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return executor.loader.project_state(to).apps


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
def test_a_session_of_an_old_release_is_called_there_what_it_is_called_now_and_a_break_as_before() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        of = migrated([("agenda", "0005_bookmarks")]).get_model
        days = {"starts_on": date(2027, 3, 9), "ends_on": date(2027, 3, 11)}
        edition = of("forum", "Edition").objects.create(slug="1", **days)
        ends_at = AT.replace(hour=4)
        day = of("agenda", "Day").objects.create(
            edition=edition, date=date(2027, 3, 9), starts_at=AT, ends_at=ends_at
        )
        release = of("agenda", "Release").objects.create(edition=edition, number=1)
        session = of("agenda", "Session").objects.create(
            edition=edition, slug="a", title={"en": "A", "th": "ก"}
        )
        held = {"release": release, "day": day, "starts_at": AT, "ends_at": ends_at}
        of("agenda", "ReleasedSlot").objects.create(session=session, **held)
        of("agenda", "ReleasedSlot").objects.create(title={"en": "Lunch"}, **held)

        of = migrated([("agenda", "0007_tell_of_changes")]).get_model

        slots = of("agenda", "ReleasedSlot").objects.order_by("pk")
        assert list(slots.values_list("title", "session_title")) == [
            ({}, {"en": "A", "th": "ก"}),
            ({"en": "Lunch"}, {}),
        ]
        assert not of("agenda", "Release").objects.get().is_silent
    finally:
        migrated(newest)
