"""Redis is emptied, stopped, or stuck. It holds nothing that is not in the database: people register as ever, and their
mails come as soon as a sweep has found them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import redis

from forum.models import Message
from registration.models import Order, TicketType
from tests.faults.gate import Gate
from tests.faults.mail_on_cue import MailOnCue
from tests.faults.orders import are_sent, assert_each_has_its_mail, assert_whole
from tests.faults.visitor import Answer, Visitor
from tests.servers import Redis, Web, Worker, eventually, is_listening

SOME_SECONDS = 12  # in which a page is answered although Redis is not, once; on a busy machine
TWO_SWEEPS = 45  # beat sends one every 15 seconds


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A Redis that a test may stop."""
    with Redis() as server:
        yield server


@pytest.fixture
def there(product: dict[str, str], own_redis: Redis) -> dict[str, str]:
    """The environment of processes that use it."""
    return {**product, "REDIS_URL": own_redis.url}


def register(site: Web, kind: TicketType, email: str) -> tuple[Answer, float]:
    """Somebody registers; the order's page, and how many seconds the last press took."""
    visitor = Visitor(site.url)
    form = visitor.review(kind, email)
    begun = time.monotonic()
    answer = visitor.confirm(form)
    return answer, time.monotonic() - begun


def assert_registered(site: Web, answer: Answer, email: str) -> None:
    order = Order.objects.get(email=email)
    assert (answer.status, answer.url) == (200, site.url + order.get_absolute_url())


def nudges(server: Redis) -> int:
    """How many wait in the queue."""
    with redis.Redis.from_url(server.url) as client:
        return sum(client.llen(key) for key in client.scan_iter("celery*", _type="list"))


def test_when_redis_is_emptied_the_sweep_sends_what_was_queued(
    there: dict[str, str], own_redis: Redis, mail_server: MailOnCue, kind: TicketType
) -> None:
    with Web(there) as site, Worker(there, beat=True):
        mail_server.hold()
        for number in range(6):
            register(site, kind, f"before-{number}@example.org")
        eventually(lambda: mail_server.waiting == 2)
        assert nudges(own_redis) >= 2

        with redis.Redis.from_url(own_redis.url) as client:
            client.flushall()
        mail_server.accept()
        eventually(are_sent, TWO_SWEEPS)
        begun = time.monotonic()
        register(site, kind, "after@example.org")
        mail_server.wait_for("after@example.org")

    assert time.monotonic() - begun < 10  # by a nudge: the queue works as before
    assert assert_each_has_its_mail(list(Order.objects.all()), mail_server) == 0
    assert_whole(7)


def test_while_redis_is_down_people_register_and_get_their_mail_when_it_is_back(
    there: dict[str, str], own_redis: Redis, mail_server: MailOnCue, kind: TicketType
) -> None:
    with Web(there) as site, Worker(there, beat=True) as worker:
        own_redis.stop()
        first, _seconds = register(site, kind, "first@example.org")
        second, seconds = register(site, kind, "second@example.org")

        assert_registered(site, first, "first@example.org")
        assert_registered(site, second, "second@example.org")
        assert seconds < SOME_SECONDS / 4  # who comes later does not wait for it again
        assert Message.objects.filter(status="queued").count() == 2
        assert worker.is_running

        own_redis.start()
        own_redis.wait_until(lambda: is_listening(own_redis.port))
        eventually(are_sent, 2 * TWO_SWEEPS)

    assert assert_each_has_its_mail(list(Order.objects.all()), mail_server) == 0
    assert_whole(2)


def test_a_redis_that_never_answers_keeps_nobody_waiting_for_long(
    there: dict[str, str], own_redis: Redis, kind: TicketType
) -> None:
    with Gate(own_redis.url) as gate, Web({**there, "REDIS_URL": gate.url}) as site:
        gate.hold()

        first, first_seconds = register(site, kind, "first@example.org")
        second, seconds = register(site, kind, "second@example.org")

    assert_registered(site, first, "first@example.org")
    assert_registered(site, second, "second@example.org")
    assert gate.held_up
    assert first_seconds < SOME_SECONDS
    assert seconds < SOME_SECONDS / 4
    assert_whole(2)
