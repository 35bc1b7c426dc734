"""A ticket becomes one of another type: at once, or when the difference is paid. No place and no money is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import compose
from forum.models import Edition, Message
from registration.models import (
    Checkout,
    Order,
    Payment,
    Quota,
    Refund,
    Ticket,
    TicketType,
    TypeChange,
    Voucher,
)
from registration.payments import cancelling, changing
from registration.tasks import send_refund, sweep_reservations
from tests import make, staff
from tests.registration.test_checkouts import opened
from tests.registration.test_corrections import address_of
from tests.registration.test_notices import tell
from tests.registration.test_order_page import text
from tests.registration.test_places import at_once, kinds
from tests.servers import StripeStandIn

pytestmark = pytest.mark.django_db

SOMEBODY = Actor.holder("an order")


def bought(price: int = 20000, *, paid: bool = True, size: int = 5, **fields: Any) -> Ticket:
    """A confirmed ticket, paid by transfer, of a type with a quota of its own."""
    kind = make.ticket_type(price=price, size=size, name="Two days")
    order = make.order(ticket_type=kind, **fields)
    if paid:
        make.payment(order, price, provider="bank-transfer")
    return order.tickets.get()


def other(ticket: Ticket, price: int, *, size: int = 5, **fields: Any) -> TicketType:
    return make.ticket_type(ticket.edition, price=price, size=size, **{"name": "All days", **fields})


def become(ticket: Ticket, kind: TicketType, *, back: int = 0, price: int | None = None) -> TypeChange:
    price = kind.price if price is None else price
    return TypeChange.ask(Ticket.objects.get(pk=ticket.pk), kind, price=price, back=back, by=SOMEBODY)


def taken(*types: TicketType) -> list[int]:
    return [kind.quotas.get().taken for kind in types]


def the_order() -> Order:
    return Order.objects.with_tickets().get()


def assert_counted() -> None:
    assert not Quota.objects.miscounted().exists()
    assert not Ticket.objects.misplaced().exists()
    assert not Voucher.objects.miscounted().exists()


# --- at once ---------------------------------------------------------------------------------------------------


def test_a_ticket_of_the_same_price_is_changed_at_once_with_its_place_and_mailed_again() -> None:
    ticket = bought()
    kind = other(ticket, 20000)

    change = become(ticket, kind)

    ticket.refresh_from_db()
    assert change.status == "done"
    assert (ticket.ticket_type, ticket.status) == (kind, "confirmed")
    assert taken(change.from_type, kind) == [0, 1]
    assert [mail.letter for mail in Message.objects.all()] == ["ticket-confirmed"]
    assert_counted()


def test_an_unpaid_ticket_is_changed_at_once_and_owes_the_other_price() -> None:
    kind = make.ticket_type(price=20000, size=5)
    ticket = make.order(ticket_type=kind, status="reserved").tickets.get()

    become(ticket, other(ticket, 30000))

    ticket.refresh_from_db()
    assert (ticket.status, ticket.price, the_order().balance) == ("reserved", 30000, 30000)
    assert_counted()


def test_an_unpaid_ticket_that_becomes_free_is_confirmed() -> None:
    kind = make.ticket_type(price=20000, size=5)
    ticket = make.order(ticket_type=kind, status="reserved").tickets.get()

    become(ticket, other(ticket, 0))

    ticket.refresh_from_db()
    assert (ticket.status, the_order().balance) == ("confirmed", 0)


def test_an_unpaid_ticket_that_becomes_as_cheap_as_what_came_already_is_confirmed() -> None:
    kind = make.ticket_type(price=20000, size=5)
    order = make.order(ticket_type=kind, status="reserved")
    make.payment(order, 8000)

    become(order.tickets.get(), other(order.tickets.get(), 8000))

    assert (order.tickets.get().status, the_order().balance) == ("confirmed", 0)


def test_asking_twice_is_asking_once() -> None:
    ticket = bought()
    kind = other(ticket, 20000)

    first, again = become(ticket, kind), become(ticket, kind)

    assert again.pk == first.pk
    assert Message.objects.count() == 1


# --- more to pay -----------------------------------------------------------------------------------------------


def test_a_dearer_ticket_waits_for_the_difference_and_holds_both_places() -> None:
    ticket = bought()
    kind = other(ticket, 30000)

    change = become(ticket, kind)

    ticket.refresh_from_db()
    order = the_order()
    assert (change.status, ticket.ticket_type, ticket.price) == ("waiting", change.from_type, 20000)
    assert (order.balance, order.is_payable, order.pay_by) == (10000, True, change.pay_by)
    assert taken(change.from_type, kind) == [1, 1]
    assert_counted()


def test_the_buyer_is_told_what_to_pay_until_when_and_that_the_ticket_stays_without_it() -> None:
    ticket = bought()

    become(ticket, other(ticket, 30000))

    body = str(compose(Message.objects.get()).body)
    assert "It becomes “All days” when the difference is paid." in body
    assert "To be paid: USD 100.00" in body
    assert "Without it your ticket stays as it is." in body
    assert "Then the place goes to somebody else" not in body


@pytest.mark.embedded
def test_the_difference_is_paid_online_and_the_ticket_becomes_the_other_one(
    stripe_stand_in: StripeStandIn,
) -> None:
    ticket = bought()
    kind = other(ticket, 30000)
    change = become(ticket, kind)
    order = the_order()

    checkout = opened(order)
    stripe_stand_in.pay(checkout.reference)
    tell(stripe_stand_in, stripe_stand_in.events("checkout.session.completed")[-1])

    ticket.refresh_from_db()
    change.refresh_from_db()
    assert checkout.amount == 10000
    assert (change.status, ticket.ticket_type, ticket.price, ticket.status) == (
        *("done", kind, 30000),
        "confirmed",
    )
    assert (the_order().balance, the_order().overpaid) == (0, 0)
    assert taken(change.from_type, kind) == [0, 1]
    assert Message.objects.filter(letter="ticket-confirmed").count() == 1
    assert_counted()


def test_a_transfer_of_less_than_the_difference_changes_nothing_yet_and_is_no_money_too_much() -> None:
    ticket = bought()
    change = become(ticket, other(ticket, 30000))

    Payment.receive(
        the_order(), provider="bank-transfer", reference="1", amount=4000, currency="USD", by=SOMEBODY
    )

    change.refresh_from_db()
    assert (change.status, the_order().balance) == ("waiting", 6000)
    assert not Order.objects.overpaid().exists()


def test_what_is_not_paid_in_time_stays_as_it_was_and_its_buyer_is_told() -> None:
    ticket = bought()
    kind = other(ticket, 30000)
    change = become(ticket, kind)
    Message.objects.all().delete()
    TypeChange.objects.update(pay_by=timezone.now() - timedelta(minutes=1))

    sweep_reservations()

    ticket.refresh_from_db()
    change.refresh_from_db()
    assert (change.status, ticket.ticket_type, ticket.status) == ("lapsed", change.from_type, "confirmed")
    assert taken(change.from_type, kind) == [1, 0]
    assert the_order().balance == 0
    body = str(compose(Message.objects.get()).body)
    assert "It is still “Two days”, and nothing is to be paid." in body
    assert_counted()


def test_while_money_may_come_through_a_payment_page_no_change_lapses(stripe_stand_in: StripeStandIn) -> None:
    ticket = bought()
    change = become(ticket, other(ticket, 30000))
    opened(the_order())
    TypeChange.objects.update(pay_by=timezone.now() - timedelta(minutes=1))

    sweep_reservations()

    change.refresh_from_db()
    assert change.status == "waiting"


def test_a_part_that_was_paid_before_it_lapsed_is_money_for_somebody_to_see_to() -> None:
    ticket = bought()
    become(ticket, other(ticket, 30000))
    order = the_order()
    make.payment(order, 4000, provider="bank-transfer")
    TypeChange.objects.update(pay_by=timezone.now() - timedelta(minutes=1))

    sweep_reservations()

    assert the_order().overpaid == 4000
    assert list(Order.objects.overpaid()) == [order]


def test_a_change_is_withdrawn_and_its_place_goes_back(client: Client) -> None:
    ticket = bought()
    kind = other(ticket, 30000)
    change = become(ticket, kind)

    page = text(client.get(ticket.order.get_absolute_url()))
    answers = [client.post(address_of(ticket, "type/withdrawal")).status_code for _ in range(2)]

    change.refresh_from_db()
    assert "Leave the ticket as it is" in page
    assert answers == [302, 302]
    assert (change.status, the_order().balance) == ("dropped", 0)
    assert taken(change.from_type, kind) == [1, 0]
    assert_counted()


def test_withdrawing_ends_the_open_payment_page_first(stripe_stand_in: StripeStandIn) -> None:
    ticket = bought()
    become(ticket, other(ticket, 30000))
    checkout = opened(the_order())

    changing.withdraw(Ticket.objects.get(), by=SOMEBODY)

    assert Checkout.objects.get().status == "expired"
    assert stripe_stand_in.pay(checkout.reference)[0] != 303
    assert the_order().balance == 0


def test_a_cancelled_ticket_gives_the_places_of_its_waiting_change_back() -> None:
    ticket = bought()
    kind = other(ticket, 30000)
    change = become(ticket, kind)

    Ticket.objects.get().cancel(by=SOMEBODY)

    change.refresh_from_db()
    assert change.status == "dropped"
    assert taken(change.from_type, kind) == [0, 0]
    assert_counted()


def test_types_that_share_a_quota_anew_keep_the_places_of_a_waiting_change() -> None:
    ticket = bought()
    kind = other(ticket, 30000)
    become(ticket, kind)
    hall = make.quota(ticket.ticket_type, size=9)

    hall.share_among([kind])
    kind.quotas.first().share_among([kind])

    assert hall.places.count() == 1
    assert_counted()


def test_money_that_is_left_over_in_the_order_pays_the_difference() -> None:
    ticket = bought()
    make.payment(ticket.order, 15000, provider="bank-transfer")

    change = become(ticket, other(ticket, 30000))

    assert change.status == "done"
    assert the_order().overpaid == 5000


def half_paid_beside(ticket: Ticket) -> Ticket:
    """Another ticket in the same order, for which 15000 of its 20000 have come."""
    beside = make.ticket(order=ticket.order, ticket_type=ticket.ticket_type, status="reserved", price=20000)
    make.payment(ticket.order, 15000, provider="bank-transfer")
    return beside


def test_what_came_for_a_ticket_that_expires_pays_the_difference() -> None:
    ticket = bought()
    beside = half_paid_beside(ticket)
    change = become(ticket, other(ticket, 30000))
    Ticket.objects.filter(pk=beside.pk).update(reserved_until=timezone.now() - timedelta(minutes=1))

    sweep_reservations()

    change.refresh_from_db()
    assert change.status == "done"
    assert (the_order().balance, the_order().overpaid) == (-5000, 5000)
    assert_counted()


def test_what_came_for_a_ticket_that_is_given_up_pays_the_difference() -> None:
    ticket = bought()
    beside = half_paid_beside(ticket)
    change = become(ticket, other(ticket, 30000))

    cancelling.cancel(the_order(), [beside.pk], back=None, by=SOMEBODY)

    change.refresh_from_db()
    assert change.status == "done"
    assert_counted()


def test_an_order_in_which_a_ticket_waits_for_its_difference_is_not_at_rest() -> None:
    ticket = bought()
    become(ticket, other(ticket, 30000))

    Payment.objects.update(amount=30000)  # as if somebody had corrected it

    assert the_order().balance == 0
    assert not the_order().is_settled


def test_an_order_whose_payment_is_noted_elsewhere_asks_for_no_difference() -> None:
    ticket = bought(paid=False)

    with pytest.raises(Refusal, match="noted elsewhere"):
        become(ticket, other(ticket, 30000))


def test_a_reservation_that_ends_gives_no_voucher_back_that_it_lost_a_moment_ago() -> None:
    kind = make.ticket_type(price=20000, size=5)
    voucher = make.voucher(ticket_types=[kind], max_uses=2)
    order = Order.place(make.wish(kind, voucher=voucher), by=SOMEBODY)
    seen_by_the_sweep = Ticket.objects.select_related("order__edition", "attendee").get()
    become(order.tickets.get(), other(order.tickets.get(), 30000))
    Ticket.objects.update(reserved_until=timezone.now() - timedelta(minutes=1))

    seen_by_the_sweep.expire(by=SOMEBODY)

    voucher.refresh_from_db()
    assert voucher.used == 0
    assert_counted()


# --- less to pay -----------------------------------------------------------------------------------------------


def test_what_a_cheaper_ticket_costs_less_is_paid_back_online_as_the_rules_say(
    stripe_stand_in: StripeStandIn,
) -> None:
    ticket = bought(paid=False)
    make.refund_rule(ticket.edition, share=60)
    ticket.price = 20000
    Ticket.objects.filter(pk=ticket.pk).update(
        status="reserved", reserved_until=timezone.now() + timedelta(5)
    )
    stripe_stand_in.pay(opened(the_order()).reference)
    tell(stripe_stand_in, stripe_stand_in.events("checkout.session.completed")[-1])

    change = become(ticket, other(ticket, 15000), back=3000)
    send_refund(Refund.objects.get().pk)

    order = the_order()
    assert change.status == "done"
    assert (Refund.objects.get().amount, Refund.objects.get().status) == (3000, "refunded")
    assert (order.balance, order.kept, order.overpaid) == (0, 2000, 0)
    assert Message.objects.get(letter="refund").to == order.email


def test_without_rules_what_it_costs_less_waits_for_an_organizer() -> None:
    ticket = bought()

    become(ticket, other(ticket, 15000))

    assert not Refund.objects.exists()
    assert (the_order().overpaid, the_order().kept) == (5000, 0)


def test_what_was_transferred_is_left_over_for_an_organizer_to_transfer_back() -> None:
    ticket = bought()
    make.refund_rule(ticket.edition, share=60)

    become(ticket, other(ticket, 15000), back=3000)

    assert not Refund.objects.exists()
    assert (the_order().overpaid, the_order().kept) == (3000, 2000)


# --- what is offered -------------------------------------------------------------------------------------------


def test_the_page_offers_what_its_group_may_have_and_says_what_each_one_costs(client: Client) -> None:
    ticket = bought()
    edition = ticket.edition
    make.refund_rule(edition, share=50)
    for name, fields in {
        "Dearer": {"price": 30000},
        "Cheaper": {"price": 10000},
        "As dear": {"price": 20000},
        "For others": {"groups": [make.group(edition)]},
        "On request": {"needs_approval": True},
        "Off the offer": {"is_active": False},
        "Behind a voucher": {"is_hidden": True},
        "Full": {"size": 0},
        "For delegations": {"min_per_order": 3},
    }.items():
        make.ticket_type(edition, name=name, **fields)

    page = text(client.get(address_of(ticket, "type")))

    assert "USD 100.00 more to pay" in page
    assert "USD 100.00 less; USD 50.00 of it come back to you" in page
    assert "Costs the same" in page
    for name in ("For others", "On request", "Off the offer", "Behind a voucher", "Full", "For delegations"):
        assert name not in page


def test_who_chooses_on_the_page_gets_the_other_ticket(client: Client) -> None:
    ticket = bought()
    kind = other(ticket, 30000)
    sent = {"ticket_type": f"{kind.pk}.30000.0"}

    pages = [text(client.post(address_of(ticket, "type"), sent, follow=True)) for _ in range(2)]

    assert "The ticket becomes “All days” when the difference is paid." in pages[0]
    assert "To be paid: USD 100.00" in pages[1]
    assert TypeChange.objects.count() == 1


@pytest.mark.parametrize("wrong", ["", "0", "x", "1.1.1", "{pk}.1.0", "{pk}.30000.9", "9" * 5000])
def test_what_the_page_did_not_offer_is_not_to_be_had(client: Client, wrong: str) -> None:
    ticket = bought()
    kind = other(ticket, 30000)

    page = text(client.post(address_of(ticket, "type"), {"ticket_type": wrong.format(pk=kind.pk)}))

    assert 'id="id_ticket_type_error"' in page
    assert not TypeChange.objects.exists()


def test_a_price_that_changed_since_the_page_was_shown_is_agreed_to_by_nobody() -> None:
    ticket = bought()
    kind = other(ticket, 30000)

    with pytest.raises(Refusal, match="changed a moment ago"):
        become(ticket, kind, price=25000)

    assert not TypeChange.objects.exists()


def test_a_full_type_is_refused_and_nothing_is_changed() -> None:
    ticket = bought()
    kind = other(ticket, 30000, size=0)

    with pytest.raises(Refusal, match="“All days”"):
        become(ticket, kind)

    assert taken(ticket.ticket_type, kind) == [1, 0]
    assert not TypeChange.objects.exists()


def test_a_place_of_a_reservation_past_its_time_is_free_for_a_change() -> None:
    ticket = bought()
    kind = other(ticket, 20000, size=1)
    late = timezone.now() - timedelta(minutes=1)
    make.order(ticket_type=kind, status="reserved", reserved_until=late)

    assert become(ticket, kind).status == "done"
    assert_counted()


@pytest.mark.parametrize("closes", ["registration_closes_at", "registration_paused_at"])
def test_when_registration_is_closed_the_page_says_whom_to_ask(client: Client, closes: str) -> None:
    ticket = bought()
    Edition.objects.update(**{closes: timezone.now() - timedelta(days=1)})

    page = text(client.get(address_of(ticket, "type"), follow=True))

    assert "Registration is closed, so no other ticket can be chosen. Write to hello@example.org." in page


def test_where_there_is_nothing_else_the_page_says_so_and_whom_to_ask(client: Client) -> None:
    ticket = bought()

    page = text(client.get(address_of(ticket, "type")))

    assert "There is no other ticket for you" in page
    assert "hello@example.org" in page


# --- vouchers --------------------------------------------------------------------------------------------------


def test_a_voucher_that_fits_the_other_type_keeps_its_use_and_lowers_its_price() -> None:
    ticket = bought(10000)
    voucher = make.voucher(ticket.edition, value=50)
    Ticket.objects.update(voucher=voucher)
    Voucher.objects.update(used=1)

    change = become(ticket, other(ticket, 20000), price=10000)

    assert (change.status, Ticket.objects.get().voucher) == ("done", voucher)
    assert Voucher.objects.get().used == 1
    assert_counted()


def test_a_voucher_that_does_not_fit_is_given_back() -> None:
    ticket = bought(10000)
    voucher = make.voucher(ticket_types=[ticket.ticket_type], value=50)
    Ticket.objects.update(voucher=voucher)
    Voucher.objects.update(used=1)

    become(ticket, other(ticket, 10000))

    assert Ticket.objects.get().voucher is None
    assert Voucher.objects.get().used == 0
    assert_counted()


@pytest.mark.parametrize("price", [10000, 20000], ids=["at once", "waiting"])
def test_a_voucher_that_goes_beyond_a_full_quota_opens_none_of_a_type_that_it_is_not_for(price: int) -> None:
    ticket = bought(10000)
    voucher = make.voucher(ticket_types=[ticket.ticket_type], goes_beyond=True)
    Ticket.objects.update(voucher=voucher)
    Voucher.objects.update(used=1)

    with pytest.raises(Refusal, match="“All days”"):
        become(ticket, other(ticket, price, size=0))

    assert_counted()


# --- rivals ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_payment_lapse_withdrawal_and_cancellation_at_once_lose_neither_place_nor_cent(
    round_number: int,
) -> None:
    ticket = bought()
    kind = other(ticket, 30000)
    change = become(ticket, kind)
    TypeChange.objects.update(pay_by=timezone.now() - timedelta(minutes=1))
    order = the_order()

    results = at_once(
        [
            lambda: Payment.receive(
                order, provider="stripe", reference="pi", amount=10000, currency="USD", by=SOMEBODY
            ),
            sweep_reservations,
            lambda: TypeChange.objects.get().withdraw(by=SOMEBODY),
            *([lambda: Order.objects.get().cancel(by=SOMEBODY)] if round_number == 2 else []),
        ]
    )

    change.refresh_from_db()
    now = the_order()
    assert set(kinds(results)) <= {"Outcome", "NoneType", "Refusal"}, results
    held = [one.ticket_type_id for one in now.tickets.all() if one.holds_place]
    assert taken(change.from_type, kind) == [held.count(change.from_type_id), held.count(kind.pk)]
    assert now.received == 30000 == now.total + now.overpaid
    assert_counted()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_a_payment_that_arrives_while_the_type_changes_counts_and_the_rest_is_still_owed(
    round_number: int, stripe_stand_in: StripeStandIn
) -> None:
    first = make.ticket_type(price=20000, size=5)
    order = make.order(ticket_type=first, status="reserved")
    ticket, kind = order.tickets.get(), make.ticket_type(first.edition, price=30000, size=5)
    stripe_stand_in.pay(opened(order).reference)
    event = stripe_stand_in.events("checkout.session.completed")[-1]

    results = at_once(
        [
            lambda: tell(stripe_stand_in, event).status_code,
            lambda: changing.change_type(Ticket.objects.get(), kind, price=30000, back=0, by=SOMEBODY),
            lambda: changing.change_type(Ticket.objects.get(), kind, price=30000, back=0, by=SOMEBODY),
        ]
    )

    now = the_order()
    assert set(kinds(results)) <= {"int", "TypeChange", "Refusal"}, results
    assert now.received == 20000
    assert now.balance == (10000 if TypeChange.objects.exists() else 0)
    assert now.is_payable == TypeChange.objects.exists()
    assert TypeChange.objects.count() <= 1
    assert ticket.pk == now.tickets.get().pk
    assert_counted()


@pytest.mark.django_db(transaction=True)
def test_of_rivals_for_the_last_place_of_a_type_one_changes_to_it() -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, size=9, price=100)
    last = make.ticket_type(edition, size=1, price=100)
    group = make.group(edition)
    tickets = [make.order(ticket_type=kind, group=group).tickets.get() for _ in range(6)]

    results = at_once([lambda ticket=ticket: become(ticket, last) for ticket in tickets])  # type: ignore[misc]

    assert kinds(results) == {"TypeChange": 1, "Refusal": 5}, results
    assert taken(kind, last) == [5, 1]
    assert_counted()


@pytest.mark.django_db(transaction=True)
def test_changes_in_both_directions_never_wait_for_each_other_in_a_circle() -> None:
    edition = make.edition()
    group = make.group(edition)
    one, two = (make.ticket_type(edition, size=20, price=100) for _ in range(2))
    make.quota(two, one, size=40)
    tickets = [make.order(ticket_type=kind, group=group).tickets.get() for kind in (one, two) * 5]

    def swap(ticket: Ticket) -> TypeChange:
        return become(ticket, two if ticket.ticket_type == one else one)

    results = at_once([lambda ticket=ticket: swap(ticket) for ticket in tickets])  # type: ignore[misc]

    assert kinds(results) == {"TypeChange": 10}, results
    assert_counted()


# --- the back office -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("duty", "sees"), [("registration", True), ("finance", True), ("protection", False)])
def test_a_tickets_page_tells_its_changes_to_those_who_sell_and_book(duty: str, sees: bool) -> None:
    ticket = bought()
    become(ticket, other(ticket, 30000, name="Everything"))
    organizer = staff.at_work(duty, ticket.edition)

    page = organizer.get(f"/admin/registration/ticket/{ticket.pk}/change/").content.decode()

    assert ("Everything" in page) is sees
