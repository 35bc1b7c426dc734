"""What comes back to who cancels: by the edition's rules, never more than was paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import compose
from forum.models import Edition, Message
from registration.models import Order, Payment, Quota, Refund, RefundRule, Settlement, Ticket
from registration.payments import cancelling
from registration.tasks import send_refund
from tests import make, staff
from tests.registration.test_corrections import address_of
from tests.registration.test_order_page import text
from tests.registration.test_places import at_once, kinds

pytestmark = pytest.mark.django_db

SOMEBODY = Actor.holder("an order")


def paid(*amounts: int, tickets: int = 1, price: int = 25000, provider: str = "stripe") -> Order:
    """An order of confirmed tickets, and what was paid for it."""
    order = make.order(tickets=tickets, ticket_type=make.ticket_type(price=price, size=50), name="Khin Mar")
    for amount in amounts or (price * tickets,):
        make.payment(order, amount, provider=provider)
    return order


def rule(order: Order, *, days: int = 5, **fields: Any) -> RefundRule:
    """A rule that holds for so many days from now."""
    until = timezone.now().astimezone(order.edition.zone).date() + timedelta(days=days)
    return make.refund_rule(order.edition, until=until, **fields)


def cancel(order: Order, *tickets: Ticket, back: int | None) -> None:
    chosen = tickets or tuple(order.tickets.all())
    cancelling.cancel(order, [one.pk for one in chosen], back=back, by=SOMEBODY)


def now(order: Order) -> Order:
    return Order.objects.with_tickets().get(pk=order.pk)


# --- what a rule gives -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "fee", "back"),
    [(100, 0, 25000), (80, 2000, 18000), (0, 0, 0), (50, 20000, 0), (33, 0, 8250), (100, 99999, 0)],
)
def test_a_rule_gives_a_share_less_a_fee_and_never_less_than_nothing(share: int, fee: int, back: int) -> None:
    assert RefundRule(share=share, fee=fee).back_of(25000) == back


def test_the_rule_that_ends_first_of_those_that_hold_counts() -> None:
    order = paid()
    rule(order, days=-1, share=100)
    rule(order, days=0, share=70)
    rule(order, days=9, share=30)

    settlement = Settlement.of_cancelling(now(order), now(order).tickets.all())

    assert (settlement.total_paid, settlement.total_back) == (25000, 17500)


def test_after_the_last_rule_nothing_comes_back() -> None:
    order = paid()
    rule(order, days=-1, share=100)

    cancel(order, back=0)

    assert (now(order).kept, now(order).overpaid, Refund.objects.count()) == (25000, 0, 0)


def test_without_rules_an_organizer_decides_as_before() -> None:
    order = paid()

    cancel(order, back=None)

    assert (now(order).overpaid, now(order).kept, Refund.objects.count()) == (25000, 0, 0)


def test_when_the_forum_itself_was_cancelled_no_rule_keeps_anything() -> None:
    order = paid()
    rule(order, share=50)
    Edition.objects.update(cancelled_at=timezone.now())

    cancel(now(order), back=None)

    assert (now(order).overpaid, now(order).kept) == (25000, 0)


# --- cancelling ------------------------------------------------------------------------------------------------


def test_what_was_paid_online_is_paid_back_at_once_and_the_rest_is_kept() -> None:
    order = paid()
    rule(order, share=80, fee=2000)

    cancel(order, back=18000)

    refund = Refund.objects.get()
    assert (refund.amount, refund.ticket, refund.status) == (18000, order.tickets.get(), "queued")
    assert (now(order).kept, now(order).balance, now(order).overpaid) == (7000, 0, 0)
    assert Quota.objects.get().taken == 0


def test_it_is_taken_from_several_payments_one_after_the_other() -> None:
    order = paid(10000, 10000, 5000)
    rule(order, share=60)

    cancel(order, back=15000)

    assert list(Refund.objects.order_by("pk").values_list("amount", flat=True)) == [10000, 5000]


@pytest.mark.parametrize("provider", ["bank-transfer", "by-hand"])
def test_what_came_another_way_is_left_over_for_an_organizer_to_transfer(provider: str) -> None:
    order = paid(provider=provider)
    rule(order, share=60)

    cancel(order, back=15000)

    assert not Refund.objects.exists()
    assert (now(order).overpaid, now(order).kept) == (15000, 10000)
    assert list(Order.objects.overpaid()) == [order]
    body = str(compose(Message.objects.get(letter="ticket-cancelled")).body)
    assert "USD 150.00 of what you paid come back; an organizer transfers it" in body
    assert "nothing of what you paid" not in body


def test_one_ticket_of_several_is_cancelled_for_its_own_share(client: Client) -> None:
    order = paid(tickets=3)
    rule(order, share=50)
    ticket = order.tickets.first()
    assert ticket is not None

    asked = text(client.get(address_of(ticket, "cancellation")))
    done = client.post(address_of(ticket, "cancellation"), {"ticket": ticket.pk, "back": 12500})

    assert "You get USD 125.00 of USD 250.00 back." in asked
    assert done.url == order.get_absolute_url()
    assert sorted(one.status for one in order.tickets.all()) == ["cancelled", "confirmed", "confirmed"]
    assert (now(order).refunded, now(order).kept, now(order).balance) == (12500, 12500, 0)


def test_a_whole_order_is_cancelled_with_one_press(client: Client) -> None:
    order = paid(tickets=3)
    rule(order, share=50)

    asked = text(client.get(f"{order.get_absolute_url()}cancellation/"))
    client.post(f"{order.get_absolute_url()}cancellation/", {"back": 37500})

    assert "You get USD 375.00 of USD 750.00 back." in asked
    assert "That holds until the end of" in asked
    assert {one.status for one in order.tickets.all()} == {"cancelled"}
    assert (now(order).refunded, now(order).kept) == (37500, 37500)


def test_a_ticket_that_was_added_since_the_page_was_shown_is_not_cancelled_with_the_others(
    client: Client,
) -> None:
    order = paid(tickets=1)
    first = order.tickets.get()
    make.ticket(order=order, ticket_type=first.ticket_type, price=0)

    client.post(f"{order.get_absolute_url()}cancellation/", {"ticket": first.pk})

    assert sorted(one.status for one in order.tickets.all()) == ["cancelled", "confirmed"]


def test_when_less_comes_back_by_now_than_the_page_said_it_asks_again(client: Client) -> None:
    order = paid()
    path = f"{order.get_absolute_url()}cancellation/"
    rule(order, share=50)

    page = text(client.post(path, {"back": 25000}, follow=True))

    assert "What comes back for it has changed a moment ago" in page
    assert "You get USD 125.00 of USD 250.00 back." in page
    assert order.tickets.get().status == "confirmed"
    assert not Refund.objects.exists()


@pytest.mark.parametrize("back", ["", "x", "-1", "1e9", "٣", "9" * 500, "12500.0"])
def test_an_amount_that_no_page_said_cancels_nothing(client: Client, back: str) -> None:
    order = paid()
    rule(order, share=50)

    answer = client.post(f"{order.get_absolute_url()}cancellation/", {"back": back})

    assert answer.status_code == 302
    assert order.tickets.get().status == "confirmed"


@pytest.mark.parametrize("status", ["requested", "reserved"])
def test_what_was_not_paid_is_cancelled_without_money(client: Client, status: str) -> None:
    order = make.order(status=status, price=25000)
    rule(order, share=50)

    asked = text(client.get(f"{order.get_absolute_url()}cancellation/"))
    client.post(f"{order.get_absolute_url()}cancellation/", {"back": 0})

    assert "USD" not in asked
    assert order.tickets.get().status == "cancelled"
    assert (now(order).kept, Refund.objects.count()) == (0, 0)


def test_money_for_a_ticket_that_was_never_confirmed_is_for_an_organizer_to_see_to() -> None:
    order = make.order(status="reserved", price=25000)
    make.payment(order, 10000)
    rule(order, share=50)

    cancel(order, back=0)

    assert (now(order).overpaid, now(order).kept) == (10000, 0)


def test_the_fee_is_kept_although_another_ticket_of_the_order_is_still_to_be_paid() -> None:
    order = paid(tickets=1)
    make.ticket(order=order, ticket_type=order.tickets.get().ticket_type, status="reserved")
    rule(order, share=60)
    first = order.tickets.first()
    assert first is not None

    cancel(order, first, back=15000)

    assert (now(order).refunded, now(order).kept, now(order).balance) == (15000, 10000, 25000)
    assert now(order).is_payable


def test_money_that_is_noted_elsewhere_is_for_an_organizer_to_see_to() -> None:
    order = paid(25000, tickets=2)
    rule(order, share=60)
    first = order.tickets.first()
    assert first is not None

    cancel(order, first, back=None)

    assert (now(order).kept, Refund.objects.count()) == (0, 0)


def test_the_mail_of_a_cancellation_says_what_comes_back() -> None:
    order = paid()
    rule(order, share=80)

    cancel(order, back=20000)
    send_refund(Refund.objects.get().pk)

    body = str(compose(Message.objects.get(letter="ticket-cancelled")).body)
    assert "Of the USD 250.00 that you paid, USD 200.00 are paid back" in body


def test_a_second_ticket_of_the_order_is_not_said_to_be_without_refund(client: Client) -> None:
    order = paid(tickets=2)
    rule(order, share=50)
    first, second = order.tickets.all()

    cancel(order, first, back=12500)
    cancel(order, second, back=12500)

    page = text(client.get(order.get_absolute_url()))
    assert page.count("USD 125.00 are paid back") == 2
    assert "nothing of what you paid" not in page


def test_after_the_forum_nothing_is_cancelled(client: Client) -> None:
    order = make.order(edition=make.edition("past"), price=25000)
    make.payment(order)

    with pytest.raises(Refusal, match="The forum is over"):
        cancel(order, back=None)


# --- never too much --------------------------------------------------------------------------------------------

amount = st.integers(1, 30000)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prices=st.lists(st.integers(0, 20000), min_size=1, max_size=3),
    payments=st.lists(st.tuples(amount, st.sampled_from(["stripe", "bank-transfer"])), max_size=3),
    share=st.integers(0, 100),
    fee=st.integers(0, 5000),
    states=st.lists(st.sampled_from(["requested", "reserved", "confirmed"]), min_size=3, max_size=3),
    order_of_cancelling=st.permutations([0, 1, 2]),
)
def test_no_more_comes_back_than_was_paid_and_no_cent_is_lost(
    prices: list[int],
    payments: list[tuple[int, str]],
    share: int,
    fee: int,
    states: list[str],
    order_of_cancelling: list[int],
) -> None:
    with transaction.atomic():
        order = make.order(tickets=0)
        for price, state in zip(prices, states, strict=False):
            make.ticket(order=order, price=price, status=state)
        for paid_amount, provider in payments:
            make.payment(order, paid_amount, provider=provider)
        rule(order, share=share, fee=fee)
        tickets = list(order.tickets.all())

        for number in order_of_cancelling:
            if number < len(tickets):
                one = next(each for each in now(order).tickets.all() if each.pk == tickets[number].pk)
                settlement = Settlement.of_cancelling(now(order), [one])
                cancel(now(order), one, back=settlement.total_back if settlement.is_decided else None)

        after = now(order)
        assert all(0 <= payment.refunded <= payment.amount for payment in Payment.objects.all())
        assert after.refunded + after.kept + after.overpaid == after.received
        assert after.refunded <= sum(price * share // 100 + 1 for price in prices)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_cancelling_many_times_at_once_while_an_organizer_pays_back_returns_no_more_than_was_paid(
    round_number: int,
) -> None:
    order = paid(tickets=2)
    rule(order, share=100)
    first, second = order.tickets.all()
    payment = order.payments.get()

    results = at_once(
        [
            lambda: cancel(order, first, back=25000),
            lambda: cancel(order, first, back=25000),
            lambda: cancel(order, second, back=25000),
            lambda: cancel(order, back=50000),
            lambda: Refund.ask(payment, amount=50000, by=SOMEBODY),
        ]
    )

    after = now(order)
    assert set(kinds(results)) <= {"NoneType", "Refund", "Refusal"}, results
    assert after.refunded <= after.received == 50000
    assert (
        after.refunded
        + after.kept
        + after.overpaid
        + sum(one.price for one in after.tickets.all() if one.holds_place)
        >= 50000
    )
    assert not Quota.objects.miscounted().exists()


# --- the rules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "share", "field"),
    [
        (date(2027, 1, 10), 90, "share"),  # later, and more
        (date(2026, 12, 10), 40, "share"),  # sooner, and less
        (date(2027, 1, 1), 50, "until"),
    ],
)
def test_who_cancels_later_never_gets_more(until: date, share: int, field: str) -> None:
    edition = make.edition()
    make.refund_rule(edition, until=date(2027, 1, 1), share=50)
    make.refund_rule(make.edition(), until=until, share=share)

    with pytest.raises(ValidationError) as fault:
        RefundRule(edition=edition, until=until, share=share).full_clean()

    assert field in fault.value.message_dict


def test_a_share_is_at_most_all_of_it() -> None:
    with pytest.raises(ValidationError, match="100"):
        RefundRule(edition=make.edition(), until=date(2027, 1, 1), share=101).full_clean()


@pytest.mark.parametrize(("duty", "may"), [("finance", True), ("owner", True), ("registration", False)])
def test_rules_are_made_by_finance_and_owners(duty: str, may: bool) -> None:
    edition = make.edition()
    organizer = staff.at_work(duty, edition)

    organizer.post(
        reverse("admin:registration_refundrule_add"), {"until": "2027-03-01", "share": 80, "fee": "20.00"}
    )

    rules = [(one.share, one.fee, one.edition_id) for one in RefundRule.objects.all()]
    assert rules == ([(80, 2000, edition.pk)] if may else [])


def test_what_comes_back_until_when_stands_where_one_cancels(client: Client) -> None:
    order = paid()
    rule(order, share=80, fee=2000)

    page = text(client.get(f"{order.get_absolute_url()}cancellation/"))

    assert "80 % less USD 20.00 for each ticket" in page
    assert "After that: nothing" in page
