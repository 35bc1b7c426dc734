"""Whatever is sent to a public address: an error beside a field or a plain page, never a fault, nothing half-written.

What is sent is made up by hypothesis, the same in every run. What it once found stands in the tests below it, by name.
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.models import Edition, Interest, Message
from registration.models import Attendee, Order, Place, Quota, Ticket
from tests import make
from tests.registration.test_register_page import PATH, answers, carried, text
from tests.servers import Web
from tests.servers import answers as is_answered

pytestmark = pytest.mark.django_db

TEXTS = ("name", "badge_name", "email", "organisation", "diet")
FIELDS = (
    *TEXTS,
    "group",
    "ticket_type",
    "country",
    "access_needs",
    "interpretation",
    "photo_consent",
    "step",
)
HIDDEN = ("key", "texts", "agree")
STRANGERS = (
    "",
    "id",
    "pk",
    "status",
    "price",
    "order",
    "edition",
    "is_staff",
    "name[]",
    "name.0",
    "__proto__",
    "\x00",
)

EVIL = [
    "",
    " \t\r\n",
    "a\x00b",
    "x" * 10_000,
    "ก" * 10_000,
    "99999999999999999999999999",
    "9" * 5_000,
    "-1",
    "1e999",
    "NaN",
    "0000-00-00",
    "99999-12-31T25:61:61",
    "' OR 1=1 --",
    "\u202egnp.exe",
    "\u2066\u2067\u2069",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }}{% debug %}",
    "%00%ff%fe",
    "../../../../etc/passwd\x00.png",
    "\r\nBcc: all@example.org",
    "😀\U000e0001\U0010ffff\ufffe",
    "𝔘𝔫𝔦" + "\u0301" * 500,
    "١٢٣",
    '{"name": ["a", {"b": null}]}',
]

any_text = st.one_of(st.sampled_from(EVIL), st.text(max_size=40))
any_bytes = st.one_of(
    any_text.map(lambda sign: sign.encode("utf-8", "surrogatepass")),
    st.binary(max_size=40),
    st.text(st.characters(categories=["Cs", "Cc", "Co", "Cn"]), max_size=8).map(
        lambda signs: signs.encode("utf-8", "surrogatepass")
    ),
    st.sampled_from([b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", "é".encode("utf-16"), b"%00", b"\x80" * 300]),
)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What was refused a thousand times need not stand a thousand times below a failure."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def tries(number: int) -> Callable[[Any], Any]:
    """Run a test with `number` inputs: the same ones each time, kept nowhere."""
    return settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(
            HealthCheck
        ),  # one database serves all inputs of a test; they write nothing
    )


# --- what has to hold --------------------------------------------------------------------------------------------


def written() -> dict[str, int]:
    """How much there is of all that a registration writes."""
    kinds = (Order, Ticket, Attendee, Place, Message, Interest)
    return {kind.__name__: kind._default_manager.count() for kind in kinds}


def assert_whole() -> None:
    """Every order is there with all that belongs to it, and each quota counts the places that there are."""
    assert not Order.objects.filter(tickets=None).exists()
    assert not Ticket.objects.filter(attendee=None).exists()
    assert not Quota.objects.miscounted().exists()
    assert not Ticket.objects.misplaced().exists()


def assert_plain(answer: Any, what: object = "") -> None:
    """No fault; and what is refused is a page of the site, with nothing of what was sent left as markup."""
    assert answer.status_code < 500, (what, answer.status_code)
    body = b"".join(answer)
    assert b"<script>alert" not in body, what
    assert b"<img src=x" not in body, what
    assert b"Traceback" not in body, what
    if answer.status_code >= 400 and answer.request["REQUEST_METHOD"] != "HEAD":
        assert b"<h1" in body, (what, answer.status_code, body[:200])
        assert b'<link rel="stylesheet"' in body, what


def assert_says_what_is_wrong(page: str, what: object = "") -> None:
    """The form came back with an error at the top and beside a field."""
    assert 'class="error-summary"' in page, what
    assert 'class="field-error"' in page, what


# --- the form ----------------------------------------------------------------------------------------------------


@st.composite
def tampered(draw: st.DrawFn, names: tuple[str, ...]) -> list[tuple[str, bytes | None]]:
    """What is changed in a form that would be fine: fields replaced, repeated, left out (None) or invented."""
    name = st.one_of(st.sampled_from(names), st.sampled_from([*names, *STRANGERS]), st.text(max_size=5))
    return draw(st.lists(st.tuples(name, st.one_of(any_bytes, st.none())), min_size=1, max_size=5))


def encoded(fields: dict[str, Any], changes: list[tuple[str, bytes | None]]) -> bytes:
    """The form's fields as a browser would send them, with the changes: the first of a name replaces, others repeat."""
    pairs = [(str(name).encode(), str(value).encode()) for name, value in fields.items()]
    touched = set()
    for name, value in changes:
        key = name.encode("utf-8", "surrogatepass")
        if key not in touched or value is None:
            pairs = [pair for pair in pairs if pair[0] != key]
        touched.add(key)
        if value is not None:
            pairs.append((key, value))
    return urlencode(pairs).encode()


