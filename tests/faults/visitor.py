"""Somebody with a browser, as far as registering needs one: cookies, forms, and the patience to send a page again."""

from __future__ import annotations

import re
import urllib.request
from html import unescape
from http.cookiejar import CookieJar
from typing import NamedTuple
from urllib.parse import urlencode

from registration.models import TicketType

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Answer(NamedTuple):
    """Where the visitor was led, and what stands there."""

    status: int
    url: str
    text: str


class Visitor:
    """A visitor of the site at `url`. What is sent to a dead process raises OSError."""

    def __init__(self, url: str):
        self.url = url
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Answer:
        return self._open(path, None)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self._open(path, urlencode(fields).encode())

    def review(self, kind: TicketType, email: str) -> dict[str, str]:
        """Answer the questions, and give what the page that asks "Is this right?" sends when it is confirmed."""
        token = dict(HIDDEN.findall(self.get("/en/register/").text))["csrfmiddlewaretoken"]
        group = kind.edition.groups.get()
        answers = {"group": group.slug, "ticket_type": str(kind.pk), "photo_consent": "ask", "step": "review"}
        who = {"name": "Daw Khin Mar", "email": email, "csrfmiddlewaretoken": token}
        page = self.post("/en/register/", {**answers, **who})
        assert "Is this right?" in page.text, page
        return {name: unescape(value) for name, value in HIDDEN.findall(page.text)} | {"step": "confirm"}

    def confirm(self, form: dict[str, str]) -> Answer:
        """Press the button of the second page, and follow to the order's page."""
        return self.post("/en/register/", form)

    def _open(self, path: str, body: bytes | None) -> Answer:
        try:
            with self._browser.open(f"{self.url}{path}", body, timeout=60) as answer:
                return Answer(answer.status, answer.url, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.url or "", error.read().decode())
