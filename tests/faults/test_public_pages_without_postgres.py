"""PostgreSQL is stopped under running web processes: what was visited before stays readable, and is new afterwards."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping

import psycopg
import pytest
from django.conf import settings

from tests.servers import ROOT, PostgreSQL, Redis, Web, environment_of, eventually, free_port

A_PROGRAMME = """
import django
django.setup()
from django.core.management import call_command
call_command("flush", interactive=False)
from tests import make
edition = make.edition(tagline="Three days on what works.")
make.page(edition, "about-us", title="About us")
make.slot(make.session(edition, title="Wages by phone", speakers=[make.speaker(edition, name="Mei Lin")]))
make.release(edition)
"""
NEW_WORDS = """
import django
django.setup()
from forum.models import Edition
edition = Edition.objects.get()
edition.tagline = "Four days on debts."
edition.save()
"""
A_WITHDRAWAL = """
import django
django.setup()
from speakers.models import Speaker
Speaker.objects.get().withdraw("listed")
"""
PAGES = ["/en/", "/en/agenda/", "/en/sessions/wages-by-phone/", "/en/speakers/mei-lin/", "/en/about-us/"]


class Database(PostgreSQL):
    """A server that ends at once, and returns from `start` when it takes queries."""

    def come_back(self) -> None:
        self.start()
        self.wait_until(lambda: self.takes_queries)

    @property
    def takes_queries(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True


def environment(database: str, redis: str) -> dict[str, str]:
    """That of a product's process with an address of its own."""
    own = {"DATABASE_URL": database, "REDIS_URL": redis, "SITE_URL": f"http://127.0.0.1:{free_port()}"}
    names = {"DJANGO_SETTINGS_MODULE": "forum.settings", "PYTHONPATH": str(ROOT)}
    return {**environment_of(settings.DATABASES["default"]), **own, **names, "DEMO": "0", "PAGE_CACHE": "1"}


def run(around: Mapping[str, str], code: str) -> None:
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=around, check=True)


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis() as server:
        yield server


@pytest.fixture(scope="module")
def _database() -> Iterator[Database]:
    with Database() as server:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=environment(server.url, "redis://127.0.0.1:9"), check=True)
        yield server


@pytest.fixture
def database(_database: Database) -> Database:
    """A server of its own, so that no other test misses it; running, with a small programme."""
    if not _database.is_running:
        _database.come_back()
    run(environment(_database.url, "redis://127.0.0.1:9"), A_PROGRAMME)
    return _database


@pytest.fixture
def around(database: Database, redis: Redis) -> dict[str, str]:
    return environment(database.url, redis.url)


@pytest.fixture
def web(around: dict[str, str]) -> Iterator[Web]:
    with Web(around) as process:
        yield process
        print(process.output)


def visit(web: Web, path: str) -> tuple[int, str]:
    """The status and the text of the page."""
    try:
        with urllib.request.urlopen(f"{web.url}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_pages_visited_before_stay_readable_and_show_what_is_new_when_it_is_back(
    web: Web, database: Database, around: dict[str, str]
) -> None:
    before = {path: visit(web, path) for path in PAGES}

    database.stop()
    meanwhile = [{path: visit(web, path) for path in PAGES}]
    time.sleep(0.6)  # until it is asked for the version again
    meanwhile.append({path: visit(web, path) for path in PAGES})
    is_ready = visit(web, "/readyz")
    never_visited = visit(web, "/en/speakers/")
    form = visit(web, "/en/register/")
    database.come_back()
    run(around, NEW_WORDS)
    time.sleep(1)
    afterwards = visit(web, "/en/")

    assert {status for status, _page in before.values()} == {200}
    assert meanwhile == [before, before]
    assert is_ready[0] == 503
    assert "database" in is_ready[1]
    assert (never_visited[0], form[0]) == (503, 503)
    assert afterwards[0] == 200
    assert "Four days on debts." in afterwards[1]
    assert visit(web, "/en/speakers/")[0] == 200
    eventually(lambda: visit(web, "/readyz")[0] == 200)
    assert web.output.count("the database is away") == 1


def test_a_page_from_before_a_change_is_not_shown_while_the_database_is_away(
    web: Web, database: Database, around: dict[str, str]
) -> None:
    for path in PAGES:
        visit(web, path)

    run(around, NEW_WORDS)
    time.sleep(0.6)
    about = visit(web, "/en/about-us/")  # the process has noticed that something is new
    database.stop()

    assert visit(web, "/en/about-us/") == about
    assert visit(web, "/en/")[0] == 503


def test_who_withdrew_is_not_shown_again_though_the_database_is_away_before_anybody_has_asked(
    web: Web, database: Database, around: dict[str, str]
) -> None:
    for path in PAGES:
        visit(web, path)

    run(around, A_WITHDRAWAL)
    database.stop()
    time.sleep(0.6)
    seen = {path: visit(web, path) for path in PAGES}

    assert seen["/en/speakers/mei-lin/"][0] == 503
    assert all("Mei Lin" not in page for _status, page in seen.values())


def test_a_process_that_never_made_a_page_shows_what_another_one_made(
    web: Web, database: Database, around: dict[str, str]
) -> None:
    before = {path: visit(web, path) for path in PAGES}

    database.stop()
    with Web({**around, "SITE_URL": f"http://127.0.0.1:{free_port()}"}) as fresh:
        seen = {path: visit(fresh, path) for path in PAGES}
        never_made = visit(fresh, "/en/speakers/")

    assert seen == before
    assert never_made[0] == 503


def test_pages_stay_readable_when_redis_is_away_too(web: Web, database: Database, redis: Redis) -> None:
    before = {path: visit(web, path) for path in PAGES}

    redis.stop()
    database.stop()

    assert {path: visit(web, path) for path in PAGES} == before
