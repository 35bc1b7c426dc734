"""What the provider tells unasked: believed by its signature only, dealt with once, and seen by an organizer."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from forum.actor import Actor
from forum.models import Message
from registration.models import Checkout, Notice, Order, Payment, Quota, Refund, Ticket
from tests import make, staff
from tests.registration.test_checkouts import let_time_pass, opened, reserved, status
from tests.registration.test_places import at_once
from tests.servers import StripeStandIn

ADDRESS = "/payments/stripe/notices/"

pytestmark = pytest.mark.django_db


def tell(stand_in: StripeStandIn, event: dict[str, Any], **signed: Any) -> HttpResponse:
    """Tell an event as the provider would: from outside, without a session or a token."""
    body, signature = stand_in.notice(event, **signed)
    return Client(enforce_csrf_checks=True).post(  # type: ignore[return-value]
        ADDRESS, body, content_type="application/json", headers={"Stripe-Signature": signature}
    )


def paid(stand_in: StripeStandIn, order: Order) -> dict[str, Any]:
    """Pay the order at the provider's; what it tells of that."""
    stand_in.pay(opened(order).reference)
    return stand_in.events("checkout.session.completed")[-1]


def changed(event: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The event with other words about its object."""
    copy: dict[str, Any] = json.loads(json.dumps(event))
    copy["data"]["object"].update(fields)
    return copy


def outcome() -> str:
    return Notice.objects.latest("pk").outcome


@pytest.mark.embedded
def test_a_notice_of_a_payment_confirms(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)

    answer = tell(stripe_stand_in, event)

    notice = Notice.objects.get()
    assert answer.status_code == 200
    assert (status(order), Payment.objects.get().reference) == (
        "confirmed",
        event["data"]["object"]["payment_intent"],
    )
    assert (notice.outcome, notice.order, notice.edition) == ("booked", order, order.edition)
    assert not notice.needs_somebody


def test_a_repeated_notice_changes_nothing_and_is_counted(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)

    answers = [tell(stripe_stand_in, event).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert (Notice.objects.get().times, Notice.objects.get().outcome) == (3, "booked")
    assert Payment.objects.count() == Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_notice_many_times_at_once_is_booked_once(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)

    answers = at_once([lambda: tell(stripe_stand_in, event).status_code for _ in range(8)])

    assert answers == [200] * 8
    assert Payment.objects.count() == Message.objects.count() == Notice.objects.count() == 1
    assert (status(order), Notice.objects.get().outcome) == ("confirmed", "booked")


def test_a_notice_after_the_return_page_says_what_came_of_it_then(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)
    client.get(Checkout.objects.get().get_absolute_url())

    tell(stripe_stand_in, event)

    assert outcome() == "booked"
    assert Payment.objects.count() == 1


def test_that_a_page_ended_unpaid_lets_the_reservation_expire(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    stripe_stand_in.expire(opened(order).reference)
    [event] = stripe_stand_in.events("checkout.session.expired")

    tell(stripe_stand_in, event)

    assert (outcome(), Checkout.objects.get().status) == ("expired", "expired")
    assert status(order) == "reserved"


def test_out_of_order_an_end_unpaid_never_undoes_a_payment(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)
    older = changed(event, status="expired", payment_status="unpaid") | {
        "id": "evt_older",
        "type": "checkout.session.expired",
    }

    tell(stripe_stand_in, event)
    tell(stripe_stand_in, older)

    assert outcome() == "known"
    assert (status(order), Checkout.objects.get().status) == ("confirmed", "paid")


def test_out_of_order_a_payment_after_the_end_unpaid_counts(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)
    ended = changed(event, status="expired", payment_status="unpaid") | {
        "id": "evt_first",
        "type": "checkout.session.expired",
    }

    tell(stripe_stand_in, ended)
    tell(stripe_stand_in, event)

    assert (outcome(), status(order)) == ("booked", "confirmed")


def test_a_notice_that_overtakes_the_answer_to_the_request_for_its_page_is_understood(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)
    Checkout.objects.update(reference="", url="")

    tell(stripe_stand_in, event)

    assert (outcome(), status(order)) == ("booked", "confirmed")
    assert Checkout.objects.get().reference == event["data"]["object"]["id"]


def test_a_late_notice_takes_the_place_again_while_there_is_one(stripe_stand_in: StripeStandIn) -> None:
    order = reserved(size=1)
    event = paid(stripe_stand_in, order)
    Checkout.objects.update(status="expired")
    let_time_pass(order)
    order.tickets.get().expire(by=Actor.system())

    tell(stripe_stand_in, event)

    assert (outcome(), status(order), Quota.objects.get().taken) == ("late", "confirmed", 1)
    assert Message.objects.latest("pk").letter == "ticket-confirmed"


def test_money_after_expiry_without_a_place_left_is_to_be_paid_back(stripe_stand_in: StripeStandIn) -> None:
    order = reserved(size=1)
    event = paid(stripe_stand_in, order)
    Checkout.objects.update(status="expired")
    let_time_pass(order)
    order.tickets.get().expire(by=Actor.system())
    make.ticket(ticket_type=Ticket.objects.get().ticket_type)

    tell(stripe_stand_in, event)

    notice = Notice.objects.get()
    assert (notice.outcome, notice.needs_somebody, status(order)) == ("owed", True, "expired")
    assert list(Order.objects.overpaid()) == [order]
    assert Message.objects.latest("pk").letter == "payment-late"


def test_money_for_a_cancelled_ticket_is_to_be_paid_back(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)
    Checkout.objects.update(status="expired")
    order.cancel(by=Actor.system())

    tell(stripe_stand_in, event)

    assert (outcome(), status(order)) == ("owed", "cancelled")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"amount_total": 20000}, "reserved"),
        ({"amount_total": 30000}, "confirmed"),
        ({"currency": "thb"}, "reserved"),
    ],
)
def test_another_amount_or_currency_is_booked_as_it_came_and_needs_somebody(
    fields: dict[str, Any], expected: str, stripe_stand_in: StripeStandIn
) -> None:
    order = reserved()
    event = changed(paid(stripe_stand_in, order), **fields)

    tell(stripe_stand_in, event)

    payment, notice = Payment.objects.get(), Notice.objects.get()
    assert (payment.amount, payment.currency) == (
        fields.get("amount_total", 25000),
        fields.get("currency", "usd").upper(),
    )
    assert (notice.outcome, notice.needs_somebody, status(order)) == ("differs", True, expected)


def test_a_notice_of_an_order_that_is_not_here_needs_somebody(stripe_stand_in: StripeStandIn) -> None:
    edition = make.edition()
    event = changed(
        paid(stripe_stand_in, reserved()),
        id="cs_other",
        metadata={"plenary_order": "NOSUCH22", "plenary_checkout": "no-uuid"},
        payment_intent="pi_other",
    )

    answer = tell(stripe_stand_in, event)

    notice = Notice.objects.get()
    assert answer.status_code == 200
    assert (notice.outcome, notice.order, notice.needs_somebody) == ("unknown", None, True)
    assert notice.edition is not None
    assert edition.name
    assert not Payment.objects.exists()


def test_money_for_an_order_of_ours_is_booked_though_its_page_is_not_known_here(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)
    Checkout.objects.all().delete()

    tell(stripe_stand_in, event)

    assert (outcome(), status(order)) == ("booked", "confirmed")


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        ({"secret": "whsec_of_somebody_else"}, "forged"),
        ({"at": time.time() - 3600}, "too-old"),
    ],
)
def test_what_is_not_signed_or_signed_long_ago_is_refused_and_seen(
    signed: dict[str, Any], expected: str, stripe_stand_in: StripeStandIn
) -> None:
    order = reserved()
    event = paid(stripe_stand_in, order)

    answer = tell(stripe_stand_in, event, **signed)

    notice = Notice.objects.get()
    assert answer.status_code == 400
    assert (notice.outcome, notice.order, notice.reference, notice.needs_somebody) == (
        expected,
        None,
        "",
        True,
    )
    assert status(order) == "reserved"


@pytest.mark.parametrize("header", ["", "t=1", "v1=abc", "t=x,v1=y", "\u20ac"])
@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"[" * 10_000, b'{"id": "evt"}'])
def test_nonsense_is_refused_with_400(header: str, body: bytes) -> None:
    make.edition()

    answer = Client().post(
        ADDRESS, body, content_type="application/json", headers={"Stripe-Signature": header}
    )

    assert answer.status_code == 400
    assert not Payment.objects.exists()


def test_a_changed_body_is_refused(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    body, signature = stripe_stand_in.notice(paid(stripe_stand_in, order))

    answer = Client().post(
        ADDRESS,
        body.replace(b"25000", b"35000"),
        content_type="application/json",
        headers={"Stripe-Signature": signature},
    )

    assert answer.status_code == 400
    assert status(order) == "reserved"


def test_who_sends_forgeries_does_not_fill_the_disk(stripe_stand_in: StripeStandIn) -> None:
    event = paid(stripe_stand_in, reserved())

    for _ in range(10):
        tell(stripe_stand_in, event, secret="whsec_other")

    assert (Notice.objects.get().outcome, Notice.objects.get().times) == ("forged", 10)


def test_what_another_product_sells_through_the_same_account_is_of_no_concern(
    stripe_stand_in: StripeStandIn,
) -> None:
    event = changed(paid(stripe_stand_in, reserved()), id="cs_other", metadata={})

    assert tell(stripe_stand_in, event).status_code == 200
    assert not Notice.objects.exists()


def test_without_a_key_there_is_no_address_for_notices(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""

    assert Client().post(ADDRESS, b"{}", content_type="application/json").status_code == 404


def test_money_before_approval_counts_when_it_comes(stripe_stand_in: StripeStandIn) -> None:
    order = make.order(status="requested", ticket_type=make.ticket_type(price=25000, size=2))
    came = Payment.receive(
        order, provider="bank-transfer", reference="1", amount=25000, currency="USD", by=Actor.system()
    )

    order.tickets.get().approve(by=Actor.system())

    assert (came, status(order)) == ("early", "confirmed")
    assert Message.objects.get().letter == "ticket-confirmed"


def test_a_kind_that_is_of_no_concern_is_taken_and_not_kept(stripe_stand_in: StripeStandIn) -> None:
    event = paid(stripe_stand_in, reserved()) | {"type": "customer.created"}

    assert tell(stripe_stand_in, event).status_code == 200
    assert not Notice.objects.exists()


def test_nobody_reads_the_notices_address() -> None:
    assert Client().get(ADDRESS).status_code == 405


def test_a_notice_keeps_nothing_of_the_person(stripe_stand_in: StripeStandIn) -> None:
    order = reserved(email="khin@example.org")

    tell(stripe_stand_in, paid(stripe_stand_in, order))

    kept = " ".join(str(value) for value in Notice.objects.values().get().values())
    assert "khin" not in kept


def test_what_could_not_be_dealt_with_stays_waiting_and_is_dealt_with_when_it_comes_again(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = reserved()
    paid(stripe_stand_in, order)
    [intent] = [
        event["data"]["object"]["payment_intent"]
        for event in stripe_stand_in.events("checkout.session.completed")
    ]
    refunded = {
        "id": "evt_refund",
        "object": "event",
        "type": "refund.created",
        "data": {
            "object": {
                "id": "re_1",
                "object": "refund",
                "payment_intent": intent,
                "amount": 10000,
                "currency": "usd",
                "status": "succeeded",
                "metadata": {},
            }
        },
    }
    stripe_stand_in.stop()

    while_away = tell(stripe_stand_in, refunded)
    waiting = outcome()
    stripe_stand_in.start()
    later = tell(stripe_stand_in, refunded)

    assert (while_away.status_code, waiting) == (503, "waiting")
    assert (later.status_code, outcome()) == (200, "elsewhere")
    assert (Payment.objects.get().amount, Refund.objects.get().amount) == (25000, 10000)


def test_what_waits_longer_than_a_moment_needs_somebody() -> None:
    edition = make.edition()
    for minutes in (1, 10):
        Notice.objects.create(
            edition=edition,
            provider="stripe",
            reference=f"evt_{minutes}",
            received_at=timezone.now() - timedelta(minutes=minutes),
        )

    assert [notice.reference for notice in Notice.objects.open()] == ["evt_10"]


def test_an_organizer_sees_each_outcome_and_puts_aside_what_was_seen_to(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = reserved()
    tell(stripe_stand_in, changed(paid(stripe_stand_in, order), amount_total=20000))
    organizer = staff.at_work("finance", order.edition)
    notice = Notice.objects.get()

    listed = organizer.get("/admin/registration/notice/").content.decode()
    first = organizer.get("/admin/").content.decode()
    organizer.post(f"/admin/registration/notice/{notice.pk}/settle/")
    later = organizer.get("/admin/").content.decode()

    assert "Another amount or currency than agreed" in listed
    assert order.code in listed
    assert "1 notice about a payment needs somebody" in first
    assert "needs somebody" not in later
