"""Two web processes, each with pages of its own: what is saved in one of them is seen in the other within a second."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from forum.models import Edition
from tests import make, staff
from tests.servers import Web, free_port

pytestmark = pytest.mark.embedded


@pytest.fixture
def edition(transactional_db: None) -> Edition:
    return make.edition(tagline="Three days on what works.")


@pytest.fixture
def webs(edition: Edition, product: dict[str, str]) -> Iterator[tuple[Web, Web]]:
    """Two of them, at the same database."""
    ports = free_port(), free_port()
    one, other = (
        Web({**product, "PAGE_CACHE": "1", "SITE_URL": f"http://127.0.0.1:{port}"}) for port in ports
    )
    with one, other:
        yield one, other
        print(one.output, other.output)


def home(web: Web) -> str:
    with urllib.request.urlopen(f"{web.url}/en/", timeout=10) as answer:
        assert answer.headers["ETag"]
        return str(answer.read().decode())


def press_save(web: Web, client: Client, path: str, **changed: str) -> None:
    """Send the admin's form at `path` to `web`, as the browser of whoever `client` is signed in as would."""
    sent = staff.fields(client.get(path), **changed)
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    cookies = f"sessionid={client.session.session_key}; {settings.CSRF_COOKIE_NAME}={token}"
    body = urlencode({**sent, "csrfmiddlewaretoken": token}, doseq=True).encode()
    request = urllib.request.Request(f"{web.url}{path}", body, {"Cookie": cookies, "Origin": web.url})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.url == f"{web.url}/admin/forum/edition/"  # the list, after a form without faults


def test_what_is_saved_in_the_admin_of_one_is_seen_there_at_once_and_in_the_other_within_a_second(
    edition: Edition, webs: tuple[Web, Web]
) -> None:
    one, other = webs
    owner = staff.at_work("owner", edition)
    before = {home(web) for web in webs for _visit in range(2)}

    press_save(one, owner, f"/admin/forum/edition/{edition.pk}/change/", tagline_en="Four days on debts.")
    saved_at = time.monotonic()
    at_once = home(one)
    asked_at = time.monotonic()
    while "Four days on debts." not in (page := home(other)):
        assert asked_at - saved_at < 1, "the other process still shows the page of before"
        time.sleep(0.02)
        asked_at = time.monotonic()

    assert all("Three days on what works." in page for page in before)
    assert "Four days on debts." in at_once
    assert "Three days" not in page + at_once


def test_what_any_process_commits_is_seen_in_both_within_a_second(
    edition: Edition, webs: tuple[Web, Web]
) -> None:
    for number in range(3):
        for web in webs:
            home(web)
        words = f"Tagline number {number}."
        edition.tagline = words
        edition.save()
        time.sleep(0.8)

        assert [words in home(web) for web in webs] == [True, True]
