"""What every test can ask for: a clean slate, real servers, the product's own processes, a browser."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import django

from tests import environment

# The settings are read now, with what `environment` has just set. The variable does not stay: a parallel run would
# inherit it, and read the settings before its own environment is set.
os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings"
django.setup()
del os.environ["DJANGO_SETTINGS_MODULE"]

# isort: split

import pytest
import redis
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from forum import briefly, caching, drawn_for_all, patience
from tests import browser, servers


def pytest_configure() -> None:
    """Let whitenoise look for a file when it is asked for: each test client would look through them all first."""
    django_settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Collect the static files, without whose manifest no page is rendered, once for all parallel runs."""
    is_parallel_run = hasattr(session.config, "workerinput")
    if not is_parallel_run and not (django_settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)


# --- a clean slate ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite's test database is a file, at the very place where the demo's processes look for it."""
    database = django_settings.DATABASES["default"]
    if environment.in_demo_shape:
        database.setdefault("TEST", {})["NAME"] = str(database["NAME"])


@pytest.fixture(autouse=True)
def _clean_slate() -> None:
    """No language, throttle, cached page or task of the test before, nor a memory of what was away in it."""
    translation.deactivate()
    briefly.forget()
    caching.forget()
    drawn_for_all.forget()
    patience.redis.begin_anew()
    patience.mail_server.begin_anew()
    empty_queue_and_cache()


def empty_queue_and_cache() -> None:
    if django_settings.REDIS_URL:
        with redis.Redis.from_url(django_settings.REDIS_URL) as server:
            # Celery declares its queues (_kombu.…) once in each process and would not do so again.
            if keys := [key for key in server.scan_iter() if not key.startswith(b"_kombu")]:
                server.delete(*keys)
    else:
        for waiting in (Path(django_settings.DATA_DIR) / "broker").glob("*.msg"):
            waiting.unlink()


class Queries(CaptureQueriesContext):
    """The SQL statements of a block; `len()` counts them, printing tells them."""

    def __repr__(self) -> str:
        return "\n".join(f"{number}. {query['sql']}" for number, query in enumerate(self.captured_queries, 1))


class InACrowd(Queries):
    """The same, while all that others have just asked for is remembered, however slow the machine is."""

    def __enter__(self) -> Self:
        self.seconds, briefly.SECONDS = briefly.SECONDS, float("inf")
        return super().__enter__()

    def __exit__(self, *fault: Any) -> None:
        briefly.SECONDS = self.seconds
        super().__exit__(*fault)


@pytest.fixture
def queries(db: None) -> Callable[..., Queries]:
    """Counts the queries of a block.

    with queries() as with_one_session: …
    with queries() as with_three: …
    assert len(with_three) == len(with_one_session), with_three

    Each block begins with nothing remembered, since what is read once a second would count here and not there; with
    `in_a_crowd` somebody else was here just before.
    """

    def block(*, in_a_crowd: bool = False) -> Queries:
        if in_a_crowd:
            return InACrowd(connection)
        briefly.forget()
        drawn_for_all.forget()
        return Queries(connection)

    return block


@pytest.fixture
def shared_data() -> Path:
    """The folder of real programmes and names beside the checkout, for tests that go beyond tests/data."""
    folder = servers.ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here; the same rules are tested on the samples in tests/data")
    return folder


# --- servers and the product's processes -----------------------------------------------------------------------


@pytest.fixture(scope="session")
def _mail_server() -> Iterator[servers.MailServer]:
    with servers.MailServer() as server:
        yield server


@pytest.fixture
def mail_server(_mail_server: servers.MailServer, settings: Settings) -> Iterator[servers.MailServer]:
    """A server that speaks SMTP, to which this process, `worker` and `site` send their mail."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _mail_server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    _mail_server.clear()
    yield _mail_server
    _mail_server.accept()
    if not _mail_server.is_running:
        _mail_server.start()


@pytest.fixture(scope="session")
def _stripe_stand_in() -> Iterator[servers.StripeStandIn]:
    with servers.StripeStandIn() as process:
        yield process


@pytest.fixture
def stripe_stand_in(
    _stripe_stand_in: servers.StripeStandIn, settings: Settings
) -> Iterator[servers.StripeStandIn]:
    """What stands in for Stripe, empty; this process and `product` reach it through the official client.

    It only records its notices (`events()`, `notice()`), unless the test asks for `site`, which is told them.
    """
    if not _stripe_stand_in.is_running:
        _stripe_stand_in.start()
    _stripe_stand_in.forget_everything()
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = _stripe_stand_in.key, _stripe_stand_in.secret
    settings.STRIPE_API = settings.STRIPE_PAGES = _stripe_stand_in.url
    yield _stripe_stand_in
    print(_stripe_stand_in.output)
    if _stripe_stand_in.is_running:
        _stripe_stand_in.tell_notices_to("")


@pytest.fixture
def product(
    request: pytest.FixtureRequest,
    transactional_db: None,
    mail_server: servers.MailServer,
    settings: Settings,
) -> dict[str, str]:
    """The environment in which the product's processes share this test's database, queue, files, mail server and,
    when the test asks for `stripe_stand_in`, Stripe's place."""
    settings.SITE_URL = f"http://127.0.0.1:{servers.free_port()}"
    stripe = {}
    if "stripe_stand_in" in request.fixturenames:
        stand_in: servers.StripeStandIn = request.getfixturevalue("stripe_stand_in")
        stripe = {
            "STRIPE_API": stand_in.url,
            "STRIPE_SECRET_KEY": stand_in.key,
            "STRIPE_WEBHOOK_SECRET": stand_in.secret,
        }
    return servers.environment_of(connection.settings_dict) | {
        "SITE_URL": settings.SITE_URL,
        "EMAIL_URL": mail_server.url,
        **stripe,
    }


@pytest.fixture
def worker(product: dict[str, str]) -> Iterator[servers.Worker]:
    """A real worker process. It may be stopped, killed and started again."""
    with servers.Worker(product) as process:
        yield process
        print(process.output)  # pytest shows it when the test has failed


@pytest.fixture
def site(
    request: pytest.FixtureRequest, product: dict[str, str], worker: servers.Worker
) -> Iterator[servers.Web]:
    """The whole product running, web and worker, at `site.url`."""
    with servers.Web(product) as process:
        if "stripe_stand_in" in request.fixturenames:
            stand_in: servers.StripeStandIn = request.getfixturevalue("stripe_stand_in")
            stand_in.tell_notices_to(f"{process.url}/payments/stripe/notices/")
        yield process
        print(process.output)


# --- the browser -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium. Without one the test fails and says so."""
    with browser.launched() as running:
        yield running


@pytest.fixture
def page_at(chromium: Browser, site: servers.Web) -> Iterator[Callable[..., Page]]:
    """Opens a fresh browser at the site: `page_at(390, "dark").goto("/en/")`. Each call is another visitor.

    What the browser complains of (an error in a script, something the content policy refused, a file that is
    missing) fails the test at its end.
    """
    with contextlib.ExitStack() as visitors:

        def visit(width: int = 1280, scheme: str = "light", **options: object) -> Page:
            return visitors.enter_context(browser.visitor(chromium, site.url, width, scheme, **options))

        yield visit


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Fails with a readable list when axe-core finds a fault of WCAG 2.2 AA in the page: `axe(page)`."""
    return browser.assert_accessible
