"""The outbox, without a worker: what is queued, claimed, sent, put off and given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import OperationalError
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from forum.models import Message
from forum.models.deferred import PAUSES
from forum.patience import Patience
from forum.tasks import announce_open_registration, send_message, sweep_messages
from tests import make
from tests.servers import MailServer

pytestmark = pytest.mark.django_db


def after(seconds: float) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


@pytest.fixture
def refuse_addresses(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the mail server answer to each address as it is named, before any mail is handed over."""

    def refuse(answer: str) -> None:
        async def handle_rcpt(*args: Any) -> str:
            return answer

        monkeypatch.setattr(mail_server, "handle_RCPT", handle_rcpt, raising=False)

    return refuse


def sent(message: Message) -> Message:
    """The message as it is after one try."""
    send_message(message.pk)
    message.refresh_from_db()
    return message


def test_a_message_is_queued_once_for_each_key() -> None:
    about = make.interest()

    first = make.message(about=about, key="registration-open:1")
    second = make.message(about=about, key="registration-open:1")
    third = make.message(about=about)

    assert first == second != third
    assert Message.objects.count() == 2


def test_many_mails_about_one_record_go_to_each_address_once_however_often_they_are_queued() -> None:
    about = make.interest()
    readers = [("ana@example.org", "en"), ("ben@example.org", "th"), ("ANA@example.org", "en")]

    for _ in range(2):
        Message.queue_many("registration-open", about=about, readers=readers, edition=about.edition)

    assert sorted(Message.objects.values_list("to", "language", "edition")) == [
        ("ANA@example.org", "en", about.edition.pk),
        ("ben@example.org", "th", about.edition.pk),
    ]


