"""What the letters of this storey say, to whom, and when they stay unsent."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from forum.actor import Actor
from forum.mail import Pointless, compose, letters
from forum.models import Message
from registration.models import Order, Ticket
from tests import make

pytestmark = pytest.mark.django_db

STATES = {
    "ticket-requested": "requested",
    "ticket-reserved": "reserved",
    "ticket-approved": "reserved",
    "ticket-confirmed": "confirmed",
    "ticket-declined": "declined",
    "ticket-expired": "expired",
    "ticket-cancelled": "cancelled",
}


def letter(name: str, ticket: Ticket, to: str = "") -> EmailMultiAlternatives:
    return compose(make.message(name, about=ticket, to=to or ticket.order.email))


def html_of(mail: EmailMultiAlternatives) -> str:
    content, kind = mail.alternatives[0]
    assert kind == "text/html"
    return str(content)


class Words(HTMLParser):
    """The words of an HTML text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.feed(html[html.index("<body") :])

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"


def words(mail: EmailMultiAlternatives) -> list[str]:
    """Its text and its HTML, both as plain words."""
    return [" ".join(text.split()) for text in (str(mail.body), Words(html_of(mail)).words)]


@pytest.mark.parametrize("name", STATES)
def test_each_letter_tells_order_ticket_link_and_contact_in_text_and_html(name: str) -> None:
    kind = make.ticket_type(make.edition(contact_email="office@example.org"), name="Main forum", price=25000)
    ticket = make.order(ticket_type=kind, status=STATES[name]).tickets.get()

    mail = letter(name, ticket)

    for text in words(mail):
        for told in (ticket.order.code, "Main forum", "office@example.org", ticket.attendee.name):
            assert told in text
    if ticket.is_live:
        link = f"http://localhost:8000/en/orders/{ticket.order.code}/{ticket.order.secret}/"
        assert link in str(mail.body)
        assert f'href="{link}"' in html_of(mail)
    assert mail.reply_to == ["office@example.org"]


@pytest.mark.parametrize("name", STATES)
def test_a_subject_names_nobody(name: str) -> None:
    ticket = make.order(status=STATES[name], name="Daw Khin Mar").tickets.get()

    mail = letter(name, ticket)

    assert mail.subject
    assert "Khin" not in mail.subject
    assert "\n" not in mail.subject


@pytest.mark.parametrize("name", STATES)
def test_no_letter_tells_that_somebody_is_a_survivor(name: str) -> None:
    edition = make.edition()
    survivors = make.group(edition, name="Survivors", shown_as=make.group(edition, name="Advocates"))
    ticket = make.order(edition=edition, group=survivors, status=STATES[name]).tickets.get()

    mail = letter(name, ticket)

    assert "Survivors" not in mail.message().as_string()
    assert all("Advocates" in text for text in words(mail))


@pytest.mark.parametrize("name", STATES)
def test_a_letter_is_pointless_when_the_ticket_has_moved_on(name: str) -> None:
    other = "cancelled" if STATES[name] != "cancelled" else "confirmed"
    ticket = make.order(status=other).tickets.get()

    with pytest.raises(Pointless):
        letter(name, ticket)


@pytest.mark.parametrize("name", STATES)
def test_a_letter_to_an_address_that_was_corrected_since_is_pointless(name: str) -> None:
    ticket = make.order(status=STATES[name], email="right@example.org").tickets.get()

    with pytest.raises(Pointless, match="corrected"):
        letter(name, ticket, to="wrnog@example.org")


def test_a_mail_that_waits_while_the_address_is_corrected_never_shows_the_new_link_to_the_wrong_one() -> None:
    order = Order.place(make.wish(email="wrnog@example.org"), by=Actor.system())
    waiting = Message.objects.get()

    order.correct_email("right@example.org", by=Actor.system())

    with pytest.raises(Pointless):
        compose(waiting)
    assert order.secret in str(compose(Message.objects.exclude(pk=waiting.pk).get()).body)


def test_the_confirmation_brings_badge_and_calendar_file() -> None:
    ticket = make.order().tickets.get()

    mail = letter("ticket-confirmed", ticket)

    (calendar, badge) = (part for part in mail.message().walk() if part.get_filename())
    assert (calendar.get_filename(), calendar.get_content_type()) == ("forum.ics", "text/calendar")
    assert calendar.get_payload(decode=True).startswith(b"BEGIN:VCALENDAR")  # type: ignore[union-attr]
    assert (badge.get_filename(), badge.get_content_type()) == ("badge.pdf", "application/pdf")
    assert badge.get_payload(decode=True).startswith(b"%PDF-")  # type: ignore[union-attr]


