"""Orders and their mails, and time that has passed."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta
from itertools import count

from django.utils import timezone

from forum.actor import Actor
from forum.models import Message
from forum.tasks import sweep_messages
from registration.models import Order, Quota, Ticket, TicketType
from tests import make
from tests.servers import MailServer, eventually

SOMEBODY = Actor.holder("a registration page")
_numbers = count(1)


def place(kind: TicketType, email: str = "") -> Order:
    """An order like any other, with its mail in the outbox."""
    email = email or f"reader-{next(_numbers)}@example.org"
    return Order.place(make.wish(kind, kind.edition.groups.get(), email=email), by=SOMEBODY)


def let_time_pass() -> None:
    """As if all pauses were over, and the leases of processes that are dead. Nobody may be at work meanwhile."""
    past = timezone.now() - timedelta(seconds=1)
    Message.objects.filter(status="queued").update(due_at=past)
    Message.objects.filter(status="sending").update(leased_until=past)


def are_sent() -> bool:
    """Whether nothing is left to do in the outbox."""
    return not Message.objects.exclude(status="sent").exists()


def sweep_until_all_are_sent(seconds: float = 30) -> None:
    """Send sweeps until nothing is left, as beat does, only more often."""
    deadline = time.monotonic() + seconds
    while not are_sent():
        assert time.monotonic() < deadline, list(Message.objects.exclude(status="sent").values())
        sweep_messages.apply_async(expires=5)
        with contextlib.suppress(AssertionError):
            eventually(are_sent, 5)


def assert_each_has_its_mail(orders: list[Order], mail_server: MailServer) -> int:
    """Each order has a mail with a whole badge and a whole calendar. One that came twice is the same mail, by its
    Message-ID. How many came twice."""
    twice = 0
    for order in orders:
        mails = mail_server.to(order.email)
        assert mails, f"{order.email} has no mail"
        assert len({mail["Message-ID"] for mail in mails}) == 1, [mail["Message-ID"] for mail in mails]
        for mail in mails:
            files = {part.get_content_type(): part.get_content() for part in mail.iter_attachments()}
            assert files["application/pdf"].startswith(b"%PDF-")
            assert files["application/pdf"].rstrip().endswith(b"%%EOF")
            assert "END:VCALENDAR" in files["text/calendar"]
        twice += len(mails) > 1
    return twice


def assert_whole(count: int) -> None:
    """There are `count` orders, each with all that belongs to it, and nothing else is left of any."""
    assert Order.objects.count() == Ticket.objects.count() == Message.objects.count() == count
    assert sum(quota.taken for quota in Quota.objects.all()) == count
    assert not Quota.objects.miscounted().exists()
    assert not Ticket.objects.misplaced().exists()
