"""What keeps every page safe, wherever it comes from: headers, content policy, cookies, the deployment's own check."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from forum.logs import WithoutSecrets
from forum.models import Edition
from forum.site.sign_in.urls import urlpatterns as sign_in
from tests import make, staff
from tests.servers import ROOT

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "manifest-src": {"'self'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
    "base-uri": {"'none'"},
}


def policy(answer: HttpResponse) -> dict[str, set[str]]:
    directives = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in directives}


@pytest.fixture
def edition() -> Edition:
    return make.edition()


def a_public_page(client: Client, edition: Edition) -> HttpResponse:
    return client.get("/en/")


def a_form(client: Client, edition: Edition) -> HttpResponse:
    return client.get("/en/register/")


def a_sign_in(client: Client, edition: Edition) -> HttpResponse:
    return client.get("/en/account/login/code/")


def an_order(client: Client, edition: Edition) -> HttpResponse:
    return client.get(make.order(edition=edition).get_absolute_url())


def a_page_of_the_back_office(client: Client, edition: Edition) -> HttpResponse:
    return staff.enter(client, make.user(duty="owner", edition=edition)).get("/admin/")


def the_setup_of_a_second_factor(client: Client, edition: Edition) -> HttpResponse:
    return staff.enter(client, make.user(duty="owner", edition=edition)).get("/en/account/2fa/app/")


def a_missing_page(client: Client, edition: Edition) -> HttpResponse:
    return client.get("/en/nothing/here/")


def a_forbidden_page(client: Client, edition: Edition) -> HttpResponse:
    client.force_login(make.user())
    return client.get("/admin/", follow=True)


def a_form_without_its_token(client: Client, edition: Edition) -> HttpResponse:
    return Client(enforce_csrf_checks=True).post("/en/account/login/code/", {"email": "somchai@example.org"})


def a_health_check(client: Client, edition: Edition) -> HttpResponse:
    return client.get("/healthz")


def a_stylesheet(client: Client, edition: Edition) -> HttpResponse:
    return client.get(f"/editions/{edition.slug}/style.0.css")


KINDS = [
    a_public_page,
    a_form,
    a_sign_in,
    an_order,
    a_page_of_the_back_office,
    the_setup_of_a_second_factor,
    a_missing_page,
    a_forbidden_page,
    a_form_without_its_token,
    a_health_check,
    a_stylesheet,
]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
Kind = Callable[[Client, Edition], HttpResponse]


# --- headers ---------------------------------------------------------------------------------------------------


@every_kind
def test_the_content_policy_is_strict_on(kind: Kind, client: Client, edition: Edition) -> None:
    answer = kind(client, edition)

    assert policy(answer) == POLICY


@every_kind
def test_the_safety_headers_are_on(kind: Kind, client: Client, edition: Edition) -> None:
    headers = kind(client, edition).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@every_kind
def test_nothing_inline_stands_in(kind: Kind, client: Client, edition: Edition) -> None:
    page = kind(client, edition).content.decode()

    assert not re.search(r"<script(?![^>]*\b(src=|type=\"application/(ld\+)?json\"))", page)
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:", page)


# --- what is one person's --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [a_form, a_sign_in, an_order, a_page_of_the_back_office, the_setup_of_a_second_factor],
    ids=lambda kind: kind.__name__,
)
def test_no_cache_keeps(kind: Kind, client: Client, edition: Edition) -> None:
    answer = kind(client, edition)

    assert {"no-store", "private"} <= {part.strip() for part in answer.headers["Cache-Control"].split(",")}


@pytest.mark.parametrize(
    "kind", [a_form, a_sign_in, an_order, the_setup_of_a_second_factor], ids=lambda kind: kind.__name__
)
def test_no_search_engine_shows(kind: Kind, client: Client, edition: Edition) -> None:
    answer = kind(client, edition)

    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_every_page_of_the_sign_in_is_private(client: Client, edition: Edition) -> None:
    staff.enter(client, make.user(duty="owner", edition=edition))

    answers = {path: client.get(path) for path in map(path_of, sign_in)}

    kept = [
        path for path, answer in answers.items() if "no-store" not in answer.headers.get("Cache-Control", "")
    ]
    assert kept == []


def path_of(pattern: URLPattern) -> str:
    values: dict[str, object] = {"pk": 1, "uidb36": "1", "key": "x-y"}
    return reverse(
        str(pattern.name), kwargs={name: values[name] for name in pattern.pattern.regex.groupindex}
    )


# --- addresses -------------------------------------------------------------------------------------------------


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        found |= names(pattern.url_patterns) if isinstance(pattern, URLResolver) else {str(pattern.name)}
    return found


def test_of_the_sign_in_library_only_what_is_used_has_an_address() -> None:
    routed = {
        name for name in names(get_resolver().url_patterns) if name.startswith(("account_", "mfa_", "social"))
    }

    assert routed == {str(pattern.name) for pattern in sign_in} - {"signed-in", "staff-sign-in"}


# --- cookies ---------------------------------------------------------------------------------------------------


def test_scripts_and_other_sites_get_no_cookie(client: Client, edition: Edition) -> None:
    client.get("/en/account/login/code/")
    client.post("/en/account/login/code/", {"email": "somchai@example.org"})

    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name


# --- a real installation ---------------------------------------------------------------------------------------

INSTALLATION = {
    "PATH": os.environ["PATH"],
    "SECRET_KEY": "0123456789abcdef" * 5,
    "SITE_URL": "https://forum.example.org",
    "DATABASE_URL": "postgres://plenary@localhost/plenary",
    "REDIS_URL": "redis://localhost/0",
    "EMAIL_URL": "smtp://localhost:587",
    "DEFAULT_FROM_EMAIL": "Forum <forum@example.org>",
    "BEHIND_PROXY": "1",
    "STATIC_ROOT": os.environ["STATIC_ROOT"],
}


def in_an_installation(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=INSTALLATION, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_check_for_deployment_finds_nothing() -> None:
    said = in_an_installation("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert "no issues" in said


def test_with_https_cookies_are_secure_and_http_is_turned_away() -> None:
    said = in_an_installation(
        "-c",
        """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings"