def send(
    client: Client, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded", **more: Any
) -> Any:
    return client.generic("POST", path, body, content_type=kind, **more)


@pytest.fixture
def edition() -> Edition:
    """One in three languages, with texts to agree to, a ticket for everybody and a full one."""
    edition = make.edition(languages=["en", "th", "my"])
    make.page(edition, "terms")
    make.ticket_type(edition, size=1_000)
    make.ticket_type(edition, size=0)
    make.group(edition)
    return edition


def assert_form_came_back(answer: Any, what: object) -> None:
    """The first page, with an error beside a field and all the text that was typed."""
    page, posted = answer.content.decode(), answer.wsgi_request.POST
    assert_says_what_is_wrong(page, what)
    for name in TEXTS:
        assert not posted.get(name) or f'value="{escape(posted[name])}"' in page, (name, what)


@tries(80)
@given(changes=tampered(FIELDS))
def test_a_tampered_first_page_comes_back_with_an_error_beside_a_field_and_what_was_typed(
    client: Client, edition: Edition, changes: list[tuple[str, bytes | None]]
) -> None:
    body, before = encoded(answers(edition), changes), written()

    answer = send(client, PATH, body)

    assert_plain(answer, body)
    assert written() == before
    is_fine = b'name="key"' in answer.content
    if not is_fine and answer.wsgi_request.POST.get("step") != "change":
        assert_form_came_back(answer, body)


@tries(80)
@given(changes=tampered((*FIELDS, *HIDDEN)))
def test_a_tampered_second_page_places_a_whole_order_or_nothing(
    client: Client, edition: Edition, changes: list[tuple[str, bytes | None]]
) -> None:
    page = text(client.post(PATH, answers(edition)))
    body = encoded({**carried(page), "agree": "on", "step": "confirm"}, changes)
    before = written()

    answer = send(client, PATH, body, REMOTE_ADDR=f"192.0.2.{before['Order']}")

    assert_plain(answer, body)
    assert_whole()
    new = {kind: number - before[kind] for kind, number in written().items() if number != before[kind]}
    if answer.status_code == 302:
        assert new in ({}, dict.fromkeys(("Order", "Ticket", "Attendee", "Place", "Message"), 1)), body
    else:
        assert not new, body


# --- what is no form at all --------------------------------------------------------------------------------------

KINDS = [
    "",
    "application/json",
    "text/xml",
    "multipart/mixed; boundary=x",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 300,
    "multipart/form-data; boundary=\xe9",
    "multipart/form-data; boundary=x",
    *(
        f"{kind}; charset={charset}"
        for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded")
        for charset in ("utf-8", "utf-16", "utf-7", "zlib", "idna", "unicode_escape", "nonsense", "", '"')
    ),
]