def test_an_attendee_who_did_not_buy_gets_the_link_of_the_ticket_and_not_of_the_order() -> None:
    order = make.order(tickets=0, email="buyer@example.org")
    guest = make.ticket(order=order, email="guest@example.org")

    mail = letter("ticket-confirmed", guest, to="guest@example.org")

    assert guest.get_absolute_url() in str(mail.body)
    assert order.secret not in mail.message().as_string()


def test_a_letter_about_money_says_how_much_until_when_and_how() -> None:
    edition = make.edition(
        currency="JPY", time_zone="Asia/Tokyo", payment_instructions="Transfer it to account 7."
    )
    until = timezone.now() + timedelta(days=5)
    order = make.order(edition=edition, status="reserved", price=25000, reserved_until=until)

    mail = letter("ticket-reserved", order.tickets.get())

    local = until.astimezone(edition.zone)
    for text in words(mail):
        assert "To be paid: JPY 25,000" in text
        assert f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}, Tokyo time (UTC+9)" in text
        assert "Transfer it to account 7." in text


def test_a_reason_is_told_with_a_refusal() -> None:
    ticket = make.order(status="declined", reason="Only teams of <five> & more.").tickets.get()

    mail = letter("ticket-declined", ticket)

    assert all("Only teams of <five> & more." in text for text in words(mail))


def test_nothing_that_somebody_typed_becomes_markup_and_nothing_in_the_text_is_escaped() -> None:
    ticket = make.order(name="<b>Siobhán</b> O’Brien & Söhne").tickets.get()

    mail = letter("ticket-confirmed", ticket)

    assert "Hello <b>Siobhán</b> O’Brien & Söhne," in str(mail.body)
    assert "<b>Siobhán" not in html_of(mail)


def test_a_second_order_from_the_same_address_is_mentioned_and_not_blocked() -> None:
    edition = make.edition()
    first = make.order(edition=edition, email="somchai@example.org")
    alone = letter("ticket-confirmed", first.tickets.get())
    second = make.order(edition=edition, email="Somchai@example.org")

    beside = letter("ticket-confirmed", second.tickets.get())

    assert "There is another order with your address" not in words(alone)[0]
    assert all("There is another order with your address" in text for text in words(beside))
    assert first.code not in str(beside.body)


def test_lost_links_are_those_of_live_orders_of_the_address_only() -> None:
    mine = [make.order(email="somchai@example.org"), make.order(email="Somchai@example.org")]
    over = make.order(email="somchai@example.org", status="cancelled")
    others = make.order()

    mail = compose(make.message("order-links", to="somchai@example.org"))

    assert all(order.get_absolute_url() in str(mail.body) for order in mine)
    assert not any(order.secret in mail.message().as_string() for order in (over, others))


def test_lost_links_are_pointless_when_every_order_is_over_by_then() -> None:
    make.order(email="somchai@example.org", status="cancelled")

    with pytest.raises(Pointless):
        compose(make.message("order-links", to="somchai@example.org"))


def test_a_letter_is_written_in_the_language_of_its_reader() -> None:
    edition = make.edition(name={"en": "The forum", "th": "เวทีเสวนา"}, languages=["en", "th"])
    ticket = make.order(edition=edition).tickets.get()

    mail = compose(make.message("ticket-confirmed", about=ticket, to=ticket.order.email, language="th"))

    assert "เวทีเสวนา" in mail.subject
    assert f"/th/orders/{ticket.order.code}/" in str(mail.body)


@pytest.mark.parametrize("name", [*STATES, "order-links"])
def test_a_mail_loads_nothing_and_hides_nothing_from_plain_programs(name: str) -> None:
    order = make.order(status=STATES.get(name, "confirmed"))
    mail = letter(name, order.tickets.get())

    html = html_of(mail)

    assert not re.search(r"<(img|link|script|iframe)\b|url\(", html)
    assert 'class="button"' not in html or "background-color" in html
    assert "{{" not in html + str(mail.body)
    assert "{%" not in html + str(mail.body)


def names_used() -> set[str]:
    """Every name that code of ours hands to Message.queue, besides those made of a ticket's state."""
    from pathlib import Path

    root = Path(__file__).resolve().parent.parent.parent
    sources: list[Any] = [
        path
        for app in ("forum", "speakers", "agenda", "registration")
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts
    ]
    queued = re.compile(r"(?:Message\.queue|_tell)\(\s*\"([a-z-]+)\"")
    placed = re.compile(r"Status\.\w+, \"(ticket-[a-z]+)\"")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    return set(queued.findall(text)) | set(placed.findall(text))


def test_a_letter_is_registered_for_every_name_that_is_used() -> None:
    used = names_used() | {f"ticket-{status}" for status in ("requested", "reserved", "confirmed")}

    assert len(used) > 8
    assert used <= set(letters())