import django
django.setup()
from django.conf import settings
from django.test import Client
answer = Client(headers={"Host": "forum.example.org"}).get("/en/account/login/code/")
print(answer.status_code, answer.headers["Location"])
answer = Client(headers={"Host": "forum.example.org", "X-Forwarded-Proto": "https"}).get("/healthz")
print(answer.status_code, answer.headers["Strict-Transport-Security"])
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.LANGUAGE_COOKIE_SECURE)
print(settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN)
""",
    )

    assert said.splitlines() == [
        "301 https://forum.example.org/en/account/login/code/",
        "200 max-age=31536000; includeSubDomains; preload",
        "True True True",
        "False",
    ]


def test_an_installation_has_no_doors_of_the_demo() -> None:
    said = in_an_installation(
        "-c",
        """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings"
import django
django.setup()
from django.urls import Resolver404, resolve
for path in ("/dev/", "/dev/enter/organizer/", "/dev/mails/x/"):
    try:
        print(path, resolve(path).func.__module__)
    except Resolver404:
        print(path, "is nowhere")
""",
    )

    assert said.splitlines() == [
        f"{path} is nowhere" for path in ("/dev/", "/dev/enter/organizer/", "/dev/mails/x/")
    ]


def test_log_lines_hold_no_link_that_sets_a_password() -> None:
    line = logging.makeLogRecord(
        {"msg": "Not Found: /en/account/password/reset/1-dig42d-45ce76ae832247962cc0/"}
    )

    written = WithoutSecrets().format(line)

    assert written == "Not Found: /en/account/password/reset/…/"


def test_a_traceback_in_the_log_holds_no_link_that_opens_an_order() -> None:
    try:
        raise LookupError("/en/orders/K7QX2M4P/dig42d45ce76ae83224796/ is nowhere")
    except LookupError:
        line = logging.makeLogRecord({"msg": "It failed", "exc_info": sys.exc_info()})

    written = WithoutSecrets().format(line)

    assert "/en/orders/K7QX2M4P/…/ is nowhere" in written
    assert "dig42d" not in written