def test_for_many_mails_a_worker_is_nudged_once_and_for_none_not_at_all(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    about = make.interest()
    readers = [(f"{number}@example.org", "en") for number in range(30)]

    with django_capture_on_commit_callbacks() as for_many:
        Message.queue_many("registration-open", about=about, readers=readers, edition=about.edition)
    with django_capture_on_commit_callbacks() as for_none:
        Message.queue_many("registration-open", about=about, readers=[], edition=about.edition)

    assert (len(for_many), len(for_none)) == (1, 0)


def test_a_worker_is_nudged_only_when_the_transaction_was_committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    interest = make.interest()

    with django_capture_on_commit_callbacks() as nudges:
        make.message(about=interest)

    assert len(nudges) == 1


def test_a_message_is_kept_when_there_is_no_broker_to_nudge(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr("forum.models.deferred.current_app.send_task", fail)

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        make.message()

    assert Message.objects.due().count() == 1


def test_a_sent_message_says_so_and_keeps_nothing_of_its_content(mail_server: MailServer) -> None:
    message = sent(make.message(to="reader@example.org", context={"code": "482913"}))

    assert (message.status, message.context, message.attempts) == ("sent", {}, 1)
    assert message.finished_at is not None
    assert len(mail_server.to("reader@example.org")) == 1


def test_a_message_is_sent_once_however_often_it_is_asked_for(mail_server: MailServer) -> None:
    message = make.message(to="reader@example.org")

    for _ in range(3):
        send_message(message.pk)
        sweep_messages()

    assert len(mail_server.mails) == 1


def test_of_two_workers_one_claims_a_message() -> None:
    message = make.message()
    one, other = Message.objects.get(pk=message.pk), Message.objects.get(pk=message.pk)

    assert [one.claim(), other.claim()] == [True, False]


def test_a_message_whose_worker_died_is_sent_when_its_lease_is_over(mail_server: MailServer) -> None:
    message = make.message(to="reader@example.org")
    message.claim()
    sweep_messages()
    too_early = list(mail_server.mails)
    Message.objects.update(leased_until=after(-1))

    sweep_messages()

    assert too_early == []
    assert len(mail_server.mails) == 1
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("sent", 2)


def test_a_mail_that_is_sent_again_carries_the_same_message_id(mail_server: MailServer) -> None:
    message = sent(make.message(to="reader@example.org"))

    message.again()
    sent(message)

    first, second = mail_server.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<{message.uuid}@example.org>"


def test_an_address_that_the_server_refuses_for_good_fails_with_the_servers_words(
    refuse_addresses: Callable[[str], None],
) -> None:
    refuse_addresses("550 5.1.1 No such person here")

    message = sent(make.message(context={"code": "482913"}))

    assert message.status == "failed"
    assert "550" in message.error
    assert "No such person here" in message.error
    assert message.context == {}


def test_a_mail_that_the_server_refuses_for_good_when_it_has_read_it_fails_at_once(
    mail_server: MailServer,
) -> None:
    message = make.message(context={"code": "48151623"})
    mail_server.refuse("554 5.7.1 This is spam")

    send_message(message.pk)

    message.refresh_from_db()
    assert message.status == "failed"
    assert "This is spam" in message.error
    assert message.context == {}


def test_an_address_that_the_server_refuses_for_now_waits(refuse_addresses: Callable[[str], None]) -> None:
    refuse_addresses("450 4.2.0 Come back later")

    message = sent(make.message())

    assert message.status == "queued"
    assert message.due_at > after(5)
    assert "Come back later" in message.error


def test_while_the_server_is_down_the_pauses_grow_and_after_the_last_one_it_has_failed(
    mail_server: MailServer,
) -> None:
    mail_server.stop()
    message = make.message()

    pauses = []
    for _ in range(len(PAUSES) + 1):
        Message.objects.update(due_at=after(-1))
        sent(message)
        pauses.append(timedelta(seconds=round((message.due_at - timezone.now()).total_seconds())))

    assert message.status == "failed"
    assert "Refused" in message.error
    waits = pauses[:-1]  # the last try ends in failure
    assert waits == sorted(waits)
    assert waits[0] < timedelta(minutes=1) < timedelta(hours=1) < waits[-1]


def test_a_failed_message_can_be_sent_again_by_hand(mail_server: MailServer) -> None:
    message = make.message(to="reader@example.org")
    make.failed(message, "550 No such person here")

    message.again()

    assert sent(message).status == "sent"
    assert message.error == ""


def test_a_mail_that_was_worth_sending_for_a_while_only_is_not_sent_later(mail_server: MailServer) -> None:
    message = make.message(lasts=timedelta(minutes=15), context={"code": "482913"})
    Message.objects.update(expires_at=after(-1))

    sent(message)

    assert (message.status, message.context) == ("failed", {})
    assert mail_server.mails == []


def test_a_mail_that_has_lost_its_occasion_is_not_sent_and_is_done(mail_server: MailServer) -> None:
    ticket = make.ticket(status="cancelled")

    message = sent(make.message("ticket-confirmed", about=ticket, to=ticket.order.email))

    assert message.status == "sent"
    assert "another state" in message.error
    assert mail_server.mails == []


def test_a_mail_about_something_that_is_gone_is_not_sent(mail_server: MailServer) -> None:
    interest = make.interest()
    message = make.message(about=interest)
    interest.delete()

    sent(message)

    assert mail_server.mails == []


def test_a_letter_that_cannot_be_made_waits_and_says_why(mail_server: MailServer) -> None:
    message = sent(make.message("no-such-letter"))

    assert message.status == "queued"
    assert "no-such-letter" in message.error


def test_urgent_mail_goes_first() -> None:
    usual, urgent = make.message(), make.message(urgency=0)

    assert list(Message.objects.due()) == [urgent, usual]


def test_who_asked_to_be_told_is_told_once_when_registration_is_open(mail_server: MailServer) -> None:
    edition, still_closed = make.edition(), make.edition(phase="announced")
    make.interest(edition, email="waiting@example.org")
    make.interest(still_closed, email="patient@example.org")

    for _ in range(2):
        announce_open_registration()
        sweep_messages()

    [mail] = mail_server.mails
    assert mail["To"] == "waiting@example.org"
    assert "http://localhost:8000/en/register/" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_one_mail_that_is_slow_again_and_again_is_not_held_against_the_server() -> None:
    server = Patience(tries=2, rest=60)

    for _ in range(5):
        server.lose_some(over="one mail")
    after_one = server.is_at_an_end
    server.lose_some(over="another mail")

    assert not after_one
    assert server.is_at_an_end