@st.composite
def multipart(draw: st.DrawFn) -> bytes:
    """Parts between boundaries `x`, with headers that are wrong in one way or another; not always with an end."""
    headers = st.sampled_from(
        [
            b'Content-Disposition: form-data; name="%s"',
            b'Content-Disposition: form-data; name="%s"; filename="a.png"\r\nContent-Type: image/png',
            b'Content-Disposition: form-data; name="%s"; filename="../../\x00.png"',
            b"Content-Disposition: form-data; name*=utf-8''%s%%00%%ff",
            b"Content-Disposition: form-data; name*=nonsense'x'%s",
            b'Content-Disposition: form-data; name="%s"\r\nContent-Transfer-Encoding: base64',
            b'Content-Disposition: form-data; name="%s"; filename=a\r\nContent-Transfer-Encoding: base64',
            b'Content-Disposition: form-data; name="%s"\r\nContent-Length: -5',
            b'Content-Type: text/plain; charset=zlib\r\nContent-Disposition: form-data; name="%s"',
            b"Content-Disposition: form-data%.0s",
            b"%s",
        ]
    )
    parts = draw(st.lists(st.tuples(headers, st.sampled_from(FIELDS), any_bytes), max_size=5))
    body = b"".join(
        b"--x\r\n" + header % name.encode() + b"\r\n\r\n" + value + b"\r\n" for header, name, value in parts
    )
    return body + draw(st.sampled_from([b"--x--\r\n", b"--x", b"", b"--y--"]))


@tries(120)
@given(
    kind=st.sampled_from(KINDS),
    body=st.one_of(
        multipart(), any_bytes, st.sampled_from([b"{}", b"[[1]]", b"null", b"&=&=&", b"%", b"a=%zz"])
    ),
    step=st.sampled_from([b"", b"step=confirm&key=\x2b2AA-&name=", b"name=\\ud800&step=change&name="]),
)
def test_a_body_of_any_kind_is_answered(
    client: Client, edition: Edition, kind: str, body: bytes, step: bytes
) -> None:
    before = written()

    answer = send(client, PATH, step + body, kind)

    assert_plain(answer, (kind, body))
    assert written() == before


# --- every address -----------------------------------------------------------------------------------------------

NOT_FOR_PEOPLE = ("healthz", "readyz", "payments/", "static/")  # they answer in their own way


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Each address of the site as a path with {name} for what varies; the back office's own are tested elsewhere."""
    for pattern in patterns:
        whole = before + re.sub(
            r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", r"{\1\2}", str(pattern.pattern).strip("^$")
        )
        if isinstance(pattern, URLPattern):
            yield whole
        elif pattern.app_name != "admin":
            yield from routes(pattern.url_patterns, whole)


class Site:
    """An edition with something at every address, and a speaker who may sign in."""

    def __init__(self, edition: Edition) -> None:
        self.routes = sorted(
            {*routes(get_resolver().url_patterns), "admin/", "admin/login/", "static/css/site.css"}
        )
        self.user = make.user("speaker@example.org")
        speaker = make.speaker(edition, user=self.user)
        session = make.session(edition, speakers=[speaker])
        make.slot(session)
        make.release(edition)
        self.order = make.order(edition=edition, ticket_type=edition.ticket_types.first(), price=25_000)
        ticket = self.order.tickets.get()
        kept = make.place_offer(make.waiting_entry(make.ticket_type(edition, size=1)))
        self.values: dict[str, list[str]] = {
            "edition": [edition.slug],
            "slug": [speaker.slug, session.slug, "terms"],
            "date": [str(edition.starts_on)],
            "code": [self.order.code],
            "secret": [self.order.secret, ticket.secret, ticket.badge_token, kept.secret, kept.entry.secret],
            "number": [str(ticket.pk)],
        }

    def address(self, number: int, given: list[bytes | None], choice: int) -> bytes:
        """The route with this number, its variables filled with what is given, or (None) with what there is."""
        rest = iter(given)

        def fill(found: re.Match[bytes]) -> bytes:
            real = self.values.get(found[1].decode(), ["1"])
            return next(rest, None) or real[choice % len(real)].encode()

        route = self.routes[number % len(self.routes)]
        return b"/" + re.sub(rb"\{(\w+)\}", fill, route.encode())


@pytest.fixture
def whole_site(edition: Edition) -> Site:
    return Site(edition)


