"""Reminders: some days before a place is lost, once, and only where money is really waited for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from forum.mail import Pointless, compose
from forum.models import Message
from registration.models import Order
from registration.tasks import sweep_reminders
from tests import make

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


def ends_in(left: timedelta, *, known_for: timedelta = 2 * A_DAY, **fields: Any) -> Order:
    """An order whose place is kept for so long, and was reserved so long ago."""
    now = timezone.now()
    with time_machine.travel(now - known_for, tick=False):
        return make.order(status="reserved", price=25000, reserved_until=now + left, **fields)


def reminders() -> list[str]:
    return list(Message.objects.filter(letter="payment-reminder").values_list("to", flat=True))


def test_who_has_not_paid_is_reminded_once_three_days_before() -> None:
    order = ends_in(3 * A_DAY)
    ends_in(3 * A_DAY + timedelta(hours=1))

    for _ in range(3):
        sweep_reminders()
    with time_machine.travel(timezone.now() + A_DAY):
        order.remind()

    assert reminders()[:1] == [order.email]
    assert Message.objects.filter(about_id=order.pk).count() == 1


def test_who_has_just_been_told_is_not_reminded_at_once() -> None:
    ends_in(2 * A_DAY, known_for=timedelta(hours=2))

    sweep_reminders()

    assert reminders() == []


@pytest.mark.parametrize("status", ["requested", "confirmed", "expired", "cancelled", "declined"])
def test_only_who_has_to_pay_is_reminded(status: str) -> None:
    order = ends_in(A_DAY)
    order.tickets.update(status=status)

    sweep_reminders()

    assert reminders() == []


def test_a_free_place_a_paid_one_and_one_whose_time_has_passed_need_no_reminder() -> None:
    free, paid, _late = ends_in(A_DAY), ends_in(A_DAY), ends_in(-A_DAY)
    free.tickets.update(price=0)
    make.payment(paid, 25000)

    sweep_reminders()

    assert reminders() == []


@pytest.mark.parametrize("status", ["open", "processing"])
def test_nobody_is_reminded_while_they_may_be_paying(status: str) -> None:
    make.checkout(ends_in(A_DAY), status=status)

    sweep_reminders()

    assert reminders() == []


def test_a_cancelled_forum_reminds_nobody() -> None:
    order = ends_in(A_DAY)
    order.edition.cancelled_at = timezone.now()
    order.edition.save()

    sweep_reminders()

    assert reminders() == []


def test_the_reminder_says_how_much_until_when_and_how_in_the_buyers_language() -> None:
    edition = make.edition(
        languages=["en", "th"], payment_instructions={"en": "To account 7.", "th": "บัญชี 7"}
    )
    order = ends_in(A_DAY, edition=edition, language="th")
    make.payment(order, 5000)

    sweep_reminders()

    message = Message.objects.get()
    mail = compose(message)
    assert message.language == "th"
    for text in (str(mail.body), str(mail.alternatives[0][0])):
        assert all(words in text for words in ("USD 200.00", order.code, "บัญชี 7"))
        assert order.get_absolute_url().partition("/orders/")[2] in text


def test_a_reminder_that_has_lost_its_reason_is_not_sent() -> None:
    order = ends_in(A_DAY)
    sweep_reminders()
    make.payment(order, 25000)

    with pytest.raises(Pointless):
        compose(Message.objects.get())
