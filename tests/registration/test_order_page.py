"""The pages of an order and of a ticket, and the ways to find them again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from forum.actor import Actor
from forum.models import Message, User
from registration.models import Order, Ticket
from tests import make

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def signed_in(client: Client, email: str, *, verified: bool = True) -> User:
    user = make.user(email)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    client.force_login(user)
    return user


# --- the order's page ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("requested", "please do not book a journey yet"),
        ("reserved", "when your payment has arrived"),
        ("confirmed", "Bring the badge"),
        ("declined", "could not say yes"),
        ("expired", "the place went back"),
        ("cancelled", "It opens nothing any more"),
    ],
)
def test_an_orders_page_says_the_state_of_its_ticket_in_words(
    client: Client, status: str, words: str
) -> None:
    order = make.order(status=status, price=25000)

    assert words in text(client.get(order.get_absolute_url()))


def test_an_order_to_be_paid_says_how_much_until_when_and_how(client: Client) -> None:
    edition = make.edition(currency="THB", payment_instructions="Transfer it to **account 7**.")
    until = timezone.now() + timedelta(days=5)
    order = make.order(edition=edition, status="reserved", price=125000, reserved_until=until)

    page = text(client.get(order.get_absolute_url()))

    local = until.astimezone(edition.zone)
    assert "To be paid: THB 1,250.00" in page
    assert f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}, Bangkok time (UTC+7)" in page
    assert "<strong>account 7</strong>" in page
    assert order.code in page


def test_only_a_confirmed_ticket_has_badge_and_calendar_file(client: Client) -> None:
    confirmed, requested = make.ticket(), make.ticket(status="requested")

    for name in ("badge/", "calendar.ics"):
        assert client.get(confirmed.get_absolute_url() + name).status_code == 200
        assert client.get(requested.get_absolute_url() + name).status_code == 404


def test_the_badge_is_a_pdf_to_be_kept(client: Client) -> None:
    ticket = make.ticket()

    answer = client.get(f"{ticket.get_absolute_url()}badge/")

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "badge.pdf" in answer["Content-Disposition"]


@pytest.mark.parametrize("part", ["", "email/", "cancellation/"])
def test_an_order_opens_with_code_and_secret_together_only(client: Client, part: str) -> None:
    order, other = make.order(), make.order()

    assert client.get(f"/en/orders/{order.code}/{order.secret}/{part}").status_code == 200
    assert client.get(f"/en/orders/{order.code}/{other.secret}/{part}").status_code == 404
    assert client.get(f"/en/orders/{order.code}/x/{part}").status_code == 404


@pytest.mark.parametrize("path", ["", "email/", "cancellation/"])
def test_an_orders_pages_are_kept_by_no_cache_and_found_by_no_search_engine(
    client: Client, path: str
) -> None:
    answer = client.get(make.order().get_absolute_url() + path)

    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]


def test_looking_at_an_orders_pages_changes_nothing(client: Client) -> None:
    order = make.order()

    for path in ("", "email/", "cancellation/"):
        client.get(order.get_absolute_url() + path)

    assert Order.objects.get().secret == order.secret
    assert Ticket.objects.get().status == "confirmed"
    assert not Message.objects.exists()


def test_an_order_of_an_earlier_edition_says_its_own_name_and_time_zone(client: Client) -> None:
    earlier = make.edition(phase="past", name="The first forum", time_zone="America/Lima")
    make.edition(name="The next forum")
    order = make.order(edition=earlier)

    page = text(client.get(order.get_absolute_url()))

    assert "The first forum" in page
    assert f'href="/en/{earlier.slug}/"' in page


def test_nobody_reads_on_the_page_that_somebody_is_a_survivor(client: Client) -> None:
    edition = make.edition()
    advocates = make.group(edition, name="Advocates")
    survivors = make.group(edition, name="Survivors", shown_as=advocates)
    order = make.order(edition=edition, group=survivors)

    for path in (order.get_absolute_url(), order.tickets.get().get_absolute_url()):
        page = text(client.get(path))
        assert "Advocates" in page
        assert "Survivors" not in page


def test_the_number_of_queries_does_not_grow_with_the_tickets_of_an_order(
    client: Client, queries: Callable[[], Any]
) -> None:
    edition = make.edition()
    one, three = make.order(edition=edition), make.order(edition=edition, tickets=3)
    client.get(one.get_absolute_url())

    with queries() as with_one:
        client.get(one.get_absolute_url())
    with queries() as with_three:
        client.get(three.get_absolute_url())

    assert len(with_three) == len(with_one), with_three


def test_the_page_says_when_the_mail_was_refused_and_asks_for_another_address(client: Client) -> None:
    order = make.order(email="wrnog@example.org")
    mail = make.message("ticket-confirmed", about=order.tickets.get(), to="wrnog@example.org")
    sent = text(client.get(order.get_absolute_url()))

    make.failed(mail, "550 No such person here")
    refused = text(client.get(order.get_absolute_url()))
    order.correct_email("right@example.org", by=Actor.system())
    corrected = text(client.get(order.get_absolute_url()))

    assert "Our mail did not arrive" in refused
    assert "We could not deliver it to" in refused
    assert "Our mail did not arrive" not in sent + corrected


# --- correcting the address ------------------------------------------------------------------------------------


def test_a_corrected_address_gets_the_mail_again_and_the_page_a_new_address(client: Client) -> None:
    order = make.order(email="wrnog@example.org")
    old = order.get_absolute_url()

    answer = client.post(f"{old}email/", {"email": " Right@example.org "})

    order.refresh_from_db()
    assert answer.url == order.get_absolute_url() != old
    assert client.get(old).status_code == 404
    assert "We sent everything again, to Right@example.org" in text(client.get(answer.url))
    assert [mail.to for mail in Message.objects.all()] == ["Right@example.org"]


def test_an_address_that_is_none_is_an_error_beside_the_field_and_kept(client: Client) -> None:
    order = make.order(email="wrnog@example.org")

    page = text(client.post(f"{order.get_absolute_url()}email/", {"email": "right@"}))

    assert 'value="right@"' in page
    assert 'id="id_email_error"' in page
    assert Order.objects.get().email == "wrnog@example.org"


def test_an_address_can_be_corrected_five_times_an_hour(client: Client) -> None:
    order = make.order()

    answers = []
    for number in range(6):
        order.refresh_from_db()
        path = f"{order.get_absolute_url()}email/"
        answers.append(client.post(path, {"email": f"right-{number}@example.org"}).status_code)

    assert answers == [302] * 5 + [200]
    assert Message.objects.count() == 5


# --- cancelling ------------------------------------------------------------------------------------------------


def test_cancelling_asks_first_and_then_gives_the_place_back(client: Client) -> None:
    kind = make.ticket_type(size=1)
    order = make.order(ticket_type=kind)
    path = f"{order.get_absolute_url()}cancellation/"

    asked = text(client.get(path))
    done = text(client.post(path, follow=True))

    assert "Cancel your registration?" in asked
    assert "This registration was cancelled" in done
    assert "Badge (PDF)" not in done
    assert kind.left == 1
    assert Message.objects.get().letter == "ticket-cancelled"


def test_an_order_that_is_over_offers_no_cancellation(client: Client) -> None:
    order = make.order(status="cancelled")

    page = text(client.get(order.get_absolute_url()))
    asked = client.get(f"{order.get_absolute_url()}cancellation/")
    again = text(client.post(f"{order.get_absolute_url()}cancellation/", follow=True))

    assert "cancellation/" not in page
    assert asked.url == order.get_absolute_url()
    assert "nothing left to cancel" in again
    assert not Message.objects.exists()


def test_a_deed_needs_the_token_of_its_form() -> None:
    order = make.order()
    client = Client(enforce_csrf_checks=True)

    assert client.post(f"{order.get_absolute_url()}cancellation/").status_code == 403
    assert client.post(f"{order.get_absolute_url()}email/", {"email": "a@example.org"}).status_code == 403
    assert Ticket.objects.get().status == "confirmed"


# --- the ticket's own page -------------------------------------------------------------------------------------


def test_a_tickets_page_shows_its_attendee_and_nothing_else_of_the_order(client: Client) -> None:
    order = make.order(email="buyer@example.org", name="The buyer")
    guest = make.ticket(order=order, name="A guest", email="guest@example.org")

    page = text(client.get(guest.get_absolute_url()))

    assert "A guest" in page
    for secret in ("The buyer", "buyer@example.org", order.code, order.secret):
        assert secret not in page


# --- the calendar file -----------------------------------------------------------------------------------------


def calendar_of(client: Client, ticket: Ticket) -> Calendar:
    answer = client.get(f"{ticket.get_absolute_url()}calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    assert isinstance(calendar, Calendar)
    return calendar


def test_the_calendar_file_has_each_day_in_the_time_zone_of_the_forum(client: Client) -> None:
    edition = make.edition(time_zone="Europe/Berlin")
    days = [make.day(edition, number) for number in (1, 2, 3)]

    calendar = calendar_of(client, make.ticket(order=make.order(tickets=0, edition=edition)))

    events = calendar.walk("VEVENT")
    assert [event["DTSTART"].dt for event in events] == [day.starts_at for day in days]
    assert [event["DTEND"].dt for event in events] == [day.ends_at for day in days]
    assert {event["DTSTART"].params["TZID"] for event in events} == {"Europe/Berlin"}
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]


def test_the_calendar_file_of_a_ticket_for_one_day_has_that_day_only(client: Client) -> None:
    edition = make.edition()
    make.day(edition, 1)
    second = make.day(edition, 2)
    ticket = make.ticket(
        ticket_type=make.ticket_type(edition, days=[second]), order=make.order(tickets=0, edition=edition)
    )

    [event] = calendar_of(client, ticket).walk("VEVENT")

    assert event["DTSTART"].dt == second.starts_at


def test_the_days_keep_their_identifier_from_file_to_file(client: Client) -> None:
    edition = make.edition()
    make.day(edition, 1)
    one, other = (make.ticket(order=make.order(tickets=0, edition=edition)) for _ in range(2))

    uids = [
        [str(event["UID"]) for event in calendar_of(client, ticket).walk("VEVENT")]
        for ticket in (one, other, one)
    ]

    assert uids[0] == uids[1] == uids[2]


def test_an_edition_without_days_yet_is_one_stretch_of_whole_days(client: Client) -> None:
    edition = make.edition(days=3)

    [event] = calendar_of(client, make.ticket(order=make.order(tickets=0, edition=edition))).walk("VEVENT")

    assert event["DTSTART"].dt == edition.starts_on
    assert event["DTEND"].dt == edition.ends_on + timedelta(days=1)


@pytest.mark.parametrize(
    ("venue", "where"),
    [
        ({"address": "9 Riverside Lane"}, "Old Hall, 9 Riverside Lane, Bonn, Germany"),
        ({"address": "9 Riverside Lane, 53111 Bonn"}, "Old Hall, 9 Riverside Lane, 53111 Bonn, Germany"),
        ({"address": "", "place": "Bonn Hall"}, "Bonn Hall, Germany"),
        ({"address": "", "place": "", "country": ""}, "Bonn"),
    ],
)
def test_the_calendar_file_says_where_to_go_and_names_the_city_once(
    client: Client, venue: dict[str, str], where: str
) -> None:
    edition = make.edition(**{"place": "Old Hall", "city": "Bonn", "country": "DE", **venue})

    [event] = calendar_of(client, make.ticket(order=make.order(tickets=0, edition=edition))).walk("VEVENT")

    assert str(event["LOCATION"]) == where


def test_the_calendar_file_tells_nothing_of_its_owner(client: Client) -> None:
    ticket = make.ticket(name="Daw Khin Mar", email="khin.mar@example.org")
    make.day(ticket.edition)

    file = client.get(f"{ticket.get_absolute_url()}calendar.ics").content.decode().replace("\r\n ", "")

    for secret in (
        "Khin",
        "khin.mar",
        ticket.secret,
        ticket.order.code,
        ticket.order.secret,
        str(ticket.group),
    ):
        assert secret not in file


# --- finding them again ----------------------------------------------------------------------------------------


def test_who_signed_in_sees_all_orders_of_the_address_and_no_others(client: Client) -> None:
    signed_in(client, "somchai@example.org")
    one, two = make.order(email="somchai@example.org"), make.order(email="Somchai@example.org")
    other = make.order()

    page = text(client.get("/en/my-orders/"))

    assert one.code in page
    assert two.code in page
    assert other.code not in page


def test_an_address_that_was_not_verified_shows_no_orders(client: Client) -> None:
    signed_in(client, "somchai@example.org", verified=False)
    order = make.order(email="somchai@example.org")

    page = text(client.get("/en/my-orders/"))

    assert order.code not in page
    assert "There is no order with this address" in page


def test_my_orders_asks_to_sign_in_first(client: Client) -> None:
    make.edition()

    answer = client.get("/en/my-orders/")

    assert answer.status_code == 302
    assert "/account/" in answer.url


def test_the_number_of_queries_of_my_orders_does_not_grow_with_them(
    client: Client, queries: Callable[[], Any]
) -> None:
    signed_in(client, "somchai@example.org")
    edition = make.edition()
    make.order(email="somchai@example.org", edition=edition)
    client.get("/en/my-orders/")
    with queries() as with_one:
        client.get("/en/my-orders/")
    make.order(email="somchai@example.org", edition=edition, tickets=2)
    make.order(email="somchai@example.org", edition=edition, tickets=2)

    with queries() as with_three:
        client.get("/en/my-orders/")

    assert len(with_three) == len(with_one), with_three


def ask_for_links(client: Client, email: str) -> Any:
    return client.post("/en/lost-link/", {"email": email})


def test_lost_links_are_sent_to_the_address_that_has_orders(client: Client) -> None:
    make.order(email="Somchai@example.org")

    ask_for_links(client, "somchai@example.org")

    message = Message.objects.get()
    assert (message.letter, message.to) == ("order-links", "Somchai@example.org")


def test_the_answer_about_lost_links_tells_nobody_who_has_registered(client: Client) -> None:
    make.order(email="somchai@example.org")

    answers = [ask_for_links(client, email) for email in ("somchai@example.org", "nobody@example.org")]

    assert {answer.url for answer in answers} == {"/en/lost-link/sent/"}
    assert Message.objects.count() == 1
    assert "If somebody registered with that address" in text(client.get(answers[0].url))


@pytest.mark.parametrize("status", ["cancelled", "expired", "declined"])
def test_links_of_orders_that_are_over_are_not_sent(client: Client, status: str) -> None:
    make.order(email="somchai@example.org", status=status)

    ask_for_links(client, "somchai@example.org")

    assert not Message.objects.exists()


def test_links_go_to_one_address_three_times_an_hour_whoever_asks() -> None:
    make.order(email="somchai@example.org")

    for number in range(5):
        ask_for_links(Client(REMOTE_ADDR=f"192.0.2.{number}"), "somchai@example.org")

    assert Message.objects.count() == 3


def test_one_place_can_ask_for_the_links_of_twenty_addresses_an_hour(client: Client) -> None:
    for number in range(22):
        make.order(email=f"person-{number}@example.com")

    answers = {ask_for_links(client, f"person-{number}@example.com").status_code for number in range(22)}

    assert answers == {302}
    assert Message.objects.count() == 20
