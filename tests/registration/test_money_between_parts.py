"""Money and places where two parts meet: changes of type, refund rules, disputes, late payments and invoices."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from forum.actor import Actor
from forum.mail import compose
from forum.models import Message
from registration.models import (
    BulkRefund,
    Invoice,
    Order,
    Payment,
    Ticket,
    TypeOffer,
)
from registration.models.bulk_plan import What
from registration.payments import cancelling
from registration.reconciliation import Reconciliation
from registration.tasks import sweep_reminders
from tests import make
from tests.registration.test_changing_type import SOMEBODY, assert_counted, become, bought, other, the_order
from tests.registration.test_places import at_once

pytestmark = pytest.mark.django_db


def book(order: Order, amount: int, reference: str = "a transfer", **fields: Any) -> None:
    Payment.receive(
        order,
        provider=fields.get("provider", "bank-transfer"),
        reference=reference,
        amount=amount,
        currency=order.edition.currency,
        by=Actor.system(),
    )


def test_a_ticket_that_waits_for_the_difference_holds_no_wrong_place_for_who_compares() -> None:
    ticket = bought()
    become(ticket, other(ticket, 30000))

    found = Reconciliation.of(ticket.edition).disagreeing

    assert not Ticket.objects.misplaced().exists()
    assert [str(kind.name) for kind, _ones in found if "places" in str(kind.name)] == []


def test_a_waiting_change_without_the_place_it_is_to_have_is_found_by_who_compares() -> None:
    ticket = bought()
    kind = other(ticket, 30000)
    make.type_change(ticket, kind)

    assert list(Ticket.objects.misplaced_in(ticket.edition)) == [ticket]
    assert list(Ticket.objects.misplaced()) == [ticket]


def test_a_difference_that_is_paid_revives_no_expired_ticket_besides() -> None:
    ticket = bought(20000)
    expired = make.ticket(order=ticket.order, ticket_type=ticket.ticket_type, status="expired", price=10000)
    become(ticket, other(ticket, 30000))

    book(ticket.order, 10000)

    expired.refresh_from_db()
    ticket.refresh_from_db()
    assert (ticket.price, expired.status) == (30000, "expired")
    assert (the_order().balance, the_order().overpaid) == (0, 0)
    assert_counted()


def test_what_a_cancelled_ticket_leaves_over_pays_the_difference_another_one_waits_for() -> None:
    ticket = bought(20000)
    second = make.ticket(order=ticket.order, ticket_type=ticket.ticket_type, price=20000)
    make.payment(ticket.order, 20000)
    become(ticket, other(ticket, 30000))

    cancelling.cancel(ticket.order, [second.pk], back=None, by=SOMEBODY)

    ticket.refresh_from_db()
    assert (ticket.price, the_order().balance, the_order().overpaid) == (30000, -10000, 10000)
    assert_counted()


@pytest.mark.parametrize("status", ["needs_response", "lost"])
def test_of_money_that_its_payer_takes_back_no_rule_decides(status: str) -> None:
    order = make.order(price=25000)
    payment = make.payment(order, 25000, provider="stripe")
    make.dispute(payment, status=status)
    make.refund_rule(order.edition, share=60)

    cancelling.cancel(order, [order.tickets.get().pk], back=None, by=SOMEBODY)

    ticket = order.tickets.get()
    assert (ticket.due_back, ticket.still_due, the_order().kept) == (None, 0, 0)


def test_what_pays_for_another_ticket_meanwhile_does_not_come_back_by_hand_too() -> None:
    ticket = bought(20000)
    second = make.ticket(order=ticket.order, ticket_type=ticket.ticket_type, price=20000)
    make.payment(ticket.order, 20000)
    make.refund_rule(ticket.edition, share=100)
    cancelling.cancel(ticket.order, [second.pk], back=20000, by=SOMEBODY)

    become(ticket, other(ticket, 35000))

    order = the_order()
    [given_up] = [one for one in order.tickets.all() if one.pk == second.pk]
    assert order.overpaid == 5000
    assert given_up.still_due == 5000


def test_a_plan_to_pay_back_what_is_left_over_asks_as_often_for_three_orders_as_for_one(queries: Any) -> None:
    edition = make.edition()

    def plan() -> int:
        keys = [order.pk for order in Order.objects.of_edition(edition)]
        with queries() as counted:
            BulkRefund.plan_of_orders(edition, keys, What.REST)
        return len(counted)

    make.payment(make.order(edition=edition, price=100), 500)
    with_one = plan()
    for _ in range(2):
        make.payment(make.order(edition=edition, price=100), 500)

    assert plan() == with_one


def test_an_invoice_of_what_is_paid_asks_for_nothing_while_another_ticket_is_unpaid() -> None:
    edition = make.edition(issuer_name="Forum Foundation", payment_instructions="To account 7.")
    order = make.order(tickets=2, edition=edition, status="reserved", price=25000)
    book(order, 25000)

    [invoice] = Invoice.bring_up_to_date(order, by=SOMEBODY)

    assert (invoice.total, invoice.due_on, invoice.how_to_pay) == (25000, None, "")


def test_a_voucher_that_is_switched_off_opens_no_hidden_type_to_change_to() -> None:
    ticket = bought()
    hidden = other(ticket, 20000, is_hidden=True)
    voucher = make.voucher(ticket_types=[ticket.ticket_type, hidden], is_active=False, used=1)
    Ticket.objects.filter(pk=ticket.pk).update(voucher=voucher)

    ticket = Ticket.objects.get(pk=ticket.pk)

    assert TypeOffer.all_for(ticket, the_order(), timezone.now()) == []


def test_a_guest_who_was_invited_again_gets_no_second_ticket_when_the_first_ones_money_comes_late() -> None:
    order = make.order(status="expired", price=25000)
    ticket = order.tickets.get()
    guest = make.guest(ticket_type=ticket.ticket_type, group=ticket.group, status="registered", ticket=ticket)
    guest.invite_again(by=SOMEBODY)

    book(order, 25000)

    guest.refresh_from_db()
    assert (guest.status, guest.ticket) == ("registered", ticket)
    assert guest.obstacle == "registered"
    assert order.tickets.get().admits


# --- reminders -------------------------------------------------------------------------------------------------


def reminded() -> int:
    return Message.objects.filter(letter="payment-reminder").count()


def test_who_has_not_paid_the_difference_is_reminded_once_three_days_before() -> None:
    ticket = bought()
    become(ticket, other(ticket, 30000))
    pay_by = the_order().pay_by
    assert pay_by

    with time_machine.travel(pay_by - timedelta(days=4), tick=False):
        sweep_reminders()
        early = reminded()
    with time_machine.travel(pay_by - timedelta(days=2), tick=False):
        for _ in range(2):
            sweep_reminders()

        said = str(compose(Message.objects.get(letter="payment-reminder")).body)

    assert (early, reminded()) == (0, 1)
    assert "we keep a place for you" not in said
    assert "USD 100.00" in said


def test_who_was_reminded_of_one_ticket_is_reminded_of_one_that_was_added_later() -> None:
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=12), tick=False):
        order = make.order(status="reserved", price=25000, reserved_until=now - timedelta(days=9))
    with time_machine.travel(now - timedelta(days=10), tick=False):
        sweep_reminders()
        book(order, 25000)
    with time_machine.travel(now - timedelta(days=5), tick=False):
        make.ticket(order=order, status="reserved", price=100, reserved_until=now + timedelta(days=2))

    for _ in range(2):
        sweep_reminders()

    assert reminded() == 2


@pytest.mark.django_db(transaction=True)
def test_money_left_over_that_revives_a_ticket_with_a_voucher_waits_for_no_buyer_with_it_in_a_circle() -> (
    None
):
    kind = make.ticket_type(price=20000, size=200)
    voucher = make.voucher(ticket_types=[kind], max_uses=None)
    group = make.group(kind.edition)
    orders = [make.order(ticket_type=kind, group=group) for _ in range(10)]
    for order in orders:
        make.payment(order, 20000)
        late = make.ticket(order=order, ticket_type=kind, group=group, status="expired", price=10000)
        Ticket.objects.filter(pk=late.pk).update(voucher=voucher)
        make.ticket(order=order, ticket_type=kind, group=group, status="reserved", price=5000)
    wishes = [make.wish(kind, group, voucher=voucher) for _ in orders]

    def cancel(order: Order) -> None:
        first = order.tickets.order_by("pk")[0]
        cancelling.cancel(Order.objects.get(pk=order.pk), [first.pk], back=None, by=SOMEBODY)

    pairs = zip(orders, wishes, strict=True)
    deeds = [
        deed
        for order, wish in pairs
        for deed in (partial(cancel, order), partial(Order.place, wish, by=SOMEBODY))
    ]
    results = at_once(deeds)

    assert [one for one in results if isinstance(one, Exception)] == []
    assert Ticket.objects.filter(voucher=voucher, status="confirmed").count() == 10
    assert_counted()
