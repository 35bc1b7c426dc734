"""What each part of a registration takes within one process: CPU, and questions to the database.

The same requests as the clients', through Django's own test client, so that one part can be told from the other: the
web server, PostgreSQL and the queue are not in it. Django must have been set up.
"""

from __future__ import annotations

import cProfile
import html
import pstats
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.db import connection
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext

from bench.clients import HIDDEN
from forum.mail import compose
from forum.models import Message
from forum.tasks import send_message
from registration.badges import Badge
from registration.models import Order

Step = tuple[str, Callable[[], Any]]


@cache
def _handler() -> ClientHandler:
    # Of one for each visitor, as the test client has it, each would load the middleware anew.
    return ClientHandler()


def steps(path: str, number: int, wish: tuple[str, str]) -> Iterator[Step]:
    """One registration, part by part; each has to be done before the next one is asked for."""
    client = Client(
        headers={"host": "127.0.0.1", "accept-language": "en", "x-forwarded-for": f"10.200.{number}.1"}
    )
    client.handler = _handler()
    page: list[Any] = []

    def ask(way: str, form: dict[str, str] | None = None) -> None:
        page[:] = [client.get(way) if form is None else client.post(way, form)]

    def hidden() -> dict[str, str]:
        return {name: html.unescape(value) for name, value in HIDDEN.findall(page[0].content.decode())}

    answers = {
        "group": wish[0],
        "ticket_type": wish[1],
        "name": "Anna Müller",
        "email": f"part-{number}@example.org",
        "organisation": "River Union",
        "country": "DE",
        "photo_consent": "ask",
    }
    yield "GET the form", lambda: ask(path)
    yield "POST the answers", lambda: ask(path, {**answers, **hidden(), "step": "review"})
    form = {**answers, **hidden(), "agree": "on", "step": "confirm"}
    yield "POST the confirmation", lambda: ask(path, form)
    placed = page[0]["Location"]
    yield "GET the order", lambda: ask(placed)
    order = Order.objects.get(email=answers["email"])
    [ticket] = order.tickets.all()
    message = Message.objects.about(ticket).get()
    yield "the worker's task", lambda: send_message(message.pk)
    message = Message.objects.select_related("edition").get(pk=message.pk)
    yield "— the mail in it", lambda: compose(message)
    yield "— the badge in that", lambda: Badge.of(ticket).pdf()


def measure(path: str, wish: tuple[str, str], times: int = 30) -> dict[str, tuple[float, int]]:
    """The median CPU milliseconds of each part, and how many questions it asks the database."""
    took: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(times + 5):
        for name, do in steps(path, number, wish):
            begun = time.process_time()
            do()
            took[name].append((time.process_time() - begun) * 1000)
    queries: dict[str, int] = {}
    for number in (250, 251):  # the fewer: what is remembered for a second may just have been forgotten
        for name, do in steps(path, number, wish):
            with CaptureQueriesContext(connection) as asked:
                do()
            queries[name] = min(len(asked), queries.get(name, len(asked)))
    return {name: (round(statistics.median(each[5:]), 1), queries[name]) for name, each in took.items()}


def profile(path: str, wish: tuple[str, str], lines: int, times: int = 40) -> None:
    """Print where the time of each part goes, by function; cProfile makes small functions look dearer than they are."""
    profiles: dict[str, cProfile.Profile] = {}
    for number in range(100, 100 + times):
        for name, do in steps(path, number, wish):
            profiles.setdefault(name, cProfile.Profile()).runcall(do)
    for name, of_part in profiles.items():
        print(f"\n─── {name}, {times} times {'─' * 60}")
        for order in ("tottime", "cumtime"):
            pstats.Stats(of_part).strip_dirs().sort_stats(order).print_stats(lines)


def print_queries(path: str, wish: tuple[str, str]) -> None:
    """Print what each part asks the database."""
    for name, do in steps(path, 252, wish):
        with CaptureQueriesContext(connection) as asked:
            do()
        print(f"\n─── {name} {'─' * 60}")
        for query in asked:
            print(f"  {query['sql'][:220]}")
