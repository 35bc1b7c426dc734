"""Web processes killed with kill -9 in the middle of "confirm": all is written, or nothing; and the same page sent once
more leads to the one order that there is."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from registration.models import Order, Quota, TicketType
from tests.faults.gate import Gate
from tests.faults.orders import assert_each_has_its_mail, assert_whole, sweep_until_all_are_sent
from tests.faults.visitor import Answer, Visitor
from tests.servers import MailServer, Web, Worker, eventually

RIVALS, KILLS = 4, 8

OnTheSide = Callable[..., "Future[Answer]"]


@pytest.fixture
def on_the_side() -> Iterator[OnTheSide]:
    """Does something in a thread, while the test goes on."""
    with ThreadPoolExecutor(RIVALS) as threads:
        yield threads.submit


def others(state: str) -> int:
    """How many other connections to this database are in such a state, as PostgreSQL sees them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND {state}"
        )
        return int(cursor.fetchone()[0])


def test_who_is_killed_in_the_middle_of_the_transaction_has_written_nothing(
    site: Web, worker: Worker, kind: TicketType, mail_server: MailServer, on_the_side: OnTheSide
) -> None:
    visitor = Visitor(site.url)
    form = visitor.review(kind, "khin.mar@example.org")

    with (
        transaction.atomic()
    ):  # the place is the last thing that an order takes: with it in our hand, the order waits
        list(Quota.objects.select_for_update())
        pressed = on_the_side(visitor.confirm, form)
        eventually(lambda: others("wait_event_type = 'Lock'"))
        site.kill()
    assert pressed.exception() is not None
    eventually(lambda: not others("xact_start IS NOT NULL"))

    assert_whole(0)

    site.start()
    answers = [visitor.confirm(form), visitor.confirm(form)]

    order = Order.objects.get()
    assert [(answer.status, answer.url) for answer in answers] == [
        (200, site.url + order.get_absolute_url())
    ] * 2
    assert_whole(1)
    mail_server.wait_for(order.email)
    assert assert_each_has_its_mail([order], mail_server) == 0


def test_who_is_killed_after_the_commit_and_before_the_answer_has_written_all(
    product: dict[str, str],
    worker: Worker,
    kind: TicketType,
    mail_server: MailServer,
    on_the_side: OnTheSide,
) -> None:
    with Gate(product["REDIS_URL"]) as gate, Web({**product, "REDIS_URL": gate.url}) as site:
        visitor = Visitor(site.url)
        form = visitor.review(kind, "khin.mar@example.org")
        gate.hold(b"LPUSH")  # the nudge for the worker is all that comes between the commit and the answer

        pressed = on_the_side(visitor.confirm, form)
        eventually(lambda: gate.held_up)
        site.kill()
        assert pressed.exception() is not None

        assert_whole(1)

        gate.open()
        site.start()
        answer = visitor.confirm(form)

    order = Order.objects.get()
    assert (answer.status, answer.url) == (200, site.url + order.get_absolute_url())
    assert_whole(1)
    sweep_until_all_are_sent()
    assert assert_each_has_its_mail([order], mail_server) == 0


def test_whenever_it_is_killed_each_page_that_is_sent_again_leads_to_one_order(
    site: Web, worker: Worker, kind: TicketType, mail_server: MailServer, on_the_side: OnTheSide
) -> None:
    chance = random.Random()
    unanswered = written = 0

    for kill in range(KILLS):
        visitors = [Visitor(site.url) for _ in range(RIVALS)]
        forms = [
            visitor.review(kind, f"rival-{kill}-{number}@example.org")
            for number, visitor in enumerate(visitors)
        ]
        pressed = [on_the_side(visitor.confirm, form) for visitor, form in zip(visitors, forms, strict=True)]
        time.sleep(chance.uniform(0, 0.8))
        site.kill()
        unanswered += sum(press.exception() is not None for press in pressed)
        eventually(lambda: not others("xact_start IS NOT NULL"))
        survivors = Order.objects.in_bulk([form["key"] for form in forms], field_name="key")
        written += len(survivors)
        site.start()
        for visitor, form in zip(visitors, forms, strict=True):
            answer = visitor.confirm(form)
            order = Order.objects.get(key=form["key"])
            assert (answer.status, answer.url) == (200, site.url + order.get_absolute_url())
            assert survivors.get(order.key, order) == order

    print(
        f"of {KILLS * RIVALS} presses {unanswered} were not answered, and {written} had written their order"
    )
    assert unanswered
    assert_whole(KILLS * RIVALS)
    sweep_until_all_are_sent(60)
    assert assert_each_has_its_mail(list(Order.objects.all()), mail_server) == 0
