"""Public pages are rendered once, hold nothing of anybody, and are served as finished bytes until they are others."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import brotli
import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import Settings

from forum import patience
from forum.caching import PageCache, answered_from_memory
from forum.kept_pages import BUDGET, KeptPage, Reading, Shelf, best_encoding, shelf
from forum.last_known import LastKnown, last_known, spare
from forum.models import Edition, PublicChange
from forum.models.edition import Phase
from forum.models.public_change import PublicChangeQuerySet
from forum.templatetags.addresses import edition_style
from tests import make, staff
from tests.conftest import Queries

pytestmark = pytest.mark.django_db(transaction=True)

PUBLIC = {
    *("home", "agenda", "agenda-day", "session", "speakers", "speaker", "page"),
    *("agenda-changes", "agenda-changes-until"),
    *("edition-style", "robots", "sitemap"),
    *("agenda-ics", "agenda-xml", "agenda-json", "session-ics"),
    *("main-agenda-ics", "main-agenda-xml", "main-agenda-json"),
}


@pytest.fixture(autouse=True)
def _with_the_cache(settings: Settings) -> None:
    settings.PAGE_CACHE = True


@pytest.fixture
def edition() -> Edition:
    """One with something on each kind of page."""
    edition = make.edition("open", tagline="Three days on what works.")
    make.page(edition, "about-us", title="About us", in_menu=True)
    make.partner(edition)
    session = make.session(edition, title="Wages by phone", speakers=[make.speaker(edition, name="Mei Lin")])
    make.slot(session)
    make.release(edition)
    return edition


def addresses(edition: Edition) -> list[str]:
    """One of each kind of public page."""
    day = edition.days.get()
    below = [
        "",
        "agenda/",
        f"agenda/{day.date}/",
        "agenda/changes/",
        "agenda/changes/1/",
        "sessions/wages-by-phone/",
        "speakers/",
        "speakers/mei-lin/",
        "sessions/wages-by-phone.ics",
    ]
    feeds = [f"{before}/agenda.{ending}" for before in ("", "/th") for ending in ("ics", "xml", "json")]
    return [
        *(f"/en/{path}" for path in [*below, "about-us/"]),
        *feeds,
        *(edition_style(edition), "/robots.txt", "/sitemap.xml"),
    ]


def text(client: Client, path: str = "/en/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def as_another(client: Client) -> Client:
    """The browser of somebody else, at the same web process."""
    other = Client()
    other.handler = client.handler
    return other


# --- what is public --------------------------------------------------------------------------------------------


def test_the_public_pages_are_these_and_no_others() -> None:
    def marked(patterns: list[URLPattern | URLResolver]) -> Iterator[str | None]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from marked(pattern.url_patterns)
            elif getattr(pattern.callback, "is_public_page", False):
                yield pattern.name

    assert set(marked(get_resolver().url_patterns)) == PUBLIC


def test_a_public_page_is_rendered_once_and_then_costs_no_query(
    client: Client, edition: Edition, queries: Callable[[], Queries]
) -> None:
    for path in addresses(edition):
        with queries() as first:
            rendered = text(client, path)
        last_known.reading_afresh()
        with queries() as second:
            kept = text(as_another(client), path)

        assert len(first) > 0, path
        assert len(second) == 0, f"{path}: {second!r}"
        assert kept == rendered


def test_a_page_that_is_made_after_a_change_asks_at_most_twelve_questions(
    client: Client, edition: Edition, queries: Callable[[], Queries]
) -> None:
    pages = [path for path in addresses(edition) if path.startswith("/en/")]
    for path in pages:
        text(client, path)

    for path in pages:
        with transaction.atomic():
            PublicChange.note()
        with queries() as asked:
            text(client, path)

        assert 0 < len(asked) <= 12, f"{path}: {asked!r}"


def test_a_page_that_is_not_public_is_made_for_each_visitor(
    client: Client, edition: Edition, queries: Callable[[], Queries]
) -> None:
    for path in ("/en/register/", "/en/interest/", "/en/account/login/code/"):
        client.get(path)
        with queries() as second:
            answer = client.get(path)

        assert answer.status_code == 200
        assert len(second) > 0
        assert "ETag" not in answer.headers
        assert "no-store" in answer.headers["Cache-Control"]


def test_without_the_setting_nothing_is_kept(
    edition: Edition, settings: Settings, queries: Callable[[], Queries]
) -> None:
    settings.PAGE_CACHE = False
    client = Client()
    text(client)

    with queries() as second:
        text(client)

    assert len(second) > 0


def test_a_query_or_a_fragments_request_is_answered_anew_and_not_kept(
    client: Client, edition: Edition, queries: Callable[[], Queries]
) -> None:
    text(client, "/en/speakers/")

    for path, headers in (
        ("/en/speakers/?q=nobody", {}),
        ("/en/speakers/?unknown=1", {}),
        ("/en/speakers/", {"HX-Request": "true"}),
    ):
        for _visit in range(2):
            with queries() as made:
                client.get(path, headers=headers)
            assert len(made) > 0, path

    assert "Mei Lin" in text(client, "/en/speakers/")


def test_the_address_carries_the_language_and_nothing_else_does(client: Client) -> None:
    make.edition(languages=["en", "th"], name={"en": "Forum", "th": "เวที"})
    client.cookies["django_language"] = "th"

    in_english = text(client, "/en/")
    in_thai = client.get("/th/", headers={"Accept-Language": "en"})
    again = text(as_another(client), "/en/")

    assert 'lang="en"' in in_english.split(">")[1]
    assert 'lang="th"' in in_thai.content.decode().split(">")[1]
    assert in_thai.headers["Content-Language"] == "th"
    assert again == in_english


def test_the_bare_address_is_answered_by_each_visitors_languages(client: Client) -> None:
    make.edition(languages=["en", "th"])

    first = client.get("/", headers={"Accept-Language": "th"})
    second = client.get("/", headers={"Accept-Language": "en"})

    assert (first.headers["Location"], second.headers["Location"]) == ("/th/", "/en/")


# --- nothing personal ------------------------------------------------------------------------------------------


def test_a_page_first_visited_by_somebody_signed_in_with_news_for_them_shows_no_trace_to_the_next(
    client: Client, edition: Edition
) -> None:
    person = make.user("khin.mar@example.org", name="Khin Mar", duty="owner", edition=edition)
    staff.enter(client, person)
    page = edition.pages.get()
    change = f"/admin/forum/page/{page.pk}/change/"
    client.post(change, staff.fields(client.get(change)))
    csrf = client.cookies["csrftoken"].value

    for path in addresses(edition):
        own = client.get(path)
        answer = as_another(client).get(path)
        everything = answer.content.decode() + str(answer.headers)

        assert own.content == answer.content
        assert not answer.cookies
        assert "Cookie" not in answer.headers["Vary"]
        for trace in ("Khin", "khin.mar", "changed successfully", "csrf", csrf, client.session.session_key):
            assert trace not in everything, f"{path} tells {trace!r}"

    news = client.get("/admin/").content.decode()
    assert "changed successfully" in news  # it was there to be shown, and no public page has used it up


def test_staff_see_a_draft_that_does_not_exist_for_others(client: Client, edition: Edition) -> None:
    draft = make.edition("draft", slug="2031")
    owner = staff.enter(client, make.user(duty="owner", edition=draft))

    seen = [owner.get("/en/2031/").status_code, as_another(client).get("/en/2031/").status_code]

    assert seen == [200, 404]
    assert as_another(client).get("/en/2031/").status_code == 404


def answer_of(**headers: str) -> HttpResponse:
    return HttpResponse("Hello", headers=headers)


def sets_a_cookie(request: HttpRequest) -> HttpResponse:
    answer = answer_of()
    answer.set_cookie("seen", "1")
    return answer


def asks_for_a_token(request: HttpRequest) -> HttpResponse:
    get_token(request)
    return answer_of()


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(sets_a_cookie, id="sets a cookie"),
        pytest.param(asks_for_a_token, id="asks for a token"),
        pytest.param(lambda request: answer_of(Vary="Accept-Language, Cookie"), id="varies by cookie"),
        pytest.param(lambda request: answer_of(Vary="User-Agent"), id="varies by browser"),
        pytest.param(lambda request: answer_of(**{"Cache-Control": "private"}), id="private"),
        pytest.param(lambda request: answer_of(**{"Cache-Control": "no-store"}), id="no-store"),
        pytest.param(
            lambda request: answer_of(**{"Content-Security-Policy": "script-src 'nonce-a1'"}), id="a nonce"
        ),
        pytest.param(lambda request: StreamingHttpResponse(["Hello"]), id="streams"),
        pytest.param(lambda request: HttpResponse(status=404), id="404"),
        pytest.param(lambda request: HttpResponse(status=302, headers={"Location": "/"}), id="302"),
        pytest.param(lambda request: HttpResponse(status=500), id="500"),
        pytest.param(lambda request: HttpResponse(status=503), id="503"),
    ],
)
def test_an_answer_that_is_not_for_everybody_is_never_kept(
    view: Callable[[HttpRequest], HttpResponse],
) -> None:
    cache = PageCache(view)

    for _visit in range(2):
        cache(RequestFactory().get("/en/agenda/"))

    assert len(shelf) == 0


def test_an_answer_that_is_for_everybody_is_kept() -> None:
    cache = PageCache(lambda request: answer_of(Vary="Accept-Language"))

    for _visit in range(2):
        cache(RequestFactory().get("/en/agenda/"))

    assert len(shelf) == 1


def test_a_page_is_rendered_without_anything_of_the_visitor() -> None:
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return answer_of()

    of_somebody = RequestFactory(
        headers={"User-Agent": "Lynx", "Accept-Language": "th", "Referer": "/x/", "Authorization": "y"}
    ).get("/en/agenda/")
    of_somebody.COOKIES["sessionid"] = "z"
    PageCache(view)(of_somebody)

    [rendered] = seen
    assert rendered.path == "/en/agenda/"
    assert rendered.COOKIES == {}
    assert set(rendered.headers) == {"Host", "X-Forwarded-Proto"}
    assert rendered.build_absolute_uri("/") == f"{django_settings.SITE_URL}/"


# --- how it is answered ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=nonsense", "identity"),
        ("GZIP", "gzip"),
        ("", "identity"),
    ],
)
def test_a_page_comes_in_the_best_encoding_that_the_client_reads(accepted: str, encoding: str) -> None:
    assert best_encoding(accepted) == encoding


def test_all_encodings_hold_the_same_page(client: Client, edition: Edition) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}

    answers = {name: client.get("/en/", headers={"Accept-Encoding": name}) for name in unpack}
    pages = {unpack[name](answer.content) for name, answer in answers.items()}

    assert len(pages) == 1
    assert b"Three days on what works." in pages.pop()
    assert len(answers["br"].content) < len(answers["identity"].content) / 2
    for name, answer in answers.items():
        assert answer.headers.get("Content-Encoding", "identity") == name
        assert answer.headers["Content-Length"] == str(len(answer.content))
        assert answer.headers["Vary"] == "accept-encoding"


def test_who_has_the_page_already_is_told_so_until_it_changes(client: Client, edition: Edition) -> None:
    first = client.get("/en/")
    tag = first.headers["ETag"]
    has_it = {"If-None-Match": f'"another", {tag}'}

    before = client.get("/en/", headers=has_it)
    edition.tagline = "Four days on what works."
    edition.save()
    after = client.get("/en/", headers=has_it)

    assert first.headers["Cache-Control"] == "no-cache"
    assert (before.status_code, before.content, before.headers["ETag"]) == (304, b"", tag)
    assert "Content-Type" not in before.headers
    assert "Content-Security-Policy" in before.headers
    assert after.status_code == 200
    assert after.headers["ETag"] != tag


def test_a_head_request_gets_the_headers_alone_whoever_came_first(client: Client, edition: Edition) -> None:
    first = client.head("/en/")
    page = client.get("/en/")
    second = client.head("/en/")

    assert (first.status_code, second.status_code) == (200, 200)
    assert (first.content, second.content) == (b"", b"")
    assert first.headers["Content-Length"] == second.headers["Content-Length"] == str(len(page.content))


def test_a_kept_page_has_all_the_headers_of_one_made_for_the_visitor(
    client: Client, edition: Edition, settings: Settings
) -> None:
    settings.PAGE_CACHE = False
    for path in addresses(edition):
        made = Client().get(path).headers
        settings.PAGE_CACHE = True
        text(client, path)
        kept = client.get(path).headers
        settings.PAGE_CACHE = False

        differing = {"Vary", "ETag", "Content-Length", "Cache-Control"}
        assert {name: made[name] for name in made if name not in differing} == {
            name: kept[name] for name in kept if name not in differing
        }, path
        assert {"Content-Security-Policy", "X-Frame-Options", "Permissions-Policy"} <= set(kept)


def test_a_kept_page_is_not_served_under_a_foreign_name(client: Client, edition: Edition) -> None:
    text(client)

    answer = client.get("/en/", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert b"Three days" not in answer.content


def test_a_kept_page_is_not_served_without_encryption_where_the_site_demands_it(
    edition: Edition, settings: Settings
) -> None:
    settings.SITE_URL, settings.SECURE_SSL_REDIRECT = "https://testserver", True
    settings.SECURE_HSTS_SECONDS = 60
    client = Client()

    safe = [client.get("/en/", secure=True) for _visit in range(2)]
    unsafe = client.get("/en/")

    assert [answer.status_code for answer in safe] == [200, 200]
    assert safe[1].headers["Strict-Transport-Security"] == "max-age=60"
    assert unsafe.status_code == 301
    assert unsafe.headers["Location"].startswith("https://")


def test_the_sitemap_speaks_of_the_sites_own_name_whatever_name_it_was_asked_by(
    client: Client, edition: Edition
) -> None:
    answer = client.get("/sitemap.xml", headers={"Host": "127.0.0.1"})

    assert set(re.findall(r"<loc>(https?://[^/]+)/", answer.content.decode())) == {django_settings.SITE_URL}


def test_an_editions_style_is_kept_for_good_at_its_own_address_only(client: Client, edition: Edition) -> None:
    own = client.get(edition_style(edition))
    made_up = client.get(f"/editions/{edition.slug}/style.0123456789.css")

    assert "immutable" in own.headers["Cache-Control"]
    assert made_up.content == own.content
    assert made_up.headers["Cache-Control"] == "no-store"
    assert "ETag" not in made_up.headers


# --- before Django begins --------------------------------------------------------------------------------------


class Asked:
    """The product as a web server asks it, and how often Django had to begin."""

    def __init__(self) -> None:
        self.django, self.begun = WSGIHandler(), 0
        self.whole = answered_from_memory(self._begin)

    def _begin(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.begun += 1
        return self.django(environ, start_response)

    def __call__(
        self, method: str = "GET", path: str = "/en/", **environ: Any
    ) -> tuple[str, dict[str, str], bytes]:
        started: list[Any] = []
        at_home = {"HTTP_HOST": "localhost:8000", **environ}
        request = RequestFactory().generic(method, path, **at_home)
        body = b"".join(self.whole(request.environ, lambda *of: started.extend(of)))
        return started[0], dict(started[1]), body


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("GET", {"HTTP_ACCEPT_ENCODING": "gzip, br"}),
        ("GET", {"HTTP_COOKIE": "sessionid=somebodys", "HTTP_ACCEPT_LANGUAGE": "th"}),
        ("HEAD", {"HTTP_ACCEPT_ENCODING": "gzip"}),
        ("GET", {"HTTP_IF_NONE_MATCH": "*"}),
    ],
)
def test_what_is_kept_and_known_to_be_good_is_answered_before_django_begins_and_no_differently(
    edition: Edition, method: str, headers: dict[str, str]
) -> None:
    ask = Asked()
    ask()
    last_known.reading_afresh()

    early = ask(method, **headers)
    begun = ask.begun
    last_known.forget()  # now it is time to ask, which only Django may do
    late = ask(method, **headers)

    assert early == late
    assert (begun, ask.begun) == (1, 2)


@pytest.mark.parametrize(
    ("method", "path", "environ"),
    [
        ("POST", "/en/", {}),
        ("GET", "/en/?x=1", {}),
        ("GET", "/en/", {"HTTP_HX_REQUEST": "true"}),
        ("GET", "/en/", {"HTTP_HOST": "evil.example"}),
        ("GET", "/en/", {"SCRIPT_NAME": "/elsewhere"}),
        ("GET", "/en/", {"secure": "is asked for"}),
        ("GET", "/en/never-asked-for/", {}),
    ],
)
def test_whatever_else_is_asked_is_left_to_django(
    edition: Edition, settings: Settings, method: str, path: str, environ: dict[str, str]
) -> None:
    ask = Asked()
    ask()
    last_known.reading_afresh()
    settings.SECURE_SSL_REDIRECT = environ.pop("secure", "") != ""

    ask(method, path, **environ)

    assert ask.begun == 2


def test_what_has_changed_is_left_to_django(edition: Edition) -> None:
    ask = Asked()
    before = ask()

    edition.tagline = "Four days on what works."
    edition.save()
    after = ask()

    assert b"Three days" in before[2]
    assert b"Four days" in after[2]
    assert ask.begun == 2


# --- what changes by the clock ---------------------------------------------------------------------------------


def test_a_kept_page_follows_the_phase_to_the_second(client: Client) -> None:
    opens = (timezone.now() + timedelta(minutes=10)).replace(microsecond=0)
    make.edition("announced", registration_opens_at=opens)

    early = text(client)
    with time_machine.travel(opens - timedelta(seconds=1), tick=False):
        just_before = text(client)
    with time_machine.travel(opens, tick=False):
        just_then = text(client)

    assert 'href="/en/register/"' not in early + just_before
    assert 'href="/en/register/"' in just_then


def test_now_and_next_follows_the_clock(client: Client) -> None:
    edition = make.edition("running")
    make.slot(make.session(edition, title="Wages by phone"), at="10:00", minutes=30)
    make.slot(make.session(edition, title="Debts at sea"), at="11:00", minutes=30)
    make.release(edition)

    def on_now(at: str) -> str:
        with time_machine.travel(make.moment(edition, at=at), tick=False):
            return text(client).split(">Now</h3>")[1].split(">Next")[0]

    assert "Wages by phone" in on_now("10:29")
    assert "Nothing at this moment" in on_now("10:30")
    assert "Debts at sea" in on_now("11:00")


def test_the_page_of_the_current_edition_gives_way_to_the_next_ones_in_time(client: Client) -> None:
    ends_on = timezone.now().date() - timedelta(days=1)
    make.edition("running", starts_on=ends_on, days=1, name="The old one")
    make.edition("announced", name="The new one")
    last_second = datetime.combine(ends_on + timedelta(days=2), time.min, UTC) - timedelta(seconds=1)

    with time_machine.travel(last_second, tick=False):
        before = text(client)
    with time_machine.travel(last_second + timedelta(seconds=1), tick=False):
        after = text(client)

    assert "<h1>The old one" in before
    assert "<h1>The new one" in after


def test_between_its_turns_an_edition_shows_itself_the_same() -> None:
    edition = make.edition("announced", days=2)
    edition.registration_closes_at = edition.begins_at - timedelta(days=3)
    start, hour = edition.turns[0] - timedelta(days=1), timedelta(hours=1)
    states: list[tuple[Phase, bool, bool]] = []

    def state(moment: datetime) -> tuple[Phase, bool, bool]:
        with time_machine.travel(moment, tick=False):
            return edition.phase, edition.takes_registrations, edition.is_over

    for number in range(24 * 175):
        moment = start + number * hour
        states.append(state(moment))
        if number and states[-1] != states[-2]:
            assert any(moment - hour < turn <= moment for turn in edition.turns), moment

    assert len(set(states)) == len(Phase)


def test_a_change_that_told_nobody_is_seen_after_a_quarter_of_an_hour(
    client: Client, edition: Edition
) -> None:
    text(client)
    Edition.objects.update(tagline="Written by hand.")

    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=False):
        before = text(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        after = text(client)

    assert "Written by hand." not in before
    assert "Written by hand." in after


# --- memory and threads ----------------------------------------------------------------------------------------


def kept(body: bytes, version: int = 1) -> KeptPage:
    return KeptPage.of(HttpResponse(body), version, until=0)


def test_the_shelf_stays_within_its_budget_and_lets_go_what_nobody_asks_for() -> None:
    weight = kept(b"Hello").weight
    small = Shelf(budget=3 * weight)

    for path in ("/a/", "/b/", "/c/"):
        small.put(path, kept(b"Hello"))
    small.find("/a/")
    small.put("/d/", kept(b"Hello"))

    assert small.find("/b/") is None
    assert small.find("/a/")
    assert len(small) == 3
    assert small.weight <= small.budget < BUDGET


def test_an_encoding_that_is_asked_for_later_is_weighed_too() -> None:
    page, small = kept(b"Hello" * 10_000), Shelf(budget=30_000)
    small.put("/a/", page)
    small.put("/b/", kept(b"Hello"))
    page.answer(RequestFactory().get("/a/").environ)

    small.find("/a/")

    assert small.weight <= 30_000
    assert len(small) < 2


def test_of_many_who_ask_for_a_page_at_once_one_has_it_made() -> None:
    made, begun = [], threading.Barrier(5)

    def slow(request: HttpRequest) -> HttpResponse:
        made.append(request)
        threading.Event().wait(0.3)
        return answer_of()

    cache = PageCache(slow)
    answers: list[HttpResponse] = []

    def visit() -> None:
        begun.wait()
        answers.append(cache(RequestFactory().get("/en/agenda/")))
        connection.close()

    visitors = [threading.Thread(target=visit) for _number in range(5)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()

    assert [answer.content for answer in answers] == [b"Hello"] * 5
    assert len(made) == 1


# --- while the database is away --------------------------------------------------------------------------------


def test_a_page_whose_time_is_over_may_be_shown_while_the_database_is_away_but_none_from_before_a_change() -> (
    None
):
    page = kept(b"Hello", version=7)

    assert page.is_good(Reading(7, 0, is_away=True))
    assert not page.is_good(Reading(7, 0, is_away=False))
    assert not page.is_good(Reading(9, 0, is_away=True))
    assert not page.is_good(Reading("changed", 0, is_away=True))
    assert not page.is_good(Reading(None, 0, is_away=True))


class Away:
    """A database that nobody reaches."""

    def __enter__(self) -> None:
        self._version = PublicChangeQuerySet.version

        def fail(rows: object) -> int:
            raise OperationalError("away")

        PublicChangeQuerySet.version = fail  # type: ignore[assignment, method-assign]

    def __exit__(self, *fault: object) -> None:
        PublicChangeQuerySet.version = self._version  # type: ignore[method-assign]


def known(one: LastKnown, *, is_away: bool = False) -> int | str | None:
    if not is_away:
        return one.reading_afresh().version
    with Away():
        return one.reading_afresh().version


in_redis = pytest.mark.skipif("not django_settings.REDIS_URL", reason="the demo has no Redis")


@pytest.mark.django_db(transaction=True)
def test_what_this_process_has_changed_since_it_asked_last_hides_every_page() -> None:
    mine = LastKnown()
    before = known(mine)

    PublicChange.note()

    assert before is not None
    assert known(mine, is_away=True) is None
    assert known(mine) not in {None, before}


@in_redis
@pytest.mark.django_db(transaction=True)
def test_what_another_process_has_changed_hides_every_page_though_nobody_has_asked_since() -> None:
    idle = LastKnown()
    before = known(idle)
    idle._said_after = PublicChange.last_commit = object()  # another process's commits are not heard of

    spare.note_a_change()

    assert known(idle, is_away=True) not in {None, before}


@in_redis
@pytest.mark.django_db(transaction=True)
def test_what_redis_was_not_told_is_not_taken_back_from_it() -> None:
    older = known(LastKnown())
    mine = LastKnown()
    PublicChange.objects.create()
    patience.redis.lose_some()  # Redis is left alone, and is not told
    newer = known(mine)
    patience.redis.begin_anew()

    assert older != newer
    assert spare.version() == older
    assert known(mine, is_away=True) is None


@in_redis
@pytest.mark.django_db(transaction=True)
def test_a_slow_rendering_does_not_put_an_older_version_back() -> None:
    older = known(LastKnown())
    PublicChange.objects.create()
    newer = known(LastKnown())
    assert isinstance(older, int)

    spare.keep("/en/", kept(b"Hello", version=older))

    assert spare.version() == newer


@in_redis
@pytest.mark.django_db(transaction=True)
def test_a_process_that_has_just_started_goes_by_what_others_know() -> None:
    version = known(LastKnown())

    assert known(LastKnown(), is_away=True) == version
