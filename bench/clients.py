"""Visitors who register as a browser does: the form, the answers, the confirmation, the order's own page.

A process of its own, so that their work is not counted as the product's: `python -m bench.clients PLAN`, where PLAN is
a Plan as JSON. Each registration comes from another visitor's address, which a proxy would write into X-Forwarded-For.
"""

from __future__ import annotations

import html
import itertools
import json
import re
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Plan:
    """What the visitors do: `walk` the whole path one after the other; `rush`, each with all pages but the last one
    read before any of them confirms; or `hello`, as many requests as a walk has, all to one address."""

    deed: str
    port: int
    path: str
    times: int
    clients: int = 8
    first: int = 0  # the number of the first visitor: nobody comes twice
    wishes: list[tuple[str, str]] = field(default_factory=list)  # group's slug and ticket type's key, in turn
    names: list[str] = field(default_factory=list)  # in turn

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Visitor:
    """One person's way through the pages, over a connection that others use after them."""

    def __init__(self, plan: Plan, number: int, connection: HTTPConnection, notes: Notes) -> None:
        self.plan, self.number, self.connection, self.notes = plan, number, connection, notes
        self.cookies: dict[str, str] = {}
        self.page = ""

    def ask(self, step: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Send one request; the status, and where the answer leads to."""
        address = ".".join(str(part) for part in (10, *self.number.to_bytes(3, "big")))
        headers = {"X-Forwarded-For": address, "Accept-Language": "en", "Accept": "text/html"}
        if self.plan.deed == "hello":
            headers["Accept-Encoding"] = "br"  # read, never unpacked
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        begun = time.perf_counter()
        if form is None:
            self.connection.request("GET", path, headers=headers)
        else:
            self.connection.request("POST", path, urlencode(form), {**headers, **FORM})
        answer = self.connection.getresponse()
        self.page = answer.read().decode(errors="replace")
        self.notes.seconds[step].append(time.perf_counter() - begun)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", "")

    @property
    def hidden(self) -> dict[str, str]:
        """What the page carries along."""
        return {name: html.unescape(value) for name, value in HIDDEN.findall(self.page)}

    def answer(self) -> None:
        """Read the form and send the answers: the page then asks for the confirmation."""
        group, ticket_type = self.plan.wishes[self.number % len(self.plan.wishes)]
        status, _ = self.ask("form", self.plan.path)
        assert status == 200, status
        answers = {
            "group": group,
            "ticket_type": ticket_type,
            "name": self.plan.names[self.number % len(self.plan.names)],
            "badge_name": "",
            "email": f"visitor-{self.number}@example.org",
            "organisation": f"Organisation {self.number % 300}",
            "country": ("TH", "MM", "KH", "DE", "BR")[self.number % 5],
            "diet": "vegetarian",
            "access_needs": "a seat in front\nand a quiet room" if self.number % 4 == 0 else "",
            "interpretation": "",
            "photo_consent": ("yes", "ask", "no")[self.number % 3],
            "step": "review",
        }
        status, _ = self.ask("answers", self.plan.path, {**self.hidden, **answers})
        assert status == 200, status
        assert 'name="texts"' in self.page, (
            f"visitor {self.number} was not asked to confirm:\n{self.page[:3000]}"
        )

    def confirm(self) -> str:
        """Agree and confirm: where the order is, empty when it was refused."""
        confirmation = {**self.hidden, "agree": "on", "step": "confirm"}
        status, order = self.ask("confirmation", self.plan.path, confirmation)
        self.notes.count("placed" if status == 302 else f"refused with {status}")
        return order

    def look(self, order: str) -> None:
        """Read the order's page."""
        status, _ = self.ask("order", order)
        assert status == 200, status

    def walk(self) -> None:
        self.answer()
        self.look(self.confirm())

    def hello(self) -> None:
        for _ in range(4):
            status, _ = self.ask("hello", self.plan.path)
            assert status == 200, status


class Notes:
    """What all visitors together saw."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        self.outcomes: Counter[str] = Counter()
        self.faults: list[BaseException] = []
        self._lock = threading.Lock()

    def count(self, outcome: str) -> None:
        with self._lock:
            self.outcomes[outcome] += 1


def run(plan: Plan) -> dict[str, Any]:
    """Carry the plan out. Raises what the first visitor in trouble met."""
    notes, numbers = Notes(), itertools.count(plan.first)
    ready = threading.Barrier(plan.clients)
    begun: list[float] = []

    def client() -> None:
        connection = HTTPConnection("127.0.0.1", plan.port, timeout=120)
        deeds: list[Callable[[], object]] = []
        if plan.deed == "rush":
            share = plan.times // plan.clients
            visitors = [Visitor(plan, next(numbers), connection, notes) for _ in range(share)]
            for visitor in visitors:
                visitor.answer()
            deeds = [visitor.confirm for visitor in visitors]
        ready.wait()
        begun.append(time.perf_counter())
        for deed in deeds:
            deed()
        while plan.deed != "rush" and (number := next(numbers)) < plan.first + plan.times:
            visitor = Visitor(plan, number, connection, notes)
            visitor.walk() if plan.deed == "walk" else visitor.hello()

    def guarded() -> None:
        try:
            client()
        except BaseException as fault:
            notes.faults.append(fault)
            ready.abort()

    threads = [threading.Thread(target=guarded) for _ in range(plan.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - min(begun, default=0)
    if notes.faults:
        raise notes.faults[0]
    return {
        "seconds": seconds,
        "outcomes": notes.outcomes,
        "median_ms": {step: round(statistics.median(took) * 1000, 1) for step, took in notes.seconds.items()},
    }


if __name__ == "__main__":
    print(json.dumps(run(Plan(**json.loads(sys.argv[1])))))