part_of_an_address = st.one_of(
    st.none(),
    any_bytes,
    st.text("abcXYZ019-_", min_size=1, max_size=300).map(str.encode),
    st.sampled_from(
        [b"9" * 5000, b"0000-00-00", b"9999-99-99", b"..", b"//[", b"a/b", b"-", b"\n", b"%2e%2e"]
    ),
)
an_address = st.tuples(st.integers(0, 200), st.lists(part_of_an_address, max_size=3), st.integers(0, 4))

one_line = st.text(st.characters(max_codepoint=0xFF, exclude_categories=["Cc"]), max_size=60)
any_header = st.one_of(
    one_line,
    st.sampled_from(
        [
            "",
            "x" * 8_000,
            ",;=" * 200,
            "*",
            "-1",
            "en-" + "x-" * 400,
            "th;q=nan, my;q=1e999, *;q=-1",
            "1.2.3.4, , unknown, [::1",
            "http://[",
            "bytes=-1-,5",
            "Thu, 99 Foo 99999 25:61:61 GMT",
            '"',
            "application/json",
            "true",
        ]
    ),
)
HEADERS = [
    *(
        "ACCEPT",
        "ACCEPT_ENCODING",
        "ACCEPT_LANGUAGE",
        "AUTHORIZATION",
        "COOKIE",
        "EXPECT",
        "FORWARDED",
        "ORIGIN",
    ),
    *("IF_MATCH", "IF_MODIFIED_SINCE", "IF_NONE_MATCH", "IF_RANGE", "RANGE", "REFERER", "USER_AGENT"),
    *("X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_CSRFTOKEN", "X_HTTP_METHOD_OVERRIDE"),
    *("HX_REQUEST", "HX_CURRENT_URL", "HX_PROMPT", "HX_TARGET", "SEC_FETCH_SITE", "STRIPE_SIGNATURE"),
]
any_cookies = st.lists(
    st.tuples(
        st.sampled_from(["sessionid", "csrftoken", "messages", "django_language", "edition", "x"]),
        st.one_of(
            any_header, st.sampled_from([r'"aaaaaaaa\000"', r'"aaaaaaaa\355\240\200"', "a" * 32, "en\xff"])
        ),
    ),
    max_size=3,
).map(lambda pairs: "; ".join(f"{name}={value}" for name, value in pairs))
METHODS = ["GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "SING"]


@tries(300)
@given(
    address=an_address,
    query=st.one_of(
        st.just(b""),
        st.lists(
            st.tuples(
                st.sampled_from(["q", "group", "ticket", "next", "p", "edition", "step", "day"]), any_bytes
            )
        )
        .map(urlencode)
        .map(str.encode),
        any_bytes,
    ),
    method=st.sampled_from(METHODS),
    headers=st.dictionaries(st.sampled_from(HEADERS), any_header, max_size=3),
    cookies=any_cookies,
    signed_in=st.booleans(),
)
def test_no_address_method_header_or_cookie_is_answered_with_a_fault(
    whole_site: Site,
    address: Any,
    query: bytes,
    method: str,
    headers: dict[str, str],
    cookies: str,
    signed_in: bool,
) -> None:
    path, visitor = whole_site.address(*address), Client()
    environ = {f"HTTP_{name}": value for name, value in headers.items()}
    if signed_in:
        visitor.force_login(whole_site.user)
    else:
        environ["HTTP_COOKIE"] = cookies
    environ |= {"PATH_INFO": path.decode("latin-1"), "QUERY_STRING": query.decode("latin-1")}

    answer = visitor.generic(method, "/", **environ)

    what = (method, path, query, environ)
    if path.decode("latin-1").removeprefix("/").startswith(NOT_FOR_PEOPLE):
        list(answer)  # a file is closed when it has been read
        assert answer.status_code < 500 or path == b"/readyz", what
    else:
        assert_plain(answer, what)
    assert_whole()


# --- every other form --------------------------------------------------------------------------------------------

FORMS: dict[str, tuple[str, ...]] = {
    "en/interest/": ("email",),
    "en/lost-link/": ("email",),
    "en/orders/{code}/{secret}/email/": ("email",),
    "en/orders/{code}/{secret}/cancellation/": ("reason", "ticket", "back"),
    "en/orders/{code}/{secret}/tickets/{number}/correction/": ("name", "badge_name", "country", "diet"),
    "en/orders/{code}/{secret}/tickets/{number}/email/": ("email",),
    "en/orders/{code}/{secret}/tickets/{number}/replacement/": ("name", "email", "country", "before"),
    "en/orders/{code}/{secret}/tickets/{number}/type/": ("ticket_type",),
    "en/orders/{code}/{secret}/tickets/{number}/cancellation/": ("ticket", "back"),
    "en/account/login/code/": ("email", "next"),
    "en/account/login/code/confirm/": ("code", "action", "next"),
    "en/account/staff/": ("login", "password", "remember", "next"),
    "en/account/password/reset/": ("email",),
    "en/account/logout/": ("next",),
    "en/speaker/{edition}/{slug}/about/": ("name", "role_0", "role_1", "organisation", "country", "links"),
    "en/speaker/{edition}/{slug}/bio/": ("bio_0", "bio_1", "bio_2", "preview"),
    "en/speaker/{edition}/{slug}/photo/": ("photo", "place", "crop_left", "crop_top", "crop_size"),
    "en/speaker/{edition}/{slug}/photo/removal/": ("photo",),
    "en/speaker/{edition}/{slug}/consent/": ("listed", "recorded", "photographed"),
}
a_form = st.sampled_from(sorted(FORMS)).flatmap(lambda path: st.tuples(st.just(path), tampered(FORMS[path])))


@tries(150)
@given(form=a_form)
def test_every_other_form_says_what_is_wrong_or_does_what_it_should(whole_site: Site, form: Any) -> None:
    (route, changes), visitor = form, Client(REMOTE_ADDR=f"192.0.2.{len(form[1])}")
    path = whole_site.address(whole_site.routes.index(route), [], 0).decode()
    if "/speaker/" in path:
        visitor.force_login(whole_site.user)
    elif path.endswith("/confirm/"):
        visitor.post("/en/account/login/code/", {"email": make.user().email})

    answer = send(visitor, path, encoded({"csrfmiddlewaretoken": "as in every form"}, changes))

    assert_plain(answer, form)
    assert_whole()
    is_preview = b"preview" in answer.wsgi_request.body
    if answer.status_code == 200 and not is_preview:
        assert_says_what_is_wrong(answer.content.decode(), form)


# --- what was once found, and what is sure to be tried ----------------------------------------------------------


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "zlib", "unicode_escape", "idna", "latin-1"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_form_in_another_charset_is_refused_with_a_page(
    client: Client, edition: Edition, kind: str, charset: str
) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n+2AA-\\ud800\r\n--x--\r\n'

    answer = send(client, PATH, part, f"{kind}; charset={charset}")

    assert answer.status_code == 400
    assert_plain(answer)


def test_a_charset_in_the_language_of_the_address_is_refused(client: Client, edition: Edition) -> None:
    answer = send(client, "/th/register/", b"name=x", "text/plain; charset=utf-7")

    assert 'lang="th"' in answer.content.decode()


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "django_language"])
def test_a_null_byte_in_a_quoted_cookie_is_a_cookie_less(client: Client, edition: Edition, name: str) -> None:
    answer = client.get("/en/my-orders/", HTTP_COOKIE=f'{name}="aaaaaaaaaaaaaaaaaaaa\\000"')

    assert answer.status_code == 302


