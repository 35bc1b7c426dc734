"""How many questions a registration asks the database, page by page, and that what it remembers decides nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forum import briefly
from forum.briefly import forget
from forum.mail import compose
from forum.models import Edition, Message
from registration.models import Order, TicketType
from tests import make
from tests.registration.test_register_page import PATH, answers, confirm, register, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    """One with all that makes a page ask: texts, groups that hide others, days, quotas, an earlier edition."""
    make.edition(phase="past")
    edition = make.edition()
    for slug in ("terms", "privacy", "venue"):
        make.page(edition, slug)
    advocates = make.group(edition, name="Advocates")
    survivors = make.group(edition, name="Survivors", shown_as=advocates)
    days = [make.day(edition, number) for number in (1, 2, 3)]
    for number in range(4):
        kind = make.ticket_type(edition, name=f"Ticket {number}", size=50, groups=[advocates, survivors])
        kind.days.set(days[: number + 1])
    return edition


def test_in_a_crowd_the_form_asks_only_which_edition_it_is(
    client: Client, edition: Edition, queries: Callable[[], Any]
) -> None:
    text(client.get(PATH))

    with queries(in_a_crowd=True) as asked:
        text(client.get(PATH))

    assert len(asked) == 1, asked


def test_each_page_of_a_registration_asks_only_so_much(
    client: Client, edition: Edition, queries: Callable[[], Any]
) -> None:
    register(client, edition, email="first@example.org")
    Order.objects.update(key="another")
    filled_in = answers(edition)

    with queries(in_a_crowd=True) as for_the_answers:
        page = text(client.post(PATH, filled_in))
    with queries(in_a_crowd=True) as for_the_confirmation:
        placed = confirm(client, page)
    with queries(in_a_crowd=True) as for_the_order:
        text(client.get(placed.url))

    assert len(for_the_answers) <= 2, for_the_answers
    assert len(for_the_confirmation) <= 19, for_the_confirmation
    assert len(for_the_order) <= 3, for_the_order


def test_an_order_with_money_shows_it_though_the_quick_way_would_not(
    client: Client, edition: Edition
) -> None:
    order = make.order(edition=edition, status="confirmed", price=25000)
    make.payment(order, 25000)

    assert "Payments" in text(client.get(order.get_absolute_url()))


def test_a_letter_with_its_badge_asks_only_so_much(
    client: Client, edition: Edition, queries: Callable[[], Any]
) -> None:
    register(client, edition)
    message = Message.objects.select_related("edition").get()

    with queries(in_a_crowd=True) as asked:
        mail = compose(message)

    assert [part[0] for part in mail.attachments] == ["forum.ics", "badge.pdf"]
    assert len(asked) <= 3, asked


def test_a_changed_price_counts_at_once_even_when_the_page_still_shows_the_old_one(
    client: Client, edition: Edition
) -> None:
    page = text(client.post(PATH, answers(edition)))
    TicketType.objects.update(price=18000)

    asked_again = confirm(client, page)
    forget()
    placed = confirm(client, text(client.post(PATH, answers(edition))))

    [ticket] = Order.objects.get().tickets.all()
    assert (asked_again.status_code, placed.status_code) == (200, 302)
    assert (ticket.price, ticket.status) == (18000, "reserved")


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"available_until": timezone.now() - timedelta(days=1)}]
)
def test_what_is_taken_off_the_offer_cannot_be_had_any_more_at_once(
    client: Client, edition: Edition, change: dict[str, Any]
) -> None:
    page = text(client.post(PATH, answers(edition)))
    TicketType.objects.update(**change)

    answer = confirm(client, page)

    assert "not on offer any more" in text(answer)
    assert not Order.objects.exists()


def test_the_form_shows_a_new_ticket_a_second_later(client: Client, edition: Edition) -> None:
    text(client.get(PATH))
    make.ticket_type(edition, name="Brand new")

    briefly.forget()  # as after a second

    assert "Brand new" in text(client.get(PATH))


def test_the_form_speaks_each_visitors_language_and_keeps_what_the_address_chose(
    client: Client, edition: Edition
) -> None:
    TicketType.objects.update(name={"en": "Ticket", "th": "บัตร"})
    kind = edition.ticket_types.all()[0]

    in_english, in_thai = text(client.get(PATH)), text(client.get("/th/register/"))
    chosen = text(client.get(f"{PATH}?ticket={kind.pk}"))

    assert "บัตร" in in_thai
    assert "บัตร" not in in_english
    assert re.search(rf'name="ticket_type" value="{kind.pk}"[^>]* checked', chosen)
    assert not re.search(r'name="ticket_type"[^>]* checked', in_english)
