"""The mail server is down, slow, or refuses somebody: mails are late, none is lost, none holds up what it has nothing
to do with, and the organizer sees what could not be sent and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.models import Job, Message
from forum.models.deferred import LATE, PAUSES
from forum.tasks import send_message, sweep_messages
from registration.models import Order, TicketType
from tests import make, staff
from tests.faults.mail_on_cue import MailOnCue, Tiresome
from tests.faults.orders import assert_each_has_its_mail, let_time_pass, place, sweep_until_all_are_sent
from tests.servers import Worker, eventually

PATIENT_TRIES = 2  # for each of a worker's two processes


def mail_of(order: Order) -> Message:
    return Message.objects.get(to=order.email)


def all_were_put_off() -> bool:
    return not Message.objects.exclude(status="queued", attempts__gt=0).exists()


def needs_attention(client: Client) -> list[tuple[str, str]]:
    """What the first page of the back office says needs somebody, with the address that it leads to."""
    answer = client.get(reverse("admin:index"))
    return [(matter.text, matter.address) for matter in answer.context["matters"]]


# --- down ------------------------------------------------------------------------------------------------------


def test_while_the_mail_server_is_down_mails_wait_and_the_organizer_sees_it(
    worker: Worker, mail_server: MailOnCue, kind: TicketType
) -> None:
    organizer = staff.at_work("registration", kind.edition)
    mail_server.stop()
    orders = [place(kind) for _ in range(4)]
    eventually(all_were_put_off)
    at_once = needs_attention(organizer)
    Message.objects.update(created_at=timezone.now() - LATE - timedelta(seconds=1))

    [(text, address)] = [matter for matter in needs_attention(organizer) if "mail" in matter[0]]

    assert not [text for text, _address in at_once if "mail" in text]
    assert "4 mails have been waiting for more than 10 minutes" in text
    assert "ConnectionRefusedError" in organizer.get(address).content.decode()

    mail_server.start()
    let_time_pass()
    sweep_until_all_are_sent()
    assert assert_each_has_its_mail(orders, mail_server) == 0
    assert not [text for text, _address in needs_attention(organizer) if "mail" in text]


def test_a_mail_is_tried_for_as_long_as_a_mail_server_may_be_away_over_a_weekend() -> None:
    assert timedelta(days=4) <= sum(PAUSES, timedelta()) <= timedelta(days=5)
    assert max(PAUSES) <= timedelta(hours=4)


# --- refuses one -----------------------------------------------------------------------------------------------


def test_a_mail_that_is_refused_for_good_is_shown_to_the_organizer_and_sent_again_by_hand(
    worker: Worker, mail_server: MailOnCue, kind: TicketType, client: Client
) -> None:
    organizer = staff.at_work("registration", kind.edition)
    refused, others = place_refused(kind, mail_server, "550 5.1.1 No such mailbox here")

    mail = mail_of(refused)
    [(text, address)] = [matter for matter in needs_attention(organizer) if "mail" in matter[0]]

    assert assert_each_has_its_mail(others, mail_server) == 0
    assert mail.status == "failed"
    assert "1 mail could not be sent" in text
    assert "550 5.1.1 No such mailbox here" in organizer.get(address).content.decode()
    details = organizer.get(reverse("admin:forum_message_change", args=[mail.pk])).content.decode()
    assert "550 5.1.1 No such mailbox here" in details
    assert refused.is_undelivered
    assert "Our mail did not arrive" in client.get(refused.get_absolute_url()).content.decode()

    mail_server.accept()
    organizer.post(reverse("admin:forum_message_again", args=[mail.pk]))
    mail_server.wait_for(refused.email)

    eventually(lambda: not refused.is_undelivered)
    assert assert_each_has_its_mail([refused], mail_server) == 0
    assert not [text for text, _address in needs_attention(organizer) if "mail" in text]


def test_a_mail_that_is_refused_for_now_waits_with_the_servers_words_and_holds_up_no_other(
    worker: Worker, mail_server: MailOnCue, kind: TicketType
) -> None:
    refused, others = place_refused(kind, mail_server, "450 4.2.1 Mailbox full, try again later")

    mail = mail_of(refused)

    assert assert_each_has_its_mail(others, mail_server) == 0
    assert (mail.status, mail.attempts) == ("queued", 1)
    assert "450 4.2.1 Mailbox full, try again later" in mail.error
    assert not refused.is_undelivered

    mail_server.accept()
    let_time_pass()
    sweep_until_all_are_sent()
    assert assert_each_has_its_mail([refused], mail_server) == 0


def place_refused(kind: TicketType, mail_server: MailOnCue, answer: str) -> tuple[Order, list[Order]]:
    """An order whose address is refused, placed before five others, when the worker has done what it could."""
    mail_server.refuse_address("refused@example.org", answer)
    refused = place(kind, "refused@example.org")
    others = [place(kind) for _ in range(5)]
    eventually(lambda: mail_of(refused).error)
    eventually(lambda: all(mail_of(other).status == "sent" for other in others))
    return refused, others


# --- slow ------------------------------------------------------------------------------------------------------


@pytest.fixture
def hasty(product: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail server has two seconds to answer and five for all of a mail, so that no test has to wait for minutes."""
    product["DJANGO_SETTINGS_MODULE"] = "tests.faults.hasty_settings"
    # Whoever nudges tells the worker how long it may take, and Celery has looked that up when the first one was sent.
    monkeypatch.setattr(send_message, "_exec_options", {"soft_time_limit": 5})


@pytest.mark.parametrize(
    ("says", "words"),
    [
        pytest.param(b"", "timed out", id="it says nothing"),
        pytest.param(b"2", "SoftTimeLimitExceeded", id="it says one letter at a time, for ever"),
    ],
)
def test_a_mail_server_that_never_comes_to_the_point_delays_mails_and_nothing_else(
    hasty: None, worker: Worker, mail_server: MailOnCue, kind: TicketType, says: bytes, words: str
) -> None:
    mail_server.stop()
    with Tiresome(mail_server.port, says=says) as tiresome:
        orders = [place(kind) for _ in range(12)]
        eventually(lambda: tiresome.callers >= 2)
        job = make.job("no such work")

        eventually(lambda: tells_of(job), seconds=40)

        eventually(lambda: not Message.objects.exclude(status="queued").exists())
        assert tiresome.callers <= 2 * PATIENT_TRIES  # not one after the other until none is left
        assert any(words in error for error in Message.objects.values_list("error", flat=True))
        tries = sum(Message.objects.values_list("attempts", flat=True))
        assert tries == tiresome.callers

    mail_server.start()
    worker.kill()  # a process that has lost its patience would come back to it in two minutes
    worker.start()
    let_time_pass()
    sweep_until_all_are_sent()
    assert assert_each_has_its_mail(orders, mail_server) == 0


def tells_of(job: Job) -> str:
    job.refresh_from_db()
    return job.error


def test_one_reader_whose_mails_make_the_server_think_for_long_holds_up_no_other(
    hasty: None, worker: Worker, mail_server: MailOnCue, kind: TicketType
) -> None:
    mail_server.hold_address("slow@example.org")
    slow = place(kind, "slow@example.org")
    others = [place(kind) for _ in range(5)]

    for tries in (1, 2, 3):
        eventually(lambda tries=tries: mail_of(slow).status == "queued" and mail_of(slow).attempts == tries)
        others.append(place(kind))
        eventually(lambda: mail_of(others[-1]).status == "sent")
        let_time_pass()
        sweep_messages.delay()

    assert assert_each_has_its_mail(others, mail_server) == 0
