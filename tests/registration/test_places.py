"""Places under rivalry: real threads, each with its own connection. Nobody gets a place that is not there, everybody
gets one that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Message
from registration.models import Order, Place, Quota, Ticket, TicketType, Wish
from registration.tasks import compare_counters
from tests import make

SOMEBODY = Actor.holder("a registration page")


def at_once(deeds: Iterable[Callable[[], Any]], threads: int = 16) -> list[Any]:
    """Do all deeds, `threads` at a time, the first ones at the same instant; what each gave, or its exception."""
    waiting = list(deeds)
    together = Barrier(min(threads, len(waiting)))

    def do(number: int, deed: Callable[[], Any]) -> Any:
        if number < together.parties:
            together.wait(timeout=30)
        try:
            return deed()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(together.parties) as pool:
        return list(pool.map(do, range(len(waiting)), waiting))


def placing(wish: Wish) -> Callable[[], Order]:
    return lambda: Order.place(wish, by=SOMEBODY)


def wishes(kind: TicketType, count: int) -> list[Wish]:
    group = make.group(kind.edition)
    return [make.wish(kind, group) for _ in range(count)]


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def assert_counted(quota: Quota, taken: int) -> None:
    quota.refresh_from_db()
    assert quota.taken == quota.places.count() == taken


@pytest.mark.django_db(transaction=True)
def test_two_hundred_rivals_for_a_hundred_places_buy_exactly_a_hundred() -> None:
    kind = make.ticket_type()
    quota = make.quota(kind, size=100)

    results = at_once([placing(wish) for wish in wishes(kind, 200)])

    assert kinds(results) == {"Order": 100, "Refusal": 100}
    assert_counted(quota, 100)
    assert Ticket.objects.count() == Message.objects.count() == 100


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
def test_thirty_rivals_for_ten_places_buy_exactly_ten() -> None:
    kind = make.ticket_type()
    quota = make.quota(kind, size=10)

    results = at_once([placing(wish) for wish in wishes(kind, 30)], threads=6)

    assert kinds(results) == {"Order": 10, "Refusal": 20}
    assert_counted(quota, 10)


@pytest.mark.django_db(transaction=True)
def test_rivals_for_the_same_quotas_in_any_order_never_wait_for_each_other_in_a_circle() -> None:
    edition = make.edition()
    one, other = make.ticket_type(edition), make.ticket_type(edition)
    shared = make.quota(one, other, size=60)
    make.quota(other, size=None)
    of_one, of_other = make.quota(one, size=50), make.quota(other, size=50)
    mixed = [wish for pair in zip(wishes(one, 60), wishes(other, 60), strict=True) for wish in pair]

    results = at_once([placing(wish) for wish in mixed])

    assert kinds(results) == {"Order": 60, "Refusal": 60}
    assert_counted(shared, 60)
    of_one.refresh_from_db()
    of_other.refresh_from_db()
    assert of_one.taken + of_other.taken == 60
    assert not Quota.objects.miscounted().exists()


@pytest.mark.django_db(transaction=True)
def test_orders_and_cancellations_at_once_never_wait_for_each_other_in_a_circle() -> None:
    edition = make.edition()
    one, other = make.ticket_type(edition), make.ticket_type(edition)
    quotas = [make.quota(one, size=100), make.quota(one, other, size=100), make.quota(other, size=100)]
    orders = []
    for _ in range(20):
        order = make.order(ticket_type=other)
        make.ticket(order=order, ticket_type=one)
        orders.append(order)
    cancelling: list[Callable[[], Any]] = [
        lambda order=order: Order.objects.get(pk=order.pk).cancel(by=SOMEBODY) for order in orders
    ]
    buying = [placing(wish) for wish in wishes(one, 20)]

    results = at_once([deed for pair in zip(cancelling, buying, strict=True) for deed in pair])

    assert kinds(results) == {"NoneType": 20, "Order": 20}
    assert [Quota.objects.get(pk=quota.pk).taken for quota in quotas] == [20, 20, 0]
    assert not Quota.objects.miscounted().exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [1, 100])
def test_pressing_confirm_twice_at_the_same_instant_gives_both_the_same_order(size: int) -> None:
    kind = make.ticket_type(size=size)
    wish = make.wish(kind)

    results = at_once([placing(wish)] * 8)

    assert len({order.pk for order in results}) == 1
    assert Ticket.objects.count() == Message.objects.count() == Place.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_reservations_past_their_time_are_free_for_rivals_before_any_sweep() -> None:
    kind = make.ticket_type(price=25000)
    quota = make.quota(kind, size=10)
    late = timezone.now() - timedelta(minutes=1)
    for _ in range(10):
        make.ticket(
            ticket_type=kind,
            order=make.order(tickets=0, ticket_type=kind),
            status="reserved",
            reserved_until=late,
        )

    results = at_once([placing(wish) for wish in wishes(kind, 30)])

    assert kinds(results) == {"Order": 10, "Refusal": 20}
    assert_counted(quota, 10)
    assert Ticket.objects.filter(status="expired").count() == 10


@pytest.mark.django_db(transaction=True)
def test_one_ticket_cancelled_by_many_at_once_gives_its_place_back_once() -> None:
    kind = make.ticket_type()
    quota = make.quota(kind, size=10)
    make.order(tickets=1, ticket_type=kind)
    ticket = make.order(tickets=1, ticket_type=kind).tickets.get()

    results = at_once([lambda: Ticket.objects.get(pk=ticket.pk).cancel(by=SOMEBODY)] * 8)

    assert kinds(results) == {"NoneType": 1, "Refusal": 7}
    assert_counted(quota, 1)


@pytest.mark.django_db
def test_places_left_are_told_in_words_only() -> None:
    many, few, none = (make.ticket_type(size=size) for size in (11, 10, 0))
    unlimited = make.ticket_type()

    words = [kind.left_in_words for kind in (unlimited, many, few, none)]

    assert words == ["many", "many", "few", "none"]


@pytest.mark.django_db
def test_the_scarcest_quota_says_what_is_left() -> None:
    kind = make.ticket_type(size=500)
    make.quota(kind, size=3)
    make.quota(kind, size=None)

    assert kind.left == 3


@pytest.mark.django_db
def test_a_reservation_past_its_time_counts_as_free_on_the_page() -> None:
    kind = make.ticket_type(size=1, price=25000)
    late = timezone.now() - timedelta(minutes=1)
    make.ticket(
        ticket_type=kind,
        order=make.order(tickets=0, ticket_type=kind),
        status="reserved",
        reserved_until=late,
    )

    [shown] = TicketType.objects.on_offer(kind.edition).with_places()

    assert shown.left_in_words == "few"


@pytest.mark.django_db
def test_a_quota_cannot_be_made_smaller_than_what_is_taken() -> None:
    kind = make.ticket_type()
    quota = make.quota(kind, size=5)
    make.order(tickets=3, ticket_type=kind)

    with pytest.raises(Refusal, match="3 places"):
        quota.resize(2)
    quota.resize(3)

    assert_counted(quota, 3)
    assert Quota.objects.get().size == 3


@pytest.mark.django_db(transaction=True)
def test_pressing_twice_for_the_place_of_a_reservation_past_its_time_gives_both_the_same_order() -> None:
    kind = make.ticket_type(size=1)
    late = timezone.now() - timedelta(minutes=1)
    make.ticket(
        ticket_type=kind,
        order=make.order(tickets=0, ticket_type=kind),
        status="reserved",
        reserved_until=late,
    )
    wish = make.wish(kind)

    results = at_once([placing(wish)] * 8)

    assert kinds(results) == {"Order": 8}
    assert len({order.pk for order in results}) == 1
    assert Ticket.objects.holding_places().count() == Place.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_types_join_and_leave_a_quota_while_tickets_are_sold_and_cancelled_and_all_is_counted() -> None:
    edition = make.edition()
    one, other = make.ticket_type(edition), make.ticket_type(edition)
    make.quota(one, size=500)
    shared = make.quota(one, size=500)
    orders = [make.order(ticket_type=kind) for kind in (one, other) for _ in range(20)]
    cancelling: list[Callable[[], Any]] = [
        lambda order=order: Order.objects.get(pk=order.pk).cancel(by=SOMEBODY) for order in orders
    ]
    buying = [placing(wish) for kind in (one, other) for wish in wishes(kind, 20)]
    sharing: list[Callable[[], Any]] = [
        lambda types=types: Quota.objects.get(pk=shared.pk).share_among(types)
        for types in [[other], [one, other], [], [one]] * 10
    ]
    mixed = [deed for three in zip(cancelling, buying, sharing, strict=True) for deed in three]

    results = at_once(mixed)

    assert kinds(results) == {"NoneType": 80, "Order": 40}
    assert not Quota.objects.miscounted().exists()
    assert not Ticket.objects.misplaced().exists()


@pytest.mark.django_db(transaction=True)
def test_an_organizer_who_saves_and_shares_a_quota_never_waits_in_a_circle_with_those_who_buy() -> None:
    edition = make.edition()
    one, other = make.ticket_type(edition), make.ticket_type(edition)
    quota = make.quota(one, other, size=500)

    def organize() -> None:
        with transaction.atomic():
            mine = Quota.objects.get(pk=quota.pk)
            mine.save(update_fields=["name"])
            mine.resize(500)
            mine.share_among([one, other])

    buying = [placing(wish) for wish in wishes(one, 40)]

    results = at_once([deed for purchase in buying for deed in (purchase, organize)])

    assert kinds(results) == {"NoneType": 40, "Order": 40}
    assert_counted(quota, 40)


@pytest.mark.django_db
def test_a_ticket_without_a_place_of_its_types_quota_raises_an_alarm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    good, lacking, stray, ended = (make.ticket(ticket_type=make.ticket_type(size=5)) for _ in range(4))
    Place.objects.filter(ticket=lacking).delete()
    Place.objects.create(ticket=stray, quota=good.ticket_type.quotas.get())
    Ticket.objects.filter(pk=ended.pk).update(status="cancelled")

    compare_counters()

    assert set(Ticket.objects.misplaced()) == {lacking, stray, ended}
    assert f"ticket {lacking.pk}, confirmed, holds other places" in caplog.text
    assert f"ticket {good.pk}," not in caplog.text