@pytest.mark.parametrize(
    "where", ["!", "login", "admin:index", "//evil.example/", "https://evil.example/", "/\n/"]
)
@pytest.mark.parametrize("path", ["/en/account/", "/admin/login/", "/en/account/staff/"])
def test_after_signing_in_nobody_is_sent_to_what_is_no_path_of_ours(
    client: Client, edition: Edition, path: str, where: str
) -> None:
    client.force_login(make.user())

    answer = client.get(path, {"next": where})

    assert answer.status_code in {302, 403}
    assert "evil" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("path", ["/en/interest/", "/en/lost-link/", PATH])
def test_an_address_that_grows_when_it_is_compared_is_too_long(
    client: Client, edition: Edition, path: str
) -> None:
    address = "a@" + ".".join(["ß" * 30] * 8) + ".org"

    page = text(client.post(path, {"email": address}))

    assert "Please keep this under 254 characters" in page
    assert address in page


@pytest.mark.parametrize("name", ["\u200b\u200d", "\u2060", "\u3164", "\u00ad", "\U000e0041", "\u2800"])
def test_a_name_that_nobody_can_see_is_none(client: Client, edition: Edition, name: str) -> None:
    page = text(client.post(PATH, answers(edition, name=name)))

    assert 'id="id_name_error"' in page


