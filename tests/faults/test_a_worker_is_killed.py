"""Workers killed with kill -9 at the worst moments, found from outside. None of the mails is lost; one that comes
twice is the same mail by its Message-ID."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from forum.models import Message
from forum.tasks import send_message, sweep_messages
from registration.models import Order, TicketType
from tests.faults.mail_on_cue import MailOnCue
from tests.faults.orders import (
    assert_each_has_its_mail,
    let_time_pass,
    place,
    sweep_until_all_are_sent,
)
from tests.servers import Process, Worker, eventually

KILLS = 20
AT_ONCE = 2  # mails that one worker has in hand: its --concurrency


@pytest.mark.parametrize(
    ("point", "twice"),
    [
        pytest.param("EHLO", 0, id="before the mail"),
        pytest.param("DATA", 0, id="when the server has read the mail and not taken it"),
        pytest.param("250", AT_ONCE, id="when the server has taken the mail and not said so"),
        pytest.param("QUIT", AT_ONCE, id="after the server's 250 and before our commit"),
    ],
)
def test_a_worker_killed_while_it_speaks_to_the_mail_server_loses_no_mail(
    worker: Worker, mail_server: MailOnCue, kind: TicketType, point: str, twice: int
) -> None:
    mail_server.hold(at=point)
    orders = [place(kind) for _ in range(AT_ONCE + 1)]
    eventually(lambda: mail_server.waiting == AT_ONCE)

    worker.kill()
    eventually(lambda: mail_server.waiting == 0)
    mail_server.accept()
    let_time_pass()
    worker.start()
    sweep_until_all_are_sent()

    assert assert_each_has_its_mail(orders, mail_server) == twice


def test_mails_of_a_dead_worker_are_left_alone_until_its_lease_is_over(
    worker: Worker, mail_server: MailOnCue, kind: TicketType
) -> None:
    mail_server.hold(at="QUIT")
    order = place(kind)
    eventually(lambda: mail_server.waiting)

    worker.kill()
    mail_server.accept()
    worker.start()
    sweep_messages.delay()
    send_message.delay(
        Message.objects.get().pk
    )  # as the broker does when it hears no more of who took the nudge
    other = place(kind)
    eventually(Message.objects.filter(to=other.email, status="sent").exists)  # the others have had their turn

    assert len(mail_server.to(order.email)) == 1
    [left] = Message.objects.filter(status="sending")
    assert left.leased_until is not None
    assert left.leased_until > timezone.now()


@pytest.fixture
def halt(product: dict[str, str], tmp_path: Path) -> Path:
    """While this file is there, workers halt in the middle of a badge."""
    file = tmp_path / "halt"
    product |= {"DJANGO_SETTINGS_MODULE": "tests.faults.halting_settings", "HALT": str(file)}
    file.touch()
    return file


def halted(halt: Path) -> list[int]:
    """The processes that wait in the middle of a badge."""
    return [int(left.stem) for left in halt.parent.glob("*.halted")]


def test_a_worker_killed_in_the_middle_of_a_pdf_loses_no_mail(
    halt: Path, worker: Worker, mail_server: MailOnCue, kind: TicketType
) -> None:
    orders = [place(kind) for _ in range(AT_ONCE + 1)]
    eventually(lambda: len(halted(halt)) == AT_ONCE)

    worker.kill()
    halt.unlink()
    let_time_pass()
    worker.start()
    sweep_until_all_are_sent()

    assert assert_each_has_its_mail(orders, mail_server) == 0


def test_a_process_that_the_machine_ends_for_want_of_memory_takes_no_mail_along(
    halt: Path, worker: Worker, mail_server: MailOnCue, kind: TicketType
) -> None:
    orders = [place(kind) for _ in range(AT_ONCE)]
    eventually(lambda: len(halted(halt)) == AT_ONCE)

    for pid in halted(halt):
        os.kill(pid, signal.SIGKILL)
    halt.unlink()
    eventually(lambda: worker.output.count("WorkerLostError") >= AT_ONCE)
    let_time_pass()
    sweep_until_all_are_sent()

    assert worker.is_running
    assert assert_each_has_its_mail(orders, mail_server) == 0


class Crowd:
    """People who place orders all the while."""

    def __init__(self, kind: TicketType, people: int = 2):
        self.orders: list[Order] = []
        self._kind = kind
        self._is_over = threading.Event()
        self._people = [threading.Thread(target=self._order, args=[seed]) for seed in range(people)]

    def __enter__(self) -> Crowd:
        for person in self._people:
            person.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        for person in self._people:
            person.join()

    def _order(self, seed: int) -> None:
        pause = random.Random(seed)
        with contextlib.closing(connection):
            while not self._is_over.wait(pause.uniform(0, 0.8)):
                self.orders.append(place(self._kind))


@pytest.mark.parametrize("count", [1, 2], ids=["one worker", "two workers"])
def test_twenty_kills_at_random_under_load_lose_no_mail(
    product: dict[str, str], mail_server: MailOnCue, kind: TicketType, count: int
) -> None:
    chance = random.Random()
    with contextlib.ExitStack() as ending:
        workers = [ending.enter_context(Worker(product)) for _ in range(count)]
        with Crowd(kind) as crowd:
            for number in range(KILLS):
                victim = workers[number % count]
                sweep_messages.delay()
                victim.wait_until(lambda victim=victim: " received" in victim.output)
                time.sleep(chance.uniform(0, 1))
                victim.kill()
                if count == 1:
                    let_time_pass()  # nobody else is at work
                    victim.start()
                else:
                    Process.start(victim)  # meanwhile the other one is at work, and killed
        for worker in workers:
            worker.kill()
        let_time_pass()
        for worker in workers:
            worker.start()

        sweep_until_all_are_sent(120)

    assert Message.objects.count() == len(crowd.orders) > KILLS
    twice = assert_each_has_its_mail(crowd.orders, mail_server)
    tries = sorted(Message.objects.exclude(attempts=1).values_list("attempts", flat=True))
    print(
        f"{len(crowd.orders)} mails; {len(tries)} were in hand at a kill ({tries[-5:]}), {twice} came twice"
    )
    assert tries, "no kill has met a worker at work"
