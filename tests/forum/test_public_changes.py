"""What organizers and speakers change is on the public pages at once; what is sold never makes them anew."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from agenda.models import Appearance
from forum.actor import Actor
from forum.models import Edition, PublicChange
from forum.models.public_change import _shown
from registration.models import Order
from tests import make
from tests.conftest import Queries
from tests.forum.test_caching import addresses
from tests.forum.test_caching import edition as edition

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _with_the_cache(settings: Settings) -> None:
    settings.PAGE_CACHE = True


def version() -> int:
    return PublicChange.objects.version()


# --- what makes the pages anew ---------------------------------------------------------------------------------


def test_public_pages_show_records_of_marked_models_only(
    edition: Edition, queries: Callable[[], Queries]
) -> None:
    marked = {model._meta.db_table for model in _shown} | {PublicChange._meta.db_table}
    known = {model._meta.db_table for model in apps.get_models()}

    for path in addresses(edition):
        with queries() as made:
            Client().get(path)
        read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', repr(made)))

        assert read, path
        assert read & known <= marked, f"{path} shows what changes unseen"


def saved(record: object, **changed: object) -> None:
    for name, value in changed.items():
        setattr(record, name, value)
    record.save()  # type: ignore[attr-defined]


CHANGES: dict[str, tuple[str, Callable[[Edition], object], str]] = {
    "an edition's words": ("", lambda edition: saved(edition, tagline="Another tagline"), "Another tagline"),
    "a page": ("about-us/", lambda edition: saved(edition.pages.get(), title="Who we are"), "Who we are"),
    "a page in the menu": ("agenda/", lambda edition: saved(edition.pages.get(), title="We"), ">We</a>"),
    "a partner": ("", lambda edition: saved(edition.partners.get(), name="Mill Fund"), "Mill Fund"),
    "a new group": ("", lambda edition: make.group(edition, name="Fishers"), "Fishers"),
    "a day": ("agenda/", lambda edition: saved(edition.days.get(), focus="Debts"), "Debts"),
    "a room": ("agenda/", lambda edition: saved(edition.rooms.get(), name="Teak"), "Teak"),
    "a session": ("agenda/", lambda edition: saved(edition.sessions.get(), title="Pay"), ">Pay</a>"),
    "a speaker": ("speakers/", lambda edition: saved(edition.speakers.get(), name="Li Na"), "Li Na"),
}


@pytest.mark.embedded
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_shows_at_once(client: Client, edition: Edition, change: str) -> None:
    path, make_it, new = CHANGES[change]
    before = client.get(f"/en/{path}").content.decode()

    make_it(edition)
    after = client.get(f"/en/{path}").content.decode()

    assert new not in before
    assert new in after


def test_a_release_shows_at_once(client: Client, edition: Edition) -> None:
    make.slot(make.session(edition, title="Debts at sea"), at="12:00")
    before = client.get("/en/agenda/").content.decode()

    make.release(edition)
    after = client.get("/en/agenda/").content.decode()

    assert "Debts at sea" not in before
    assert "Debts at sea" in after


def test_the_draft_of_the_agenda_makes_no_page_anew(edition: Edition) -> None:
    before = version()

    session = edition.sessions.get()
    saved(session.slot, ends_at=session.slot.ends_at + timedelta(minutes=5))
    Appearance.objects.filter(session=session).first().delete()

    assert version() == before


def test_who_withdraws_is_gone_at_once(client: Client, edition: Edition) -> None:
    paths = ["/en/speakers/mei-lin/", "/en/speakers/", "/en/sessions/wages-by-phone/", "/en/agenda/"]
    before = [client.get(path).content.decode() for path in paths]

    edition.speakers.get().withdraw("listed")
    gone, *after = [client.get(path) for path in paths]

    assert all("Mei Lin" in page for page in before)
    assert gone.status_code == 404
    assert all("Mei Lin" not in answer.content.decode() for answer in after)


def test_what_is_deleted_is_gone_at_once(client: Client, edition: Edition) -> None:
    client.get("/en/about-us/")

    edition.pages.get().delete()

    assert client.get("/en/about-us/").status_code == 404
    assert "About us" not in client.get("/en/").content.decode()


def test_a_page_is_made_anew_from_the_records_not_from_what_was_remembered_a_moment_ago(
    client: Client, edition: Edition
) -> None:
    client.get("/en/register/")  # shows the menu, and is made for each visitor
    saved(edition.pages.get(), title="Who we are")

    assert "Who we are" in client.get("/en/").content.decode()


def test_sales_make_no_page_anew(edition: Edition) -> None:
    ticket_type, group = make.ticket_type(edition, size=10), make.group(edition)
    before = version()

    order = Order.place(make.wish(ticket_type, group), by=Actor.system())
    make.payment(order)
    order.tickets.get().cancel(by=Actor.system())

    assert version() == before


# --- how it is noted -------------------------------------------------------------------------------------------


def test_a_transaction_notes_its_changes_once(edition: Edition) -> None:
    before = PublicChange.objects.count()

    with transaction.atomic():
        for number in range(5):
            saved(edition, tagline=f"Tagline {number}")

    assert PublicChange.objects.count() == before + 1


def test_what_is_rolled_back_makes_no_page_anew_and_hides_no_later_change(edition: Edition) -> None:
    before = version()
    with transaction.atomic():
        saved(edition, tagline="Not this one")
        transaction.set_rollback(True)
    rolled_back = version()

    with transaction.atomic():
        with transaction.atomic():
            saved(edition, tagline="Nor this one")
            transaction.set_rollback(True)
        saved(edition, tagline="But this one")

    assert rolled_back == before
    assert version() != before


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer")
def test_organizers_do_not_wait_for_each_other_and_the_slower_ones_change_is_not_lost(
    edition: Edition,
) -> None:
    other = make.edition()
    is_saved, may_commit = threading.Event(), threading.Event()
    was_told_to_commit = []

    def slow() -> None:
        with transaction.atomic():
            saved(Edition.objects.get(pk=edition.pk), tagline="The slow one's")
            is_saved.set()
            was_told_to_commit.append(may_commit.wait(10))
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    is_saved.wait(10)
    versions = [version()]
    saved(other, tagline="The quick one's")
    versions.append(version())
    may_commit.set()
    thread.join()
    versions.append(version())

    assert was_told_to_commit == [True]  # else the quick one came through only once the slow one had given up
    assert len(set(versions)) == 3


@pytest.mark.embedded
def test_old_changes_lie_together_and_no_version_ever_comes_again(edition: Edition) -> None:
    for days in (3, 4, 5):
        PublicChange.objects.create(noted_at=timezone.now() - timedelta(days=days))
    before, count = version(), PublicChange.objects.count()

    PublicChange.objects.tidy()

    assert PublicChange.objects.count() == count - 2
    assert version() == before


def test_the_version_is_read_at_most_twice_a_second(
    client: Client, edition: Edition, queries: Callable[[], Queries]
) -> None:
    client.get("/en/")
    begun, visits = time.monotonic(), 0

    with queries() as made:
        while time.monotonic() - begun < 1.2:
            client.get("/en/")
            visits += 1
    took = time.monotonic() - begun

    assert 1 <= len(made) <= took / 0.5 + 1, made
    assert visits > len(made)


def test_a_change_by_another_process_is_seen_within_a_second(client: Client, edition: Edition) -> None:
    client.get("/en/")
    Edition.objects.update(tagline="Another tagline")
    PublicChange.objects.create()  # no signal, no word of the commit: as another process does it

    time.sleep(0.6)

    assert "Another tagline" in client.get("/en/").content.decode()
