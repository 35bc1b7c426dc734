"""Prices by date: which one holds when, what is agreed to, and what the pages say of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone, translation

from forum import briefly, caching
from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition
from registration.models import NextPrice, Order, TicketType
from registration.templatetags.registration import until
from tests import make
from tests.registration.test_register_page import PATH, answers, confirm, text

pytestmark = pytest.mark.django_db

BANGKOK = ZoneInfo("Asia/Bangkok")
A_SECOND = timedelta(seconds=1)
SOMEBODY = Actor.holder("a registration page")


def in_days(days: int) -> datetime:
    return (timezone.now() + timedelta(days=days)).replace(second=0, microsecond=0)


@pytest.fixture
def edition() -> Edition:
    return make.edition(currency="USD")


@pytest.fixture
def kind(edition: Edition) -> TicketType:
    """200.00 for ten days, 250.00 for ten more, then 300.00."""
    kind = make.ticket_type(edition, price=30000)
    make.price_step(kind, 25000, name="Normal", until=in_days(20))
    make.price_step(kind, 20000, name="Early bird", until=in_days(10))
    return kind


# --- which price holds when ---


def test_each_step_holds_until_its_moment_exclusive_and_the_types_own_price_after_the_last(
    kind: TicketType,
) -> None:
    first, second = (step.until for step in kind.price_steps.all())

    held = [kind.price_at(end + shift) for end in (first, second) for shift in (-A_SECOND, timedelta())]

    assert held == [20000, 25000, 25000, 30000]
    assert kind.price_now == 20000


def test_a_type_without_steps_has_one_price_and_no_next_one() -> None:
    kind = make.ticket_type(price=30000)

    assert (kind.price_now, kind.price_step, kind.next_price) == (30000, None, None)


def test_the_next_price_says_how_much_and_from_when_on(kind: TicketType) -> None:
    first, second = (step.until for step in kind.price_steps.all())

    now = kind.next_price
    with time_machine.travel(first, tick=False):
        later = kind.next_price
    with time_machine.travel(second, tick=False):
        in_the_end = kind.next_price

    assert (now, later, in_the_end) == (NextPrice(25000, first), NextPrice(30000, second), None)


def test_there_is_no_next_price_when_nobody_can_have_the_ticket_any_more_then(edition: Edition) -> None:
    end = in_days(10)
    kind = make.ticket_type(edition, price=30000, available_until=end)
    make.price_step(kind, until=end)

    assert (kind.price_now, kind.next_price) == (20000, None)


def test_a_step_that_changes_nothing_announces_no_next_price(edition: Edition) -> None:
    step = make.price_step(make.ticket_type(edition, price=20000), 20000)

    assert step.ticket_type.next_price is None


def test_no_two_steps_of_a_type_end_at_the_same_moment(kind: TicketType) -> None:
    end = kind.price_steps.all()[0].until

    with pytest.raises(IntegrityError), transaction.atomic():
        make.price_step(kind, until=end)

    make.price_step(make.ticket_type(kind.edition), until=end)


# --- what is agreed to ---


@pytest.mark.parametrize(("shift", "price"), [(-A_SECOND, 20000), (timedelta(), 25000)])
def test_an_order_is_placed_at_the_price_of_its_moment(
    kind: TicketType, shift: timedelta, price: int
) -> None:
    end = kind.price_steps.all()[0].until

    with time_machine.travel(end + shift, tick=False):
        order = Order.place(make.wish(kind), by=SOMEBODY)

    assert order.tickets.get().price == price


def test_the_price_that_was_agreed_to_stays_on_the_ticket(kind: TicketType) -> None:
    order = Order.place(make.wish(kind), by=SOMEBODY)

    with time_machine.travel(in_days(13), tick=False):
        found = Order.objects.with_tickets().get(pk=order.pk)
        still_to_be_paid, asked_now = found.balance, kind.price_now

    assert (still_to_be_paid, asked_now) == (20000, 25000)


def test_a_request_keeps_the_price_of_the_day_on_which_it_was_made(edition: Edition) -> None:
    kind = make.ticket_type(edition, price=30000, needs_approval=True, size=5)
    make.price_step(kind, 20000, until=in_days(10))
    ticket = Order.place(make.wish(kind), by=SOMEBODY).tickets.get()

    with time_machine.travel(in_days(11), tick=False):
        ticket.approve(by=SOMEBODY)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.price) == ("reserved", 20000)


def test_a_step_to_nothing_makes_a_ticket_that_is_valid_at_once(edition: Edition) -> None:
    kind = make.ticket_type(edition, price=30000, size=5)
    make.price_step(kind, 0)

    order = Order.place(make.wish(kind), by=SOMEBODY)

    assert order.tickets.get().status == "confirmed"


def test_a_price_that_ends_between_the_pages_is_not_taken_and_the_page_says_so(
    client: Client, edition: Edition, kind: TicketType
) -> None:
    end = kind.price_steps.all()[0].until
    with time_machine.travel(end - A_SECOND, tick=False):
        review = text(client.post(PATH, answers(edition)))

    with time_machine.travel(end, tick=False):
        briefly.forget()
        asked_again = text(confirm(client, review))
        placed_before = Order.objects.count()
        confirm(client, text(client.post(PATH, answers(edition))))

    assert "USD 200.00" in review
    assert "was changed a moment ago" in asked_again
    assert "USD 250.00" in asked_again
    assert placed_before == 0
    assert Order.objects.get().tickets.get().price == 25000


def test_who_began_at_a_price_that_is_over_meanwhile_reads_so_where_they_look_it_over(
    client: Client, edition: Edition, kind: TicketType
) -> None:
    end = kind.price_steps.all()[0].until

    reviews = {}
    for shift in (-A_SECOND, timedelta(), timedelta(hours=1)):
        briefly.forget()
        with time_machine.travel(end + shift, tick=False):
            reviews[shift] = text(client.post(PATH, answers(edition)))

    assert "USD 250.00 now" in reviews[timedelta()]
    assert "USD 200.00" not in reviews[timedelta()]
    assert "The price has changed" not in reviews[-A_SECOND]
    assert "The price has changed" not in reviews[timedelta(hours=1)]


def test_what_was_agreed_to_does_not_end_while_the_order_is_being_written(
    kind: TicketType, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = kind.price_steps.all()[0].until
    wish = make.wish(kind)
    write = Order._write_once

    with time_machine.travel(end - A_SECOND, tick=False) as clock:

        def slowly(*args: Any, **kwargs: Any) -> Order:
            clock.shift(2 * A_SECOND)
            return write(*args, **kwargs)

        monkeypatch.setattr(Order, "_write_once", slowly)
        order = Order.place(wish, by=SOMEBODY)

    assert order.tickets.get().price == 20000


def test_terms_of_another_moment_are_refused_and_nothing_is_written(kind: TicketType) -> None:
    end = kind.price_steps.all()[0].until
    wish = make.wish(kind, terms=kind.terms)

    with time_machine.travel(end, tick=False), pytest.raises(Refusal, match="changed a moment ago"):
        Order.place(wish, by=SOMEBODY)

    assert not Order.objects.exists()


# --- what the pages say ---


def test_the_page_says_which_price_holds_until_when_and_what_comes_then(
    client: Client, edition: Edition
) -> None:
    kind = make.ticket_type(edition, price=25000)
    step = make.price_step(kind, 20000, until=in_days(7))
    day = step.until.astimezone(BANGKOK)

    page = text(client.get(PATH))

    assert "USD 200.00" in page
    assert "Early bird" in page
    assert f"Until {day:%A} {day.day} {day:%B %Y}, {day:%H:%M}, Bangkok time (UTC+7)" in page
    assert "Then USD 250.00" in page


@pytest.mark.parametrize(
    ("language", "last_minute", "midnight"),
    [
        (
            "en",
            "Until Monday 30 November 2026, 23:59, Bangkok time (UTC+7)",
            "Until the end of Monday 30 November 2026, Bangkok time (UTC+7)",
        ),
        ("th", "วันจันทร์ที่ 30 พฤศจิกายน 2026", "วันจันทร์ที่ 30 พฤศจิกายน 2026"),
        ("my", "2026 နိုဝင်ဘာ 30 တနင်္လာ", "2026 နိုဝင်ဘာ 30 တနင်္လာ"),
    ],
)
def test_midnight_is_the_end_of_the_day_before_in_the_editions_own_zone_and_the_pages_language(
    language: str, last_minute: str, midnight: str
) -> None:
    moments = datetime(2026, 11, 30, 23, 59, tzinfo=BANGKOK), datetime(2026, 12, 1, tzinfo=BANGKOK)

    with translation.override(language), timezone.override(BANGKOK):
        said = [until(moment) for moment in moments]

    assert last_minute in said[0]
    assert midnight in said[1]
    assert "1 " not in said[1].replace("2026", "")


def test_a_page_in_thai_names_step_and_date_in_thai(client: Client, edition: Edition) -> None:
    edition.languages = ["en", "th"]
    edition.save()
    make.price_step(
        make.ticket_type(edition, price=25000),
        20000,
        name={"en": "Early bird", "th": "ราคาลงทะเบียนล่วงหน้า"},
        until=edition.midnight(edition.starts_on - timedelta(days=30)),
    )
    last_day = edition.starts_on - timedelta(days=31)

    page = text(client.get("/th/register/"))

    assert "ราคาลงทะเบียนล่วงหน้า" in page
    assert "Early bird" not in page
    assert f"ที่ {last_day.day} " in page
    assert f" {last_day.year}" in page
    assert f"{last_day:%B}" not in page


def test_the_page_shows_the_next_price_from_its_moment_on(
    client: Client, edition: Edition, kind: TicketType
) -> None:
    end = kind.price_steps.all()[0].until

    shown = {}
    for moment in (end - A_SECOND, end):
        briefly.forget()
        with time_machine.travel(moment, tick=False):
            shown[moment] = text(client.get(PATH))

    assert "Early bird" in shown[end - A_SECOND]
    assert "Then USD 250.00" in shown[end - A_SECOND]
    assert "Early bird" not in shown[end]
    assert "Then USD 300.00" in shown[end]


def test_where_people_look_it_over_they_read_until_when_the_price_holds(
    client: Client, edition: Edition, kind: TicketType
) -> None:
    review = text(client.post(PATH, answers(edition)))

    assert "Early bird" in review
    assert "Then USD 250.00" in review


def test_the_page_asks_as_often_for_three_types_with_three_steps_as_for_one(
    client: Client, edition: Edition, queries: Callable[[], Any]
) -> None:
    def offer(steps: int) -> None:
        kind = make.ticket_type(edition, price=90000, size=5)
        for number in range(steps):
            make.price_step(kind, 10000 * (number + 1), until=in_days(number + 1))

    offer(1)
    client.get(PATH)
    caching.forget()
    with queries() as with_one:
        client.get(PATH)
    offer(3)
    offer(3)
    caching.forget()
    with queries() as with_three:
        client.get(PATH)

    assert len(with_three) == len(with_one), with_three


@pytest.mark.parametrize("path", ["/en/", "/en/agenda/", "/en/speakers/"])
def test_no_page_that_is_kept_shows_a_price_which_would_outlive_its_step(
    path: str, client: Client, kind: TicketType
) -> None:
    assert "USD" not in text(client.get(path))
