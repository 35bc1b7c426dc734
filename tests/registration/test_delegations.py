"""Orders of several tickets: all or nothing, each their own mail, the money of all as one, and people added later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import compose
from forum.models import Message
from registration.models import Order, Payment, Place, Quota, Voucher
from registration.models.ticket_status import Status
from tests import make
from tests.registration.test_places import at_once

pytestmark = pytest.mark.django_db

US = Actor.holder("a registration page")


def place(*wanted: Any, **fields: Any) -> Order:
    return Order.place(make.wish_of(*wanted, **fields), by=US)


def several(kind: Any, number: int, **fields: Any) -> list[Any]:
    group = make.group(kind.edition)
    return [make.wanted(kind, group, **fields) for _ in range(number)]


def pay(order: Order, amount: int, reference: str = "money") -> None:
    Payment.book(
        order, provider="bank-transfer", reference=reference, amount=amount, currency="USD", by=Actor.system()
    )


def states(order: Order) -> list[str]:
    return list(order.tickets.order_by("pk").values_list("status", flat=True))


# --- all or nothing ---


def test_an_order_of_several_takes_a_place_for_each_in_every_quota_of_its_type() -> None:
    forum = make.ticket_type(size=10)
    day = make.ticket_type(forum.edition)
    hall = make.quota(forum, day, size=20)
    group = make.group(forum.edition)

    order = place(make.wanted(forum, group), make.wanted(forum, group), make.wanted(day, group))

    hall.refresh_from_db()
    assert (order.tickets.count(), hall.taken) == (3, 3)
    assert Quota.objects.get(ticket_types=forum, size=10).taken == 2
    assert Place.objects.count() == 5
    assert not Quota.objects.miscounted().exists()


def test_when_there_are_fewer_places_than_people_nobody_is_registered_and_the_number_left_is_said() -> None:
    kind = make.ticket_type(size=2)

    with pytest.raises(Refusal, match="Only 2 places are left in") as refused:
        place(*several(kind, 3))

    assert refused.value.field == "ticket_type"
    assert not Order.objects.exists()
    assert not Message.objects.exists()
    assert Quota.objects.get().taken == 0


def test_a_voucher_counts_once_for_each_ticket_that_was_had_with_it() -> None:
    kind = make.ticket_type(price=20000)
    voucher = make.voucher(kind.edition, max_uses=3)

    order = place(*several(kind, 2, voucher=voucher))

    voucher.refresh_from_db()
    assert voucher.used == 2
    assert [ticket.price for ticket in order.tickets.all()] == [10000, 10000]
    assert not Voucher.objects.miscounted().exists()


def test_a_voucher_with_too_few_uses_left_is_refused_for_all_of_them_and_says_how_many() -> None:
    kind = make.ticket_type(price=20000)
    voucher = make.voucher(kind.edition, max_uses=2)

    with pytest.raises(Refusal, match="2 times more only") as refused:
        place(*several(kind, 3, voucher=voucher))

    voucher.refresh_from_db()
    assert (refused.value.field, voucher.used, Order.objects.count()) == ("voucher", 0, 0)


def test_those_who_may_go_beyond_take_no_place_from_those_who_may_not() -> None:
    kind = make.ticket_type(size=1)
    voucher = make.voucher(kind.edition, effect="none", goes_beyond=True, max_uses=None)
    group = make.group(kind.edition)

    place(make.wanted(kind, group, voucher=voucher), make.wanted(kind, group))

    assert Quota.objects.get().taken == 1
    assert Place.objects.filter(is_extra=True).get().ticket.voucher == voucher


@pytest.mark.parametrize(
    ("fields", "number", "words"),
    [
        ({"min_per_order": 5}, 4, "5 or more"),
        ({"max_per_order": 2}, 3, "2 at most"),
    ],
)
def test_too_few_or_too_many_of_a_type_in_one_order_are_refused_in_words(
    fields: dict[str, Any], number: int, words: str
) -> None:
    kind = make.ticket_type(**fields)

    with pytest.raises(Refusal, match=words):
        place(*several(kind, number))

    assert not Order.objects.exists()


def test_as_many_of_a_type_as_are_asked_for_make_an_order() -> None:
    kind = make.ticket_type(min_per_order=2, max_per_order=2)

    assert place(*several(kind, 2)).tickets.count() == 2


# --- who is told what ---


def test_each_attendee_gets_their_own_ticket_by_mail_and_the_buyer_the_whole_order() -> None:
    kind = make.ticket_type()
    group = make.group(kind.edition)
    own = [make.wanted(kind, group, email=f"p{number}@example.org") for number in (1, 2)]

    order = place(*own, make.wanted(kind, group, email=""), email="coordinator@example.org")

    told = sorted(Message.objects.values_list("letter", "to"))
    assert told == [
        ("order-state", "coordinator@example.org"),
        ("ticket-confirmed", "p1@example.org"),
        ("ticket-confirmed", "p2@example.org"),
    ]
    for message in Message.objects.filter(letter="ticket-confirmed"):
        text = str(compose(message).body)
        assert order.secret not in text
        assert message.about.secret in text


def test_the_buyers_mail_names_everybody_and_what_is_to_be_paid() -> None:
    kind = make.ticket_type(price=20000)
    group = make.group(kind.edition)
    order = place(make.wanted(kind, group, name="Anna"), make.wanted(kind, group, name="Bo"))

    sent = compose(Message.objects.get(letter="order-state"))

    assert "Anna" in sent.body
    assert "Bo" in sent.body
    assert "USD 400.00" in sent.body
    assert order.secret in sent.body


def test_an_attendee_who_does_not_pay_is_not_asked_for_money() -> None:
    kind = make.ticket_type(price=20000)
    edition = kind.edition
    edition.payment_instructions = "IBAN 12345"
    edition.save()
    place(make.wanted(kind, make.group(edition), email="attendee@example.org"), email="buyer@example.org")

    sent = compose(Message.objects.get(letter="ticket-reserved"))

    assert "Who registered you pays" in sent.body
    assert "IBAN" not in sent.body
    assert "To be paid" not in sent.body


def test_the_other_name_of_somebody_is_not_in_the_buyers_mail() -> None:
    kind = make.ticket_type()
    group = make.group(kind.edition)
    place(
        make.wanted(kind, group, name="Real Name", badge_name="Nickname"),
        make.wanted(kind, group, name="Bo"),
    )

    sent = compose(Message.objects.get(letter="order-state"))

    assert "Nickname" in sent.body
    assert "Real Name" not in sent.body


def test_of_several_decisions_within_a_minute_the_buyer_gets_one_mail() -> None:
    kind = make.ticket_type(needs_approval=True)
    order = place(*several(kind, 3))
    Message.objects.all().delete()

    for ticket in order.tickets.all():
        ticket.approve(by=US)

    news = Message.objects.get(letter="order-state")
    assert news.due_at > timezone.now()
    assert not mail.outbox


# --- the money of all as one ---


def test_a_request_costs_nothing_yet_so_the_others_of_its_order_are_paid_and_confirmed_while_it_waits() -> (
    None
):
    kind = make.ticket_type(price=20000)
    asked = make.ticket_type(kind.edition, price=30000, needs_approval=True)
    group = make.group(kind.edition)
    order = place(make.wanted(asked, group), make.wanted(kind, group))

    assert Order.objects.with_tickets().get(pk=order.pk).balance == 20000
    pay(order, 20000)

    assert states(order) == [Status.REQUESTED, Status.CONFIRMED]


def test_an_approved_ticket_of_a_paid_order_is_to_be_paid_by_itself() -> None:
    kind = make.ticket_type(price=20000)
    asked = make.ticket_type(kind.edition, price=30000, needs_approval=True)
    group = make.group(kind.edition)
    order = place(make.wanted(asked, group), make.wanted(kind, group))
    pay(order, 20000)

    order.tickets.get(ticket_type=asked).approve(by=US)

    order = Order.objects.with_tickets().get(pk=order.pk)
    assert states(order) == [Status.RESERVED, Status.CONFIRMED]
    assert (order.balance, order.is_payable) == (30000, True)
    pay(order, 30000, "the rest")
    assert states(order) == [Status.CONFIRMED, Status.CONFIRMED]


def test_money_for_what_was_to_be_paid_first_confirms_that_although_more_was_approved_meanwhile() -> None:
    kind = make.ticket_type(price=20000)
    asked = make.ticket_type(kind.edition, price=20000, needs_approval=True)
    group = make.group(kind.edition)
    order = place(make.wanted(asked, group), make.wanted(kind, group))
    order.tickets.filter(ticket_type=kind).update(reserved_until=timezone.now() + timedelta(days=3))
    order.tickets.get(ticket_type=asked).approve(by=US)

    pay(order, 20000)

    assert states(order) == [Status.RESERVED, Status.CONFIRMED]


def test_money_that_came_before_a_request_was_answered_is_no_surplus_and_confirms_it_on_approval() -> None:
    asked = make.ticket_type(price=30000, needs_approval=True)
    order = place(*several(asked, 1))
    pay(order, 30000)

    assert not Order.objects.overpaid().exists()
    order.tickets.get().approve(by=US)

    assert states(order) == [Status.CONFIRMED]


# --- people added later ---


def test_people_are_added_to_an_order_and_the_same_page_adds_them_once() -> None:
    kind = make.ticket_type(size=10)
    group = make.group(kind.edition)
    order = place(make.wanted(kind, group), make.wanted(kind, group))
    more = make.wish_of(make.wanted(kind, group, name="Late Comer"), key="a-one-time-key-of-a-page")

    order.add(more, by=US)
    order.add(more, by=US)

    assert [ticket.attendee.name for ticket in order.tickets.filter(attendee__name="Late Comer")] == [
        "Late Comer"
    ]
    assert Quota.objects.get().taken == 3


def test_nobody_is_added_to_an_order_that_is_over() -> None:
    kind = make.ticket_type()
    order = place(*several(kind, 2))
    order.cancel(by=US)

    with pytest.raises(Refusal, match="This order is over"):
        order.add(make.wish_of(*several(kind, 1)), by=US)

    assert order.tickets.count() == 2


def test_an_order_never_has_more_than_fifty_people() -> None:
    kind = make.ticket_type()
    order = place(*several(kind, 48))

    with pytest.raises(Refusal, match="50 people at most"):
        order.add(make.wish_of(*several(kind, 3)), by=US)

    assert order.tickets.count() == 48


def test_what_an_order_has_already_counts_for_the_least_and_the_most_of_a_type() -> None:
    kind = make.ticket_type(min_per_order=2, max_per_order=3)
    order = place(*several(kind, 2))

    order.add(make.wish_of(*several(kind, 1)), by=US)

    with pytest.raises(Refusal, match="3 at most"):
        order.add(make.wish_of(*several(kind, 1)), by=US)


def test_the_same_page_adds_its_people_once_though_the_order_has_the_most_of_a_type_by_then() -> None:
    kind = make.ticket_type(max_per_order=2)
    order = place(*several(kind, 1))
    more = make.wish_of(*several(kind, 1))

    order.add(more, by=US)
    order.add(more, by=US)

    assert order.tickets.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_pages_that_add_people_at_once_add_no_more_than_an_order_may_have() -> None:
    kind = make.ticket_type(max_per_order=2)
    order = place(*several(kind, 1))
    wishes = [make.wish_of(*several(kind, 1)) for _ in range(4)]

    at_once([lambda wish=wish: Order.objects.get(pk=order.pk).add(wish, by=US) for wish in wishes])  # type: ignore[misc]

    assert order.tickets.count() == 2


def test_a_full_delegation_is_written_in_a_number_of_queries_that_grows_by_the_person_only(
    django_assert_max_num_queries: Any,
) -> None:
    kind = make.ticket_type(size=100)
    wanted = several(kind, 50)

    with django_assert_max_num_queries(60 + 50 * 5):
        place(*wanted)
