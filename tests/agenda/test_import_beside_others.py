"""An import while others work: they are not stopped, and what they write is not lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from agenda.models import Session
from forum.errors import Refusal
from forum.models import Edition
from registration.models import TicketType
from speakers.models import Consent, Speaker
from tests import make
from tests.agenda import schedules
from tests.agenda.schedules import bring, event, xml
from tests.servers import eventually

pytestmark = pytest.mark.django_db(transaction=True)
DATA = xml(event(title="Wages by phone", persons=[(1, "Mei Lin")]))


@pytest.fixture
def edition() -> Edition:
    return schedules.edition(languages=["en", "th"])


def on_the_side(deed: Callable[[], Any]) -> Callable[[], Any]:
    """The same on a connection of its own, that waits for nobody longer than some seconds."""

    def done() -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '10s'")
            return deed()
        finally:
            connection.close()

    return done


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "deed", [lambda edition: bring(edition, DATA), make.release], ids=["import", "release"]
)
def test_tickets_are_sold_while_a_programme_is_imported_or_released(edition: Edition, deed: Any) -> None:
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        deed(edition)
        sold = threads.submit(on_the_side(lambda: make.ticket_type(edition)))
        assert sold.exception() is None

    assert TicketType.objects.count() == 1


def test_what_somebody_writes_meanwhile_is_merged_and_not_lost(edition: Edition) -> None:
    bring(edition, xml(event(title="Wages")))
    session = Session.objects.get()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            session.title = session.title.merged({"th": "ค่าจ้าง"})
            session.save()
            imported = threads.submit(on_the_side(lambda: bring(edition, DATA)))
            eventually(somebody_waits)
        imported.result()

    session.refresh_from_db()
    assert session.title == {"en": "Wages by phone", "th": "ค่าจ้าง"}


def test_who_agrees_at_the_same_moment_agrees_once_and_the_import_is_to_be_looked_at_again(
    edition: Edition,
) -> None:
    bring(edition, DATA)
    speaker = Speaker.objects.get()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            speaker.agree(Consent.Scope.LISTED)
            imported = threads.submit(on_the_side(lambda: bring(edition, DATA, speakers_agreed=True)))
            eventually(somebody_waits)
        refusal = imported.exception()

    assert isinstance(refusal, Refusal)
    assert "was changed a moment ago" in str(refusal)
    assert Consent.objects.count() == 1