@pytest.mark.parametrize(
    "path",
    [
        "//[",
        "//[x]/en/",
        "/en//[",
        "/\xff\xfe/",
        "/en/\x00/",
        "/en/%",
        "/..",
        "///",
        "/en/" + "a" * 9_000,
        "/" + "9" * 9_000,
    ],
)
def test_an_address_that_makes_no_sense_is_nowhere(client: Client, edition: Edition, path: str) -> None:
    answer = client.get("/", PATH_INFO=path)

    assert answer.status_code in {301, 302, 404}
    assert_plain(answer)


def test_a_page_that_is_nowhere_links_to_no_other_site(client: Client, edition: Edition) -> None:
    answer = client.get("/", PATH_INFO="//evil.example/")

    assert answer.status_code == 404
    assert 'href="//' not in answer.content.decode()


@pytest.mark.parametrize("number", [2_001, 20_000])
def test_a_form_of_thousands_of_fields_is_refused_with_a_page(
    client: Client, edition: Edition, number: int
) -> None:
    answer = send(client, PATH, "&".join(f"f{one}=1" for one in range(number)).encode())

    assert answer.status_code == 400
    assert_plain(answer)


def test_a_form_of_megabytes_is_refused_with_a_page(client: Client, edition: Edition) -> None:
    answer = send(client, PATH, b"name=" + b"x" * 3_000_000)

    assert answer.status_code == 400
    assert_plain(answer)


@pytest.mark.parametrize("path", [PATH, "/en/interest/", "/en/lost-link/"])
def test_json_where_a_form_belongs_is_an_empty_form(client: Client, edition: Edition, path: str) -> None:
    answer = send(client, path, b'{"name": "Khin", "email": {"$gt": ""}}', "application/json")

    assert_says_what_is_wrong(text(answer))


@pytest.mark.parametrize("path", ["/en/my-orders/", "/en/lost-link/sent/", "/en/", "/healthz", "/robots.txt"])
def test_a_method_that_an_address_does_not_know_is_answered_with_a_page_or_as_reading(
    client: Client, edition: Edition, path: str
) -> None:
    client.force_login(make.user())

    answer = client.delete(path)

    assert answer.status_code in {200, 405}
    assert_plain(answer)


@pytest.mark.parametrize("path", ["/en/", PATH, "/", "/admin/", "/healthz", "/en/nothing/here/"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost:x",
        "localhost@evil.example",
        "[::1",
        "",
        "a b",
        "\xe9",
    ],
)
def test_a_foreign_host_is_refused_with_a_page_that_does_not_name_it(
    client: Client, edition: Edition, host: str, path: str
) -> None:
    answer = client.get(path, HTTP_HOST=host)

    assert answer.status_code == 400
    assert_plain(answer)
    assert b"evil" not in answer.content


@pytest.mark.parametrize("token", [None, "", "x", "x" * 64, "\x00" * 64, "ก" * 64])
def test_a_confirmation_without_the_right_token_is_refused_with_a_page_and_places_nothing(
    edition: Edition, token: str | None
) -> None:
    client = Client(enforce_csrf_checks=True)
    page = text(client.get(PATH))
    [real] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    page = text(client.post(PATH, answers(edition, csrfmiddlewaretoken=real)))
    fields = {**carried(page), "agree": "on", "step": "confirm"}
    before = written()

    answer = client.post(PATH, {**fields, **({} if token is None else {"csrfmiddlewaretoken": token})})

    assert answer.status_code == 403
    assert_plain(answer)
    assert written() == before
    assert client.post(PATH, {**fields, "csrfmiddlewaretoken": real}).status_code == 302


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://testserver.evil.example", "http://["]
)
def test_a_form_from_another_site_is_refused_even_with_a_token(edition: Edition, origin: str) -> None:
    client = Client(enforce_csrf_checks=True)
    [real] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', text(client.get(PATH)))

    answer = client.post(PATH, answers(edition, csrfmiddlewaretoken=real), HTTP_ORIGIN=origin)

    assert answer.status_code == 403
    assert_plain(answer)


