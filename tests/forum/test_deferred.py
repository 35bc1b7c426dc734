"""Work that outlives the request: who may say how it went, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.mail import compose
from forum.models import Message
from forum.models.deferred import PAUSES
from tests import make

pytestmark = pytest.mark.django_db


def overtaken(message: Message) -> Message:
    """The same message in the hands of a second worker, after the first one's lease ran out."""
    Message.objects.filter(pk=message.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    second = Message.objects.get(pk=message.pk)
    assert second.claim()
    return second


def test_a_worker_that_was_overtaken_cannot_put_back_what_the_other_one_has_sent() -> None:
    slow = make.message()
    assert slow.claim()
    overtaken(slow).finish()

    slow.postpone("TimeoutError: it took too long")

    slow.refresh_from_db()
    assert slow.status == "sent"
    assert slow.error == ""


def test_a_worker_that_was_overtaken_cannot_fail_what_the_other_one_still_sends() -> None:
    slow = make.message()
    assert slow.claim()
    second = overtaken(slow)

    slow.fail("550 No such mailbox")

    second.refresh_from_db()
    assert second.status == "sending"


def test_what_ends_every_process_that_takes_it_is_given_up() -> None:
    message = make.message()
    claims = 0

    while message.claim():
        claims += 1
        Message.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    message.refresh_from_db()
    assert claims == len(PAUSES) + 1
    assert message.status == "failed"
    assert "ended before it was done" in message.error


def test_what_is_being_done_is_not_begun_again_by_hand() -> None:
    message = make.message()
    assert message.claim()

    message.again()

    message.refresh_from_db()
    assert message.status == "sending"


def test_who_asked_to_be_told_is_told_although_registration_pauses_just_then() -> None:
    edition = make.edition(registration_paused_at=timezone.now())

    mail = compose(make.message("registration-open", about=make.interest(edition)))

    assert "/en/register/" in mail.body
