"""PostgreSQL is stopped, killed and started under a running web process: who registers meanwhile loses nothing."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from html import unescape
from http.cookiejar import CookieJar
from typing import NamedTuple
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from forum import env
from tests import browser
from tests.servers import ROOT, PostgreSQL, Web, environment_of, free_port

FORM = "/en/register/"
ADDRESS = "khin.mar@example.org"

# Said to a process of its own: this one's models belong to the database of the other tests.
AN_EDITION = """
import django
django.setup()
from tests import make
edition = make.edition()
make.page(edition, "terms")
make.group(edition, slug="suppliers", name="Suppliers")
make.ticket_type(edition, name="Main forum", size=100)
speaker = make.user("speaker@example.org", password="correct horse battery staple")
"""


class Answer(NamedTuple):
    status: int
    headers: Message
    page: str

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the page holds in hidden fields: name and value, in order."""
        hidden = re.findall(r'<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?', self.page)
        return [(unescape(name), unescape(value)) for name, value in hidden]

    @property
    def typed(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.carried if name != "csrfmiddlewaretoken"]


class _Staying(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


class Visitor:
    """Somebody with a browser that keeps cookies and follows nothing by itself."""

    def __init__(self, site: str) -> None:
        self.site = site
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            _Staying(), urllib.request.HTTPCookieProcessor(self._cookies)
        )

    @property
    def token(self) -> tuple[str, str]:
        """What proves that a form is ours, as the cookie holds it: as good as the one in a page."""
        [token] = [str(cookie.value) for cookie in self._cookies if cookie.name == "csrftoken"]
        return "csrfmiddlewaretoken", token

    def get(self, path: str) -> Answer:
        return self._ask(path, None)

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        return self._ask(path, urlencode(fields).encode())

    def _ask(self, path: str, body: bytes | None) -> Answer:
        asked = urllib.request.Request(f"{self.site}{path}", data=body)
        try:
            answer = self._opener.open(asked, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Answer(answer.status, answer.headers, answer.read().decode())

    def review(self) -> Answer:
        """Fill the form, and get the page on which it is confirmed."""
        self.get(FORM)
        person = {"name": "Daw “Khin” <Mar> & နှင်း", "email": ADDRESS, "photo_consent": "ask"}
        needs = {"access_needs": "A seat in front\r\nA quiet room"}
        chosen = {"group": "suppliers", "ticket_type": "1", "step": "review"}
        return self.post(FORM, [self.token, *{**chosen, **person, **needs}.items()])


def confirmed(page: Answer) -> list[tuple[str, str]]:
    """What pressing “Confirm” sends."""
    return [*page.carried, ("agree", "on"), ("step", "confirm")]


class Database(PostgreSQL):
    """One that is stopped and started by the tests; `start` returns when it takes queries."""

    def number_of(self, table: str, condition: str = "true") -> int:
        with psycopg.connect(self.url) as connection:
            [[number]] = connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchall()
            return int(number)

    @property
    def takes_queries(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url):
            return True
        return False

    def come_back(self) -> None:
        self.start()
        self.wait_until(lambda: self.takes_queries)

    @contextlib.contextmanager
    def away(self, how: Callable[[], None] | None = None) -> Iterator[None]:
        (how or self.stop)()
        try:
            yield
        finally:
            self.come_back()


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A server of its own, with the schema and a small edition, so that no other test misses it."""
    with Database() as server:
        for command in (
            ["manage.py", "migrate", "--verbosity", "0"],
            ["manage.py", "createcachetable"],
            ["-c", AN_EDITION],
        ):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=environment(server.url), check=True)
        yield server


def environment(database: str) -> dict[str, str]:
    """That of a product at `database`, with its own address."""
    site = f"http://127.0.0.1:{free_port()}"
    own = {"DATABASE_URL": database, "SITE_URL": site, "DJANGO_SETTINGS_MODULE": "forum.settings"}
    return {**environment_of(settings.DATABASES["default"]), **own, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def site(database: Database) -> Iterator[Web]:
    with Web(environment(database.url)) as process:
        yield process
        print(process.output)


@pytest.fixture
def visitor(site: Web, database: Database) -> Visitor:
    with psycopg.connect(database.url) as connection:
        connection.execute("TRUNCATE registration_order, forum_message CASCADE")
        connection.execute("UPDATE registration_quota SET taken = 0")
    return Visitor(site.url)


def test_who_confirms_while_the_database_is_away_finds_all_fields_on_a_page_that_sends_them_again(
    visitor: Visitor, database: Database
) -> None:
    page = visitor.review()

    with database.away():
        answer = visitor.post(FORM, confirmed(page))

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Nothing is lost" in answer.page
    assert sorted(answer.typed) == sorted([*page.typed, ("agree", "on"), ("step", "confirm")])


def test_the_press_that_reaches_the_database_again_places_one_order_and_queues_one_mail(
    visitor: Visitor, database: Database
) -> None:
    page = visitor.review()

    with database.away():
        first = visitor.post(FORM, confirmed(page))
        second = visitor.post(FORM, first.carried)
    third = visitor.post(FORM, second.carried)
    fourth = visitor.post(FORM, second.carried)

    assert [first.status, second.status, third.status, fourth.status] == [503, 503, 302, 302]
    assert third.headers["Location"] == fourth.headers["Location"]
    assert visitor.get(third.headers["Location"]).status == 200
    assert database.number_of("registration_order") == 1
    assert database.number_of("registration_ticket") == 1
    assert database.number_of("forum_message") == 1
    assert database.number_of("registration_quota", "taken = 1") == 1
    name = "Daw “Khin” <Mar> & နှင်း"
    assert database.number_of("registration_attendee", f"name = '{name}'") == 1


def test_a_database_that_dies_between_two_pages_of_the_form_keeps_the_answers_as_well(
    visitor: Visitor, database: Database
) -> None:
    visitor.get(FORM)

    with database.away(database.kill):
        answers = [("name", "Khin Mar"), ("email", "khin.mar@"), ("step", "review")]
        away = visitor.post(FORM, [visitor.token, *answers])
    back = visitor.post(FORM, away.carried)

    assert away.status == 503
    assert away.typed == answers
    assert back.status == 200
    assert 'value="khin.mar@"' in back.page
    assert "This is no e-mail address yet" in back.page


def test_what_is_only_read_is_answered_with_a_way_to_try_again(visitor: Visitor, database: Database) -> None:
    with database.away():
        answer = visitor.get("/th/register/?group=suppliers")

    assert answer.status == 503
    assert 'lang="th"' in answer.page
    assert 'href="/th/register/?group=suppliers"' in answer.page
    assert "<form" not in answer.page


def test_a_form_that_did_not_come_from_us_is_not_handed_on_with_our_token(
    visitor: Visitor, database: Database
) -> None:
    page = visitor.review()
    forged = [(name, value) for name, value in confirmed(page) if name != "csrfmiddlewaretoken"]

    with database.away():
        answer = visitor.post(FORM, forged)

    assert answer.status == 503
    assert answer.carried == []
    assert ADDRESS not in answer.page


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/en/account/staff/", {"login": "speaker@example.org", "password": "correct horse battery staple"}),
        ("/en/account/login/code/", {"email": "speaker@example.org"}),
        ("/admin/login/", {"username": "speaker@example.org", "password": "correct horse battery staple"}),
    ],
)
def test_passwords_and_codes_are_never_written_back(
    visitor: Visitor, database: Database, path: str, fields: dict[str, str]
) -> None:
    visitor.get(FORM)

    with database.away():
        answer = visitor.post(path, [visitor.token, *fields.items()])

    assert answer.status == 503
    assert "could not be saved" in answer.page
    assert answer.carried == []
    assert not [value for value in fields.values() if value in answer.page]


def test_the_first_requests_after_a_restart_succeed(visitor: Visitor, database: Database) -> None:
    before = [visitor.get(FORM).status for _ in range(8)]  # so that each thread has a connection

    with database.away(database.kill):
        pass
    after = [visitor.get(FORM).status for _ in range(8)]

    assert before == after == [200] * 8


def test_the_process_lives_on_and_says_what_is_missing(visitor: Visitor, database: Database) -> None:
    with database.away():
        alive, ready = visitor.get("/healthz"), visitor.get("/readyz")

    assert (alive.status, ready.status) == (200, 503)
    assert '"database"' in ready.page
    assert visitor.get("/readyz").status == 200


def test_a_database_that_takes_connections_and_never_answers_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgres://plenary@127.0.0.1:{silent.getsockname()[1]}/postgres?connect_timeout=2"
        with Web(environment(address)) as site:
            begun = time.monotonic()
            answer = Visitor(site.url).get(FORM)

    assert answer.status == 503
    assert time.monotonic() - begun < 10
    assert int(env.PATIENCE["connect_timeout"]) <= 10


def test_a_visitor_sees_the_page_and_presses_the_button(
    chromium: Browser, visitor: Visitor, database: Database, site: Web
) -> None:
    with browser.visitor(chromium, site.url, 390, "light") as page:
        page.goto(FORM)
        page.get_by_label("Suppliers").check()
        page.get_by_label("Main forum").check()
        page.get_by_label("Your name").fill("Khin Mar")
        page.get_by_label("Your e-mail address").fill(ADDRESS)
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("I agree").check()

        with database.away():
            page.get_by_role("button", name="Confirm").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Please try again in a moment")
            browser.assert_accessible(page)
            browser.assert_fits(page)
        page.get_by_role("button", name="Try again").click()

        expect(page.get_by_role("heading", level=1)).to_contain_text("You are registered")
    assert database.number_of("registration_order") == 1
