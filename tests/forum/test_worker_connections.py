"""Connections to PostgreSQL: how they are opened; a worker's outlives its tasks, and does not outlive the server."""

from __future__ import annotations

import pytest
from django.db import connection

from forum.models import Message
from tests import make
from tests.servers import MailServer, Worker, eventually


def send(address: str) -> None:
    message = make.message(to=address)
    eventually(lambda: Message.objects.get(pk=message.pk).status == "sent")


def others() -> set[int]:
    """The server's processes for connections to this database, but for this test's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return {pid for (pid,) in cursor.fetchall()}


@pytest.mark.django_db
def test_postgresql_compiles_no_question_before_it_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        [compiles] = cursor.fetchone()

    assert compiles == "off"


def test_a_worker_asks_through_one_connection_task_after_task(
    worker: Worker, mail_server: MailServer
) -> None:
    send("first@example.org")
    after_one = others()
    for number in range(6):
        send(f"reader-{number}@example.org")
    after_more = others()

    assert after_one
    assert after_one <= after_more
    assert len(after_more) <= 2  # the worker has two processes


def test_a_worker_whose_connection_was_cut_sends_the_next_mail_all_the_same(
    worker: Worker, mail_server: MailServer
) -> None:
    send("first@example.org")
    with connection.cursor() as cursor:
        for pid in others():
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    send("second@example.org")

    assert len(mail_server.to("second@example.org")) == 1
