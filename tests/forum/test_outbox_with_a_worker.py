"""The outbox, with a worker process that sends and a server that speaks SMTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from forum.models import Message
from forum.tasks import sweep_messages
from tests import make
from tests.servers import MailServer, Worker, eventually

pytestmark = pytest.mark.embedded


def has(message: Message, status: str) -> bool:
    message.refresh_from_db()
    return message.status == status


def let_its_time_come(message: Message) -> None:
    """As if the pause after a failed try, or a dead process's lease, were over."""
    past = timezone.now() - timedelta(seconds=1)
    Message.objects.filter(pk=message.pk).update(due_at=past)
    Message.objects.filter(pk=message.pk, leased_until__isnull=False).update(leased_until=past)


def test_a_message_is_sent_once_its_transaction_is_committed_and_not_before(
    worker: Worker, mail_server: MailServer
) -> None:
    with transaction.atomic():
        message = make.message(to="reader@example.org")
        sent_too_early = mail_server.mails

    [mail] = mail_server.wait_for("reader@example.org")
    eventually(lambda: has(message, "sent"))

    assert sent_too_early == []
    assert str(message.uuid) in mail["Message-ID"]
    assert {part.get_content_type() for part in mail.walk()} >= {"text/plain", "text/html"}


def test_a_message_of_a_transaction_that_failed_is_never_sent(
    worker: Worker, mail_server: MailServer
) -> None:
    with transaction.atomic():
        make.message(to="nobody@example.org")
        transaction.set_rollback(True)
    make.message(to="somebody@example.org")

    mail_server.wait_for("somebody@example.org")

    assert mail_server.to("nobody@example.org") == []


def test_a_message_that_the_server_refuses_for_now_is_sent_later(
    worker: Worker, mail_server: MailServer
) -> None:
    mail_server.refuse("451 4.3.0 The disk is full")
    message = make.message(to="reader@example.org")
    eventually(lambda: has(message, "queued") and message.error)
    last_words = message.error

    mail_server.accept()
    let_its_time_come(message)
    sweep_messages.delay()
    mail_server.wait_for("reader@example.org")

    assert "The disk is full" in last_words
    eventually(lambda: has(message, "sent"))
    assert message.attempts == 2


def test_a_message_waits_until_the_mail_server_is_back(worker: Worker, mail_server: MailServer) -> None:
    mail_server.stop()
    message = make.message(to="reader@example.org")
    eventually(lambda: has(message, "queued") and message.error)

    mail_server.start()
    let_its_time_come(message)
    sweep_messages.delay()

    assert len(mail_server.wait_for("reader@example.org")) == 1


def test_a_message_outlives_the_sudden_death_of_the_worker_that_was_sending_it(
    worker: Worker, mail_server: MailServer
) -> None:
    mail_server.hold()
    message = make.message(to="reader@example.org")
    eventually(lambda: mail_server.waiting)

    worker.kill()
    mail_server.accept()
    let_its_time_come(message)
    worker.start()
    sweep_messages.delay()
    mail_server.wait_for("reader@example.org")

    eventually(lambda: has(message, "sent"))
    assert len(mail_server.to("reader@example.org")) == 1


def test_two_workers_send_a_message_once(
    worker: Worker, product: dict[str, str], mail_server: MailServer
) -> None:
    messages = [make.message(to=f"reader-{number}@example.org") for number in range(5)]

    with Worker(product):
        for _rival in range(4):
            sweep_messages.delay()
        eventually(lambda: all(has(message, "sent") for message in messages))

    assert len(mail_server.mails) == 5
