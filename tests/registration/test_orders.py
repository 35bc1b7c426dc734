"""Placing an order, correcting its address, cancelling it, and whose it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Message
from registration.models import Order, Place, Quota, Ticket
from tests import make

pytestmark = pytest.mark.django_db

SOMEBODY = Actor.holder("a registration page")


def place(**wish: object) -> Order:
    return Order.place(make.wish(**wish), by=SOMEBODY)


def mails_about(order: Order) -> list[tuple[str, str]]:
    tickets = order.tickets.all()
    return [
        (mail.letter, mail.to) for ticket in tickets for mail in Message.objects.about(ticket).order_by("pk")
    ]


def test_a_free_ticket_is_confirmed_at_once_and_the_mail_is_in_the_outbox() -> None:
    free = make.ticket_type(price=0, size=10)

    order = place(ticket_type=free, email="somchai@example.org", name="สมชาย")

    ticket = order.tickets.get()
    assert (ticket.status, ticket.price, ticket.attendee.name) == ("confirmed", 0, "สมชาย")
    assert mails_about(order) == [("ticket-confirmed", "somchai@example.org")]
    assert Quota.objects.get().taken == 1


def test_a_ticket_with_a_price_is_reserved_for_fourteen_days() -> None:
    paid = make.ticket_type(price=25000, size=10)

    order = place(ticket_type=paid)

    ticket = order.tickets.get()
    assert ticket.status == "reserved"
    assert abs(ticket.reserved_until - timezone.now() - timedelta(days=14)) < timedelta(minutes=1)
    assert order.is_payable
    assert order.balance == 25000
    assert [letter for letter, _to in mails_about(order)] == ["ticket-reserved"]
    assert Quota.objects.get().taken == 1


def test_a_ticket_that_needs_approval_is_only_requested_and_holds_no_place() -> None:
    asked = make.ticket_type(price=25000, needs_approval=True, size=10)

    order = place(ticket_type=asked)

    assert order.tickets.get().status == "requested"
    assert not order.is_payable
    assert [letter for letter, _to in mails_about(order)] == ["ticket-requested"]
    assert Quota.objects.get().taken == 0


def test_a_requested_ticket_can_be_had_even_when_no_place_is_left() -> None:
    asked = make.ticket_type(needs_approval=True, size=0)

    order = place(ticket_type=asked)

    assert order.tickets.get().status == "requested"


def test_the_price_of_a_ticket_is_the_one_at_which_it_was_ordered() -> None:
    paid = make.ticket_type(price=25000)
    order = place(ticket_type=paid)

    paid.price = 99900
    paid.save()

    assert Order.objects.get(pk=order.pk).balance == 25000


def test_the_same_key_gives_the_same_order() -> None:
    wish = make.wish(make.ticket_type(size=10), key="one-and-the-same-key")

    first, second = Order.place(wish, by=SOMEBODY), Order.place(wish, by=SOMEBODY)

    assert first == second
    assert Ticket.objects.count() == 1
    assert Quota.objects.get().taken == 1
    assert len(mails_about(first)) == 1


def test_an_order_keeps_the_version_of_the_texts_that_was_agreed_to() -> None:
    edition = make.edition()
    terms = make.page(edition, "terms", body="You may bring a friend.")
    order = place(ticket_type=make.ticket_type(edition), agreed_to=[terms.version()])

    terms.body = {"en": "You may bring nobody."}
    terms.save()

    [agreed] = order.agreed_to.all()
    assert str(agreed.body) == "You may bring a friend."
    assert agreed != terms.version()
    assert order.agreed_at is not None


def test_an_order_without_a_place_leaves_nothing_behind() -> None:
    full = make.ticket_type(size=0)

    with pytest.raises(Refusal) as refusal:
        place(ticket_type=full)

    assert refusal.value.field == "ticket_type"
    assert not Order.objects.exists()
    assert not Message.objects.exists()
    assert not Place.objects.exists()


def test_a_ticket_type_cannot_be_had_by_other_groups_than_those_it_is_for() -> None:
    edition = make.edition()
    suppliers, brands = make.group(edition), make.group(edition)
    kind = make.ticket_type(edition, groups=[suppliers])

    with pytest.raises(Refusal, match="other groups"):
        place(ticket_type=kind, group=brands)

    assert place(ticket_type=kind, group=suppliers).is_live


def test_a_group_of_another_edition_is_refused() -> None:
    kind = make.ticket_type()

    with pytest.raises(Refusal, match="other groups"):
        place(ticket_type=kind, group=make.group())


@pytest.mark.parametrize("phase", ["draft", "announced", "closed", "past"])
def test_nothing_can_be_ordered_while_registration_is_not_open(phase: str) -> None:
    kind = make.ticket_type(make.edition(phase=phase))

    with pytest.raises(Refusal, match="closed"):
        place(ticket_type=kind)


@pytest.mark.parametrize(
    "fields",
    [
        {"is_active": False},
        {"available_from": timezone.now() + timedelta(days=1)},
        {"available_until": timezone.now() - timedelta(days=1)},
    ],
)
def test_a_type_that_is_not_on_offer_cannot_be_ordered(fields: dict[str, object]) -> None:
    kind = make.ticket_type(**fields)

    with pytest.raises(Refusal, match="not on offer"):
        place(ticket_type=kind)


def test_correcting_the_address_sends_the_mail_again_and_ends_the_old_links() -> None:
    order = make.order(email="wrnog@example.org")
    ticket = order.tickets.get()
    old = order.secret, ticket.secret, ticket.badge_token

    order.correct_email("right@example.org", by=SOMEBODY)

    ticket = order.tickets.get()
    assert not {order.secret, ticket.secret, ticket.badge_token} & set(old)
    assert ticket.attendee.email == "right@example.org"
    assert mails_about(order) == [("ticket-confirmed", "right@example.org")]


def test_correcting_the_buyers_address_leaves_other_attendees_theirs() -> None:
    order = make.order(email="buyer@example.org")
    make.ticket(order=order, email="colleague@example.org")

    order.correct_email("right@example.org", by=SOMEBODY)

    addresses = {ticket.attendee.email for ticket in order.tickets.all()}
    assert addresses == {"right@example.org", "colleague@example.org"}


def test_a_buyer_whom_no_tickets_mail_reaches_gets_the_new_link_of_the_order() -> None:
    order = make.order(tickets=0, email="wrnog@example.org")
    make.ticket(order=order, email="colleague@example.org")

    order.correct_email("right@example.org", by=SOMEBODY)

    mails = {(mail.letter, mail.to) for mail in Message.objects.all()}
    assert mails == {("ticket-confirmed", "colleague@example.org"), ("order-links", "right@example.org")}


def test_the_address_of_an_order_that_is_over_cannot_be_changed() -> None:
    order = make.order(status="cancelled", email="wrnog@example.org")

    with pytest.raises(Refusal, match="over"):
        order.correct_email("right@example.org", by=SOMEBODY)

    assert Order.objects.get().email == "wrnog@example.org"


def test_cancelling_an_order_gives_back_the_places_of_all_its_tickets() -> None:
    kind = make.ticket_type(size=5)
    make.quota(kind, size=None)
    order = make.order(tickets=3, ticket_type=kind)

    order.cancel(by=SOMEBODY)

    assert {ticket.status for ticket in order.tickets.all()} == {"cancelled"}
    assert [quota.taken for quota in Quota.objects.all()] == [0, 0]
    assert not Quota.objects.miscounted().exists()
    assert [letter for letter, _to in mails_about(order)] == ["ticket-cancelled"] * 3


def test_an_order_cannot_be_cancelled_twice() -> None:
    order = make.order()
    order.cancel(by=SOMEBODY)

    with pytest.raises(Refusal, match="over"):
        Order.objects.get().cancel(by=SOMEBODY)


def test_an_order_cannot_be_cancelled_when_the_forum_is_over() -> None:
    order = make.order(edition=make.edition(phase="past"))

    with pytest.raises(Refusal, match="over"):
        order.cancel(by=SOMEBODY)

    assert not order.is_cancellable


def test_an_order_is_of_a_user_only_when_the_address_was_verified() -> None:
    user = make.user("somchai@example.org")
    order = make.order(email="Somchai@Example.org")
    make.order(email="daw.aye@example.org")

    before = list(Order.objects.of(user))
    EmailAddress.objects.create(user=user, email="somchai@example.org", verified=False)
    unverified = list(Order.objects.of(user))
    EmailAddress.objects.update(verified=True)

    assert before == unverified == []
    assert list(Order.objects.of(user)) == [order]


def test_code_and_secret_open_an_order_only_together() -> None:
    order, other = make.order(), make.order()

    assert Order.objects.opened_by(order.code, order.secret).get() == order
    assert not Order.objects.opened_by(order.code, other.secret).exists()