@pytest.mark.parametrize("route", sorted(FORMS))
def test_no_form_is_taken_without_a_token(whole_site: Site, route: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(whole_site.user)
    before = written()

    answer = client.post(
        whole_site.address(whole_site.routes.index(route), [], 0).decode(), {"email": "a@example.org"}
    )

    assert answer.status_code == 403
    assert_plain(answer)
    assert written() == before


def test_the_one_time_key_of_another_editions_order_opens_and_places_nothing(
    client: Client, edition: Edition
) -> None:
    other = make.order(edition=make.edition(), key="k" * 22)
    page = text(client.post(PATH, answers(edition)))
    before = written()

    answer = client.post(PATH, {**carried(page), "key": other.key, "agree": "on", "step": "confirm"})

    assert "This page was used already" in text(answer)
    assert other.secret not in answer.content.decode()
    assert written() == before


def test_a_one_time_key_that_is_sent_again_with_other_answers_changes_nothing(
    client: Client, edition: Edition
) -> None:
    page = text(client.post(PATH, answers(edition)))
    fields = {**carried(page), "agree": "on", "step": "confirm"}
    first = client.post(PATH, fields)
    before = written()

    again = client.post(PATH, {**fields, "name": "Somebody Else", "email": "else@example.org"})

    assert again.url == first.url
    assert written() == before
    assert Attendee.objects.get().name == "Daw Khin Mar"


def test_the_code_of_one_order_with_the_secret_of_another_opens_nothing(
    client: Client, edition: Edition
) -> None:
    one, other = make.order(edition=edition), make.order(edition=edition)

    for page in ("", "email/", "cancellation/"):
        answer = client.post(f"/en/orders/{one.code}/{other.secret}/{page}", {"email": "thief@example.org"})
        assert answer.status_code in {404, 405} if page == "" else 404
        assert_plain(answer)
    assert client.get(f"/en/tickets/{one.secret}/").status_code == 404


HEAD = (
    b"POST /en/register/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)
RAW = [
    HEAD + b"Content-Length: 1000\r\n\r\nname=Khin",
    HEAD + b"Content-Length: 3\r\n\r\nname=Khin",
    HEAD + b"Content-Length: -1\r\n\r\nname=Khin",
    HEAD + b"Content-Length: many\r\n\r\nname=Khin",
    HEAD + b"Content-Length: 99999999999999999999\r\n\r\nname=Khin",
    HEAD + b"Content-Length: 9\r\nContent-Length: 5\r\n\r\nname=Khin",
    HEAD + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\nname=Khin",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nname=Khin\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nname=",
    HEAD.replace(b"POST /en", b"GET /\xff\xfe\x00") + b"\r\n",
    HEAD.replace(b"127.0.0.1", b"\x00") + b"\r\n",
    HEAD.replace(b"Host: 127.0.0.1\r\n", b"") + b"\r\n",
    HEAD.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n",
    HEAD + b"Cookie: " + b"x" * 100_000 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"",
]


def test_the_server_outlives_requests_that_are_not_what_they_say(
    product: dict[str, str], edition: Edition
) -> None:
    with Web(product) as site:
        first_lines = []
        for raw in RAW:
            with socket.create_connection(("127.0.0.1", urlsplit(site.url).port or 0), timeout=10) as line:
                # It may hang up before it has heard all of it, or without a word.
                with contextlib.suppress(OSError):
                    line.sendall(raw)
                    line.shutdown(socket.SHUT_WR)
                with contextlib.suppress(OSError):
                    first_lines.append(line.recv(12))
        is_alive = is_answered(f"{site.url}{PATH}")
        said = site.output

    assert not [line for line in first_lines if line.startswith(b"HTTP/1.1 5")]
    assert "Internal Server Error" not in said
    assert is_alive
    assert not Order.objects.exists()
