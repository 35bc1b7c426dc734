"""Paying back: once, by a worker, at the provider; and what everybody is told of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import compose
from forum.models import Message
from registration.models import Notice, Order, Payment, Quota, Refund
from registration.payments import refunds, stripe_checkout
from registration.tasks import send_refund, sweep_refunds
from tests import make, staff
from tests.registration.test_checkouts import opened, reserved, status
from tests.registration.test_notices import outcome, tell
from tests.registration.test_places import at_once, kinds
from tests.servers import StripeStandIn

pytestmark = pytest.mark.django_db

ORGANIZER = Actor.system()


def paid_order(stand_in: StripeStandIn, card: str = StripeStandIn.card) -> Order:
    order = reserved()
    stand_in.pay(opened(order).reference, card)
    tell(stand_in, stand_in.events("checkout.session.completed")[-1])
    return order


def ask(order: Order, amount: int, **fields: Any) -> Refund:
    return Refund.ask(order.payments.get(), amount=amount, by=ORGANIZER, **fields)


def done(refund: Refund) -> Refund:
    send_refund(refund.pk)
    refund.refresh_from_db()
    return refund


def let_its_time_come(refund: Refund) -> None:
    """As if the pause after a failed try were over."""
    Refund.objects.filter(pk=refund.pk).update(due_at=timezone.now())


def at_the_provider(stand_in: StripeStandIn) -> list[int]:
    return [event["data"]["object"]["amount"] for event in stand_in.events("refund.created")]


@pytest.mark.embedded
def test_a_payment_is_paid_back_in_parts_and_never_beyond_what_came(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)

    first, second = done(ask(order, 10000)), done(ask(order, 15000))
    with pytest.raises(Refusal, match="up to what is left"):
        ask(order, 1)

    assert (first.status, second.status) == ("refunded", "refunded")
    assert at_the_provider(stripe_stand_in) == [10000, 15000]
    assert Order.objects.with_tickets().get(pk=order.pk).paid == 0


@pytest.mark.parametrize("amount", [0, -1, 25001])
def test_an_absurd_amount_is_refused(amount: int, stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)

    with pytest.raises(Refusal) as refusal:
        ask(order, amount)

    assert refusal.value.field == "amount"
    assert not Refund.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_organizers_at_once_never_pay_back_more_than_came(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)

    results = at_once([lambda: ask(order, 15000) for _ in range(6)])

    assert kinds(results) == {"Refund": 1, "Refusal": 5}


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_a_refund_once(stripe_stand_in: StripeStandIn) -> None:
    refund = ask(paid_order(stripe_stand_in), 10000)

    at_once([lambda: send_refund(refund.pk) for _ in range(6)])

    assert at_the_provider(stripe_stand_in) == [10000]
    assert Message.objects.filter(letter="refund").count() == 1


def test_who_paid_is_told_what_comes_back_and_why(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    done(ask(order, 10000, reason="One day fell out."))

    mail = compose(Message.objects.get(letter="refund"))

    assert mail.to == [order.email]
    assert "USD 100.00" in str(mail.body)
    assert "One day fell out." in str(mail.body)
    assert order.get_absolute_url() in str(mail.body)


def test_when_the_answer_is_lost_the_refund_is_tried_again_and_made_once(
    stripe_stand_in: StripeStandIn,
) -> None:
    refund = ask(paid_order(stripe_stand_in), 10000)
    stripe_stand_in.trouble("lose", times=3, path="/v1/refunds")

    first = done(refund).status
    let_its_time_come(refund)
    sweep_refunds()
    refund.refresh_from_db()

    assert (first, refund.status) == ("queued", "refunded")
    assert at_the_provider(stripe_stand_in) == [10000]


def test_while_the_provider_is_away_a_refund_waits(stripe_stand_in: StripeStandIn) -> None:
    refund = ask(paid_order(stripe_stand_in), 10000)
    stripe_stand_in.stop()

    waiting = done(refund).error
    stripe_stand_in.start()
    let_its_time_come(refund)
    later = done(refund).status

    assert waiting.startswith("APIConnectionError")
    assert later == "refunded"


def test_what_the_provider_refuses_has_failed_is_seen_and_can_be_tried_again(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = paid_order(stripe_stand_in)
    refund = ask(order, 25000)
    Payment.objects.update(reference="pi_wrong")
    organizer = staff.at_work("finance", order.edition)

    failed = done(refund).status
    dashboard = organizer.get("/admin/").content.decode()
    listed = organizer.get("/admin/registration/refund/").content.decode()
    Payment.objects.update(
        reference=stripe_stand_in.events("checkout.session.completed")[0]["data"]["object"]["payment_intent"]
    )
    organizer.post(f"/admin/registration/refund/{refund.pk}/again/")
    later = done(refund).status

    assert (failed, later) == ("failed", "refunded")
    assert "1 refund failed" in dashboard
    assert "No such payment_intent" in listed
    assert at_the_provider(stripe_stand_in) == [25000]


def test_what_failed_cannot_be_tried_again_when_so_much_is_not_left(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    refund = ask(order, 25000)
    Refund.objects.update(status="failed")
    ask(order, 10000)
    refund.refresh_from_db()

    with pytest.raises(Refusal, match="not left"):
        refund.again()

    refund.refresh_from_db()
    assert refund.status == "failed"


def test_money_that_the_bank_sends_back_after_days_needs_somebody(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in, StripeStandIn.refund_fails)
    refund = done(ask(order, 25000))
    sent = refund.status
    stripe_stand_in.move_clock(3600)

    [failed] = stripe_stand_in.events("refund.failed")
    tell(stripe_stand_in, failed)

    refund.refresh_from_db()
    assert (sent, refund.status, outcome()) == ("refunded", "failed", "not-refunded")
    assert Order.objects.with_tickets().get(pk=order.pk).paid == 25000


def test_a_failure_that_is_told_again_after_a_second_try_undoes_nothing(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = paid_order(stripe_stand_in, StripeStandIn.refund_fails)
    refund = done(ask(order, 10000))
    stripe_stand_in.move_clock(3600)
    [failed] = stripe_stand_in.events("refund.failed")
    tell(stripe_stand_in, failed)
    refund.refresh_from_db()
    refund.again()
    waiting = refund.status
    tell(stripe_stand_in, failed | {"id": "evt_again_1", "type": "refund.updated"})
    meanwhile = Refund.objects.get().status
    again = done(refund).status

    tell(stripe_stand_in, failed | {"id": "evt_again_2", "type": "refund.updated"})

    assert (waiting, meanwhile, again, Refund.objects.get().status) == (
        "queued",
        "queued",
        "refunded",
        "refunded",
    )


def test_a_refund_that_was_done_though_no_answer_came_is_known_by_its_notice(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = paid_order(stripe_stand_in)
    refund = ask(order, 10000)
    stripe_stand_in.trouble("lose", times=2, path="/v1/refunds")
    done(refund)
    Refund.objects.update(status="failed")  # as after four days of asking in vain
    with pytest.raises(Refusal):
        ask(order, 20000)
    [created] = stripe_stand_in.events("refund.created")

    tell(stripe_stand_in, created)

    assert (Refund.objects.get().status, outcome()) == ("refunded", "refunded")
    assert at_the_provider(stripe_stand_in) == [10000]


def test_a_failure_that_is_told_before_the_answer_is_heard_counts(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in, StripeStandIn.refund_fails)
    refund = ask(order, 10000)
    stripe_stand_in.trouble("lose", times=2, path="/v1/refunds")
    done(refund)
    stripe_stand_in.move_clock(3600)
    [failed] = stripe_stand_in.events("refund.failed")

    tell(stripe_stand_in, failed)

    assert (Refund.objects.get().status, outcome()) == ("failed", "not-refunded")


def test_when_the_provider_breaks_over_a_refund_it_is_asked_under_another_key(
    stripe_stand_in: StripeStandIn,
) -> None:
    refund = ask(paid_order(stripe_stand_in), 10000)
    key = refund.key
    stripe_stand_in.trouble("refuse", times=2, path="/v1/refunds")

    waiting = done(refund).status
    refund.refresh_from_db()

    assert (waiting, refund.key == key) == ("queued", False)


def test_what_was_kept_is_kept_no_more_when_it_is_paid_back(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    refunds.cancel(order.tickets.get(), ORGANIZER, amount=0)
    kept = Order.objects.get().kept

    ask(order, 20000)

    now = Order.objects.with_tickets().get()
    assert (kept, now.kept, now.balance) == (25000, 5000, 0)


def test_who_paid_for_somebody_else_is_told_what_comes_back_too(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    ticket = order.tickets.get()
    ticket.attendee.email = "attendee@example.org"
    ticket.attendee.save()

    refunds.cancel(ticket, ORGANIZER, amount=25000)
    done(Refund.objects.get())

    told = {message.letter: message.to for message in Message.objects.exclude(letter="ticket-confirmed")}
    assert told == {
        "ticket-cancelled": "attendee@example.org",
        "refund": order.email,
        "order-state": order.email,
    }


def test_a_refund_made_at_the_provider_itself_is_noted_once(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    api = stripe_checkout._client(stripe_stand_in.key, stripe_stand_in.url).v1
    api.refunds.create({"payment_intent": order.payments.get().reference, "amount": 5000})
    [event] = stripe_stand_in.events("refund.created")

    tell(stripe_stand_in, event)
    tell(stripe_stand_in, event | {"id": "evt_again", "type": "refund.updated"})

    assert (Refund.objects.get().amount, Refund.objects.get().status) == (5000, "refunded")
    assert [notice.outcome for notice in Notice.objects.order_by("pk")] == ["booked", "elsewhere", "known"]


def test_money_that_came_by_bank_is_returned_by_hand_and_noted() -> None:
    order = make.order(status="reserved", ticket_type=make.ticket_type(price=25000))
    payment = make.payment(order)

    refund = Refund.ask(payment, amount=25000, by=ORGANIZER)

    assert refund.status == "refunded"
    assert "by bank transfer" in str(compose(Message.objects.get(letter="refund")).body)


def test_cancelling_with_a_refund_is_one_deed_and_one_mail_and_the_ticket_says_what_comes_back(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = paid_order(stripe_stand_in)
    ticket = order.tickets.get()
    organizer = staff.at_work("superuser", order.edition)
    way = f"/admin/registration/ticket/{ticket.pk}/cancel/"

    asked = organizer.post(way).content.decode()
    organizer.post(way, {"confirmed": "yes", "amount": "100.00", "reason": "We move to another month."})
    done(Refund.objects.get())
    page = client.get(order.get_absolute_url()).content.decode()
    own = client.get(ticket.get_absolute_url()).content.decode()

    mails = Message.objects.exclude(letter="ticket-confirmed")
    text = str(compose(mails.get()).body)
    assert 'name="amount"' in asked
    assert 'value="250.00"' in asked
    assert (status(order), Quota.objects.get().taken, Refund.objects.get().amount) == ("cancelled", 0, 10000)
    for shown in (page, own, text):
        assert "Of the USD 250.00 that you paid, USD 100.00 are paid back" in shown
    assert at_the_provider(stripe_stand_in) == [10000]


def test_more_than_was_paid_cannot_be_paid_back_with_a_cancellation(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    organizer = staff.at_work("superuser", order.edition)

    answer = organizer.post(
        f"/admin/registration/ticket/{order.tickets.get().pk}/cancel/",
        {"confirmed": "yes", "amount": "250.01"},
    )
    with pytest.raises(Refusal):
        refunds.cancel(order.tickets.get(), ORGANIZER, amount=25001)

    assert "it can be 250.00 at most" in answer.content.decode()
    assert (status(order), Refund.objects.count()) == ("confirmed", 0)


def test_who_may_not_move_money_cancels_without_a_refund(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    organizer = staff.at_work("registration", order.edition)
    way = f"/admin/registration/ticket/{order.tickets.get().pk}/cancel/"

    asked = organizer.post(way).content.decode()
    organizer.post(way, {"confirmed": "yes", "amount": "250.00"})

    assert 'name="amount"' not in asked
    assert (status(order), Refund.objects.count()) == ("cancelled", 0)
    assert list(Order.objects.overpaid()) == [order]


def test_an_organizer_pays_back_a_part_of_a_payment(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    payment = order.payments.get()
    organizer = staff.at_work("finance", order.edition)
    way = f"/admin/registration/payment/{payment.pk}/refund/"

    empty = organizer.post(way, {"confirmed": "yes", "amount": ""}).content.decode()
    organizer.post(way, {"confirmed": "yes", "amount": "50", "reason": "A courtesy."})
    page = organizer.get(f"/admin/registration/payment/{payment.pk}/change/").content.decode()

    assert "This field is required" in empty
    assert (Refund.objects.get().amount, Refund.objects.get().reason) == (5000, "A courtesy.")
    assert status(order) == "confirmed"
    assert "USD 50.00" in page


@pytest.mark.parametrize("duty", ["programme", "registration", "door", "protection"])
def test_only_finance_pays_back(duty: str, stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    organizer = staff.at_work(duty, order.edition)

    answer = organizer.post(
        f"/admin/registration/payment/{order.payments.get().pk}/refund/", {"confirmed": "yes", "amount": "1"}
    )

    assert answer.status_code in {403, 404}
    assert not Refund.objects.exists()


def test_money_for_nothing_stops_being_an_alarm_once_it_is_paid_back() -> None:
    order = make.order(status="cancelled", ticket_type=make.ticket_type(price=25000))
    payment = make.payment(order)
    before = list(Order.objects.overpaid())

    Refund.ask(payment, amount=25000, by=ORGANIZER)

    assert before == [order]
    assert not Order.objects.overpaid().exists()


def test_what_is_kept_of_a_cancelled_ticket_is_no_alarm(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)

    refunds.cancel(order.tickets.get(), ORGANIZER, amount=20000)

    now = Order.objects.with_tickets().get(pk=order.pk)
    assert (now.kept, now.overpaid, now.balance) == (5000, 0, 0)
    assert not Order.objects.overpaid().exists()


def test_what_nobody_decided_waits_for_somebody_who_keeps_or_pays_back(client: Client) -> None:
    order = make.order(ticket_type=make.ticket_type(price=25000))
    make.payment(order)
    client.post(f"{order.get_absolute_url()}cancellation/")
    organizer = staff.at_work("finance", order.edition)
    way = f"/admin/registration/order/{order.pk}/keep/"

    waiting = list(Order.objects.overpaid())
    organizer.post(way, {"confirmed": "yes", "amount": "250.01"})
    too_much = Order.objects.get().kept
    organizer.post(way, {"confirmed": "yes", "amount": "250"})

    assert waiting == [order]
    assert (too_much, Order.objects.get().kept) == (0, 25000)
    assert not Order.objects.overpaid().exists()


def test_a_cancellation_that_the_terms_let_go_unpaid_keeps_all(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)
    organizer = staff.at_work("superuser", order.edition)

    organizer.post(
        f"/admin/registration/ticket/{order.tickets.get().pk}/cancel/", {"confirmed": "yes", "amount": "0"}
    )

    assert (status(order), Refund.objects.count()) == ("cancelled", 0)
    assert Order.objects.get().kept == 25000
