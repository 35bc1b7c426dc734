"""What the agenda says of now and next while the forum runs, and a session's page of what else there is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from agenda.models import Session
from forum.actor import Actor
from forum.models import Edition
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    edition = make.edition("running")
    hall = make.room(edition, name="Hall")
    make.slot(make.session(edition, title="Wages", slug="wages"), at="10:00", room=hall)
    make.slot(
        make.session(edition, title="Fees", slug="fees"), at="10:30", room=make.room(edition, name="Pier")
    )
    make.slot(make.session(edition, title="Contracts", slug="contracts"), at="13:00", room=hall)
    make.slot(make.session(edition, title="Homes", slug="homes"), day=2, at="10:00", room=hall)
    make.slot(edition=edition, title="Lunch", at="12:00")
    make.release(edition)
    return edition


@pytest.fixture
def at(edition: Edition) -> Iterator[Callable[..., None]]:
    """Lets it be a time of day on the first day of the forum."""
    with contextlib.ExitStack() as travels:

        def be(clock: str) -> None:
            travels.enter_context(time_machine.travel(make.moment(edition, 1, clock), tick=False))

        yield be


def now_part(client: Client, path: str) -> str:
    page = client.get(path).content.decode()
    return page.split('class="now"')[1].split("</section>")[0] if 'class="now"' in page else ""


@pytest.mark.parametrize("whole", [True, False])
def test_while_the_forum_runs_the_agenda_says_what_is_on_and_what_comes_next(
    client: Client, edition: Edition, at: Callable[..., None], whole: bool
) -> None:
    path = "/en/agenda/" if whole else f"/en/agenda/{edition.starts_on}/"

    at("10:15")
    running, coming = now_part(client, path).split('"now-title">Next')

    assert "Wages" in running
    assert "Hall" in running
    assert "Fees" not in running
    assert "Fees" in coming
    assert "Pier" in coming


def test_a_day_that_is_not_today_says_nothing_of_now(
    client: Client, edition: Edition, at: Callable[..., None]
) -> None:
    at("10:15")

    assert now_part(client, f"/en/agenda/{edition.starts_on + timedelta(days=1)}/") == ""


def test_what_somebody_chose_is_not_mixed_with_what_is_on_now(
    client: Client, edition: Edition, at: Callable[..., None]
) -> None:
    at("10:15")

    assert now_part(client, "/en/agenda/?q=contracts") == ""


@pytest.mark.parametrize(
    ("clock", "turns"), [("08:00", "09:00"), ("10:15", "10:30"), ("12:30", "13:00"), ("14:30", "18:00")]
)
def test_the_page_of_a_day_is_kept_until_something_begins_or_ends(
    client: Client, edition: Edition, at: Callable[..., None], clock: str, turns: str
) -> None:
    at(clock)

    answer = client.get(f"/en/agenda/{edition.starts_on}/?x")

    changes = datetime.fromtimestamp(answer.wsgi_request.changes_at, edition.zone)
    assert changes == make.moment(edition, 1, turns)


# --- beside a session ------------------------------------------------------------------------------------------


def beside(client: Client, slug: str) -> tuple[str, str]:
    """What the page says of the same time, and of what comes next in the room."""
    page = client.get(f"/en/sessions/{slug}/").content.decode().split('class="prev-next')[0]
    _, meanwhile, *_ = [*page.split("At the same time</h2>"), ""]
    _, after, *_ = [*page.split("Next in this room</h2>"), ""]
    return meanwhile.split("Next in this room")[0], after


def test_a_session_names_what_is_held_meanwhile_and_what_comes_next_in_its_room(
    client: Client, edition: Edition
) -> None:
    meanwhile, after = beside(client, "wages")

    assert "Fees" in meanwhile
    assert "Pier" in meanwhile
    assert "Contracts" not in meanwhile
    assert "Contracts" in after
    assert "Homes" not in after


def test_what_is_cancelled_or_closed_is_not_beside_a_session(client: Client, edition: Edition) -> None:
    Session.objects.filter(slug="contracts").update(access="closed")
    Session.objects.get(slug="fees").cancel(by=Actor.system())
    make.release(edition)

    meanwhile, after = beside(client, "wages")

    assert meanwhile == ""
    assert "Contracts" not in after


def test_the_neighbours_of_a_session_cost_no_question(
    client: Client, edition: Edition, queries: Callable[[], Any]
) -> None:
    client.get("/en/sessions/wages/")

    with queries() as asked:
        client.get("/en/sessions/wages/")

    assert sum("agenda_releasedslot" in query["sql"] for query in asked.captured_queries) == 2, asked
