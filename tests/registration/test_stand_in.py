"""What stands in for Stripe behaves as Stripe does, seen through the official client, a visitor's eyes, its notices."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import stripe
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.servers import StripeStandIn, eventually

Open = Callable[..., stripe.checkout.Session]
SUCCESS = "https://forum.example.org/en/orders/K7QX2M4P/paid/?checkout={CHECKOUT_SESSION_ID}"
CANCEL = "https://forum.example.org/en/orders/K7QX2M4P/"


@pytest.fixture
def client(stripe_stand_in: StripeStandIn) -> stripe.StripeClient:
    return stripe.StripeClient(stripe_stand_in.key, base_addresses={"api": stripe_stand_in.url})


@pytest.fixture
def opened(client: stripe.StripeClient) -> Open:
    """Opens a checkout of two tickets for EUR 120.00: `opened("a-key", customer_email=…)`."""

    def make(key: str = "", **changes: Any) -> stripe.checkout.Session:
        options: Any = {"idempotency_key": key} if key else {}
        return client.v1.checkout.sessions.create(wanted(**changes), options)

    return make


@pytest.fixture
def paid(opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn) -> Callable[..., str]:
    """Pays such a checkout, and returns its payment intent: `paid(card)`."""

    def make(card: str = StripeStandIn.card) -> str:
        checkout = opened()
        stripe_stand_in.pay(checkout.id, card)
        return str(client.v1.checkout.sessions.retrieve(checkout.id).payment_intent)

    return make


def in_minutes(minutes: int) -> int:
    return int(time.time()) + 60 * minutes


EXPIRES = in_minutes(60)


def wanted(**changes: Any) -> Any:
    ticket = {
        "currency": "eur",
        "unit_amount": 6000,
        "product_data": {"name": "Main forum", "description": "Two days"},
    }
    return {
        "mode": "payment",
        "line_items": [{"price_data": ticket, "quantity": 2}],
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        "client_reference_id": "K7QX2M4P",
        "metadata": {"order": "K7QX2M4P"},
        "payment_intent_data": {"metadata": {"order": "K7QX2M4P"}, "description": "Order K7QX2M4P"},
        "expires_at": EXPIRES,
        **changes,
    }


def ask(
    stand_in: StripeStandIn, path: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[int, str, http.client.HTTPMessage]:
    """A request without the client: status, body and headers of its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", stand_in.port, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers


def page(stand_in: StripeStandIn, checkout: str) -> str:
    return ask(stand_in, f"/c/pay/{checkout}")[1]


# --- checkouts -------------------------------------------------------------------------------------------------


def test_a_new_checkout_is_open_and_says_what_was_asked(opened: Open, stripe_stand_in: StripeStandIn) -> None:
    checkout = opened(customer_email="daw@example.org")

    assert checkout.id.startswith("cs_test_")
    assert checkout.url == f"{stripe_stand_in.url}/c/pay/{checkout.id}"
    assert (checkout.object, checkout.mode, checkout.livemode) == ("checkout.session", "payment", False)
    assert (checkout.status, checkout.payment_status, checkout.payment_intent) == ("open", "unpaid", None)
    assert (checkout.amount_total, checkout.currency) == (12000, "eur")
    assert checkout.client_reference_id == checkout.metadata["order"] == "K7QX2M4P"
    assert checkout.customer_email == "daw@example.org"
    assert (checkout.success_url, checkout.cancel_url) == (SUCCESS, CANCEL)
    assert checkout.expires_at == EXPIRES


@pytest.mark.parametrize(
    ("minutes", "words"), [(29, "at least 30 minutes from"), (24 * 60 + 1, "less than 24 hours from")]
)
def test_a_checkout_lives_half_an_hour_to_a_day(minutes: int, words: str, opened: Open) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words) as refused:
        opened(expires_at=in_minutes(minutes))

    assert refused.value.param == "expires_at"


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"success_url": "/en/orders/"}, "url_invalid", "success_url"),
        ({"client_reference_id": ""}, "parameter_invalid_empty", "client_reference_id"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"colour": "blue"}, "parameter_unknown", "colour"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price_data]"),
        ({"mode": "gift"}, None, "mode"),
        ({"locale": "my"}, None, "locale"),
        ({"metadata": {"order": "x" * 501}}, None, "metadata"),
    ],
)
def test_a_parameter_that_stripe_would_refuse_is_refused(
    changes: dict[str, Any], code: str | None, param: str, opened: Open
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        opened(**changes)

    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)


@pytest.mark.parametrize(
    ("currency", "amount", "words"),
    [
        ("eur", 49, "€0.50 eur"),
        ("thb", 999, "10.00 thb"),
        ("usd", 0, "$0.50 usd"),
        ("xyz", 5000, "Invalid currency"),
    ],
)
def test_an_amount_that_stripe_does_not_collect_is_refused(
    currency: str, amount: int, words: str, opened: Open
) -> None:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Main forum"}}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        opened(line_items=[{"price_data": price, "quantity": 1}])

    assert words in str(refused.value)


def test_an_unknown_checkout_is_not_found(client: stripe.StripeClient) -> None:
    with pytest.raises(
        stripe.InvalidRequestError, match=r"No such checkout\.session: 'cs_test_none'"
    ) as refused:
        client.v1.checkout.sessions.retrieve("cs_test_none")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_an_address_that_stripe_does_not_have_is_not_found(stripe_stand_in: StripeStandIn) -> None:
    status, body, _ = ask(stripe_stand_in, "/v1/nothing", Authorization=f"Bearer {stripe_stand_in.key}")

    assert status == 404
    assert "Unrecognized request URL (GET: /v1/nothing)" in json.loads(body)["error"]["message"]


def test_a_paid_checkout_is_complete_and_leads_back(
    opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    checkout = opened()

    status, way = stripe_stand_in.pay(checkout.id)

    assert (status, way) == (303, SUCCESS.replace("{CHECKOUT_SESSION_ID}", checkout.id))
    paid = client.v1.checkout.sessions.retrieve(checkout.id, {"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "payer@example.org"
    assert (paid.payment_intent.status, paid.payment_intent.amount_received) == ("succeeded", 12000)
    assert paid.payment_intent.latest_charge.payment_method_details.card.last4 == "4242"
    found = client.v1.checkout.sessions.list({"payment_intent": paid.payment_intent.id})
    assert [one.id for one in found.data] == [checkout.id]
    assert client.v1.payment_intents.retrieve(paid.payment_intent.id).metadata["order"] == "K7QX2M4P"
    [event] = stripe_stand_in.events()
    assert (event["type"], event["data"]["object"]["payment_status"]) == (
        "checkout.session.completed",
        "paid",
    )


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (StripeStandIn.declined, "Your card was declined."),
        (StripeStandIn.without_money, "Your card has insufficient funds."),
        ("5105 1051 0510 5100", "Only test cards work here"),
    ],
)
def test_a_declined_card_leaves_the_checkout_open(
    card: str, words: str, opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    checkout = opened()

    status, shown = stripe_stand_in.pay(checkout.id, card)

    assert (status, shown.count(words)) == (200, 2)  # in the summary and beside the field
    assert 'aria-describedby="id_number_error"' in shown
    assert client.v1.checkout.sessions.retrieve(checkout.id).status == "open"
    assert stripe_stand_in.events() == []
    assert stripe_stand_in.pay(checkout.id)[0] == 303


def test_what_is_filled_in_wrongly_is_said_beside_the_field_and_kept(
    opened: Open, stripe_stand_in: StripeStandIn
) -> None:
    checkout = opened()

    _, shown = stripe_stand_in.pay(
        checkout.id, "4242 4242 4242 4241", expiry="1/20", cvc="x", name="Daw <Aye>"
    )

    assert "This is not a card number." in shown
    assert "This card has expired." in shown
    assert "Write the three or four digits" in shown
    assert 'value="Daw &lt;Aye&gt;"' in shown


def test_no_card_number_is_kept(opened: Open, stripe_stand_in: StripeStandIn) -> None:
    stripe_stand_in.pay(opened().id, "5105 1051 0510 5100")
    stripe_stand_in.pay(opened().id, stripe_stand_in.card)

    with contextlib.closing(sqlite3.connect(stripe_stand_in.folder / "stripe_stand_in.sqlite3")) as file:
        kept = "\n".join(file.iterdump())

    assert "K7QX2M4P" in kept
    assert not [number for number in ("4242424242", "4242 4242", "5105", "5100") if number in kept]


def test_of_many_payers_at_once_one_pays(opened: Open, stripe_stand_in: StripeStandIn) -> None:
    checkout = opened()
    start = threading.Barrier(8)

    def pay(number: int) -> tuple[int, str]:
        start.wait(20)
        return stripe_stand_in.pay(checkout.id, email=f"payer{number}@example.org")

    with ThreadPoolExecutor(8) as rivals:
        answers = list(rivals.map(pay, range(8)))

    assert sorted(status for status, _ in answers) == [200] * 7 + [303]
    assert all("This is paid" in shown for status, shown in answers if status == 200)
    assert len(stripe_stand_in.events("checkout.session.completed")) == 1


# --- the end of a checkout -------------------------------------------------------------------------------------


def test_a_checkout_can_be_expired_while_it_is_open_only(
    opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    checkout, paid = opened(), opened()
    stripe_stand_in.pay(paid.id)

    expired = client.v1.checkout.sessions.expire(checkout.id)

    assert (expired.status, expired.payment_status, expired.url) == ("expired", "unpaid", None)
    for ended, state in ((checkout, "expired"), (paid, "complete")):
        with pytest.raises(
            stripe.InvalidRequestError, match=f"This Checkout Session has a status of `{state}`"
        ):
            client.v1.checkout.sessions.expire(ended.id)
    [event] = stripe_stand_in.events("checkout.session.expired")
    assert event["data"]["object"]["id"] == checkout.id


def test_a_checkout_expires_when_its_time_has_passed(
    opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    short, long = opened(expires_at=in_minutes(31)), opened()

    stripe_stand_in.expire(short.id)

    assert client.v1.checkout.sessions.retrieve(short.id).status == "expired"
    assert client.v1.checkout.sessions.retrieve(long.id).status == "open"
    [event] = stripe_stand_in.events("checkout.session.expired")
    assert event["data"]["object"]["id"] == short.id


def test_an_expired_checkout_cannot_be_paid_and_leads_back(
    opened: Open, stripe_stand_in: StripeStandIn
) -> None:
    checkout = opened()
    stripe_stand_in.expire(checkout.id)

    status, shown = stripe_stand_in.pay(checkout.id)

    assert status == 200
    assert "This checkout has expired" in shown
    assert f'href="{CANCEL}"' in shown
    assert stripe_stand_in.events("checkout.session.completed") == []


# --- a bank that takes its time --------------------------------------------------------------------------------


def test_a_checkout_left_to_a_bank_is_complete_and_not_paid(
    opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    checkout = opened()

    status, way = stripe_stand_in.ask_a_bank(checkout.id)

    assert (status, way) == (303, SUCCESS.replace("{CHECKOUT_SESSION_ID}", checkout.id))
    waiting = client.v1.checkout.sessions.retrieve(checkout.id, {"expand": ["payment_intent"]})
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert waiting.payment_intent.status == "processing"
    [event] = stripe_stand_in.events()
    assert (event["type"], event["data"]["object"]["payment_status"]) == (
        "checkout.session.completed",
        "unpaid",
    )
    assert "does it pay?" in page(stripe_stand_in, checkout.id)


@pytest.mark.parametrize(
    ("answer", "kind", "payment_status", "intent"),
    [
        ("yes", "checkout.session.async_payment_succeeded", "paid", "succeeded"),
        ("no", "checkout.session.async_payment_failed", "unpaid", "requires_payment_method"),
    ],
)
def test_the_bank_answers_once(
    answer: str,
    kind: str,
    payment_status: str,
    intent: str,
    opened: Open,
    client: stripe.StripeClient,
    stripe_stand_in: StripeStandIn,
) -> None:
    checkout = opened()
    stripe_stand_in.ask_a_bank(checkout.id)

    stripe_stand_in.bank_says(checkout.id, answer)
    stripe_stand_in.bank_says(checkout.id, "yes")

    answered = client.v1.checkout.sessions.retrieve(checkout.id, {"expand": ["payment_intent"]})
    assert (answered.status, answered.payment_status) == ("complete", payment_status)
    assert answered.payment_intent.status == intent
    assert [event["type"] for event in stripe_stand_in.events()] == ["checkout.session.completed", kind]


def test_a_checkout_for_cards_alone_offers_no_bank(opened: Open, stripe_stand_in: StripeStandIn) -> None:
    cards, both = opened(payment_method_types=["card"]), opened()

    assert "Let the bank pay" not in page(stripe_stand_in, cards.id)
    assert "Let the bank pay" in page(stripe_stand_in, both.id)


# --- refunds ---------------------------------------------------------------------------------------------------


def test_a_refund_sends_back_a_part_and_then_the_rest(
    paid: Callable[..., str], client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    intent = paid()

    part = client.v1.refunds.create(
        {"payment_intent": intent, "amount": 5000, "metadata": {"order": "K7QX2M4P"}}
    )
    rest = client.v1.refunds.create({"payment_intent": intent, "reason": "requested_by_customer"})

    assert (part.amount, rest.amount, rest.status) == (5000, 7000, "succeeded")
    assert [refund.id for refund in client.v1.refunds.list({"payment_intent": intent}).data] == [
        rest.id,
        part.id,
    ]
    assert client.v1.refunds.retrieve(part.id).metadata["order"] == "K7QX2M4P"
    sums = [event["data"]["object"]["amount_refunded"] for event in stripe_stand_in.events("charge.refunded")]
    assert sums == [5000, 12000]
    assert len(stripe_stand_in.events("refund.created")) == 2


def test_no_more_can_be_refunded_than_was_paid(paid: Callable[..., str], client: stripe.StripeClient) -> None:
    intent = paid()

    with pytest.raises(
        stripe.InvalidRequestError, match=r"\(€120\.01\) is greater than charge amount \(€120\.00\)"
    ):
        client.v1.refunds.create({"payment_intent": intent, "amount": 12001})
    client.v1.refunds.create({"payment_intent": intent, "amount": 10000})
    with pytest.raises(
        stripe.InvalidRequestError, match=r"greater than unrefunded amount on charge \(€20\.00\)"
    ):
        client.v1.refunds.create({"payment_intent": intent, "amount": 2001})
    client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError, match="has already been refunded") as refused:
        client.v1.refunds.create({"payment_intent": intent, "amount": 1})

    assert refused.value.code == "charge_already_refunded"


def test_rival_refunds_send_back_no_more_than_was_paid(
    paid: Callable[..., str], client: stripe.StripeClient
) -> None:
    intent = paid()

    def refund(number: int) -> int:
        try:
            return int(client.v1.refunds.create({"payment_intent": intent, "amount": 5000}).amount)
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(6) as rivals:
        sums = list(rivals.map(refund, range(6)))

    assert sorted(sums) == [0, 0, 0, 0, 5000, 5000]


def test_what_was_not_paid_cannot_be_refunded(
    opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    checkout = opened()
    stripe_stand_in.decline(checkout.id)
    intent = str(client.v1.checkout.sessions.retrieve(checkout.id).payment_intent)

    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge to refund"):
        client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent: 'pi_none'") as refused:
        client.v1.refunds.create({"payment_intent": "pi_none"})

    assert (refused.value.http_status, refused.value.param) == (400, "payment_intent")


def test_a_refund_to_a_closed_card_succeeds_and_fails_later(
    paid: Callable[..., str], client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    intent = paid(StripeStandIn.refund_fails)

    refund = client.v1.refunds.create({"payment_intent": intent})
    stripe_stand_in.move_clock(60)

    assert refund.status == "succeeded"
    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    kinds = [event["type"] for event in stripe_stand_in.events()][1:]
    assert kinds == ["refund.created", "charge.refunded", "refund.updated", "refund.failed"]
    [updated] = stripe_stand_in.events("refund.updated")
    assert updated["data"]["previous_attributes"]["status"] == "succeeded"
    charge = client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}).latest_charge
    assert (charge.refunded, charge.amount_refunded) == (False, 0)


def test_a_refund_that_takes_its_time_is_pending_first(
    paid: Callable[..., str], client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid(StripeStandIn.refund_takes_time)})

    stripe_stand_in.move_clock(60)

    assert refund.status == "pending"
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert len(stripe_stand_in.events("refund.updated")) == 1


# --- events ----------------------------------------------------------------------------------------------------


def test_events_are_listed_newest_first_by_kind_and_page_by_page(
    opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    for checkout in [opened() for _ in range(3)]:
        client.v1.checkout.sessions.expire(checkout.id)
    stripe_stand_in.pay(opened().id)

    everything = client.v1.events.list({"limit": 2})
    walked = list(everything.auto_paging_iter())
    expired = client.v1.events.list({"type": "checkout.session.expired"}).data

    assert (len(everything.data), everything.has_more) == (2, True)
    assert [event.type for event in walked] == [
        "checkout.session.completed",
        *["checkout.session.expired"] * 3,
    ]
    assert everything.url == "/v1/events"
    assert [event.id for event in expired] == [event.id for event in walked[1:]]
    assert client.v1.events.retrieve(walked[0].id).data.object.status == "complete"


# --- idempotency keys ------------------------------------------------------------------------------------------


def test_a_repeated_key_gives_the_first_answer_again(
    opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    first = opened("a-key")
    client.v1.checkout.sessions.expire(first.id)

    again = opened("a-key")

    assert (again.id, again.status) == (first.id, "open")  # as it was said, not as it is
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_a_key_is_good_for_one_deed(
    opened: Open, client: stripe.StripeClient, paid: Callable[..., str]
) -> None:
    opened("a-key")

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as other_words:
        opened("a-key", client_reference_id="another")
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.refunds.create({"payment_intent": paid()}, {"idempotency_key": "a-key"})

    assert other_words.value.http_status == 400


def test_a_key_that_is_at_work_is_in_use(
    opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn
) -> None:
    stripe_stand_in.trouble("wait", seconds=2)

    with ThreadPoolExecutor(1) as elsewhere:
        slow = elsewhere.submit(opened, "a-key")
        eventually(lambda: stripe_stand_in.control("POST", "clock", seconds=0)["troubles"] == 0)
        with pytest.raises(stripe.APIError, match="in-progress request") as refused:
            opened("a-key")

    assert (refused.value.http_status, refused.value.error.code) == (409, "idempotency_key_in_use")
    assert opened("a-key").id == slow.result().id


def test_a_refusal_is_repeated_and_a_wrong_parameter_is_not(
    opened: Open, client: stripe.StripeClient, stripe_stand_in: StripeStandIn, paid: Callable[..., str]
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        opened("first", success_url="nowhere")
    assert opened("first").status == "open"

    intent = paid()
    first = client.v1.refunds.create({"payment_intent": intent})
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "second"})

    assert refused.value.headers["Idempotent-Replayed"] == "true"
    assert [refund.id for refund in client.v1.refunds.list().data] == [first.id]


def test_a_key_is_forgotten_after_a_day(opened: Open, stripe_stand_in: StripeStandIn) -> None:
    first = opened("a-key", expires_at=in_minutes(24 * 60 - 1))

    stripe_stand_in.move_clock(24 * 3600 + 60)

    assert opened("a-key", expires_at=in_minutes(47 * 60)).id != first.id


def test_an_answer_that_was_lost_is_given_again_and_nothing_done_twice(
    stripe_stand_in: StripeStandIn, client: stripe.StripeClient
) -> None:
    stubborn = stripe.StripeClient(
        stripe_stand_in.key, base_addresses={"api": stripe_stand_in.url}, max_network_retries=2
    )
    stripe_stand_in.trouble("lose")

    made = stubborn.v1.checkout.sessions.create(wanted())

    assert [checkout.id for checkout in client.v1.checkout.sessions.list().data] == [made.id]


@pytest.mark.parametrize(("kind", "error"), [("refuse", stripe.APIError), ("limit", stripe.RateLimitError)])
def test_a_trouble_happens_as_often_as_asked(
    kind: str, error: type[Exception], opened: Open, stripe_stand_in: StripeStandIn
) -> None:
    stripe_stand_in.trouble(kind, times=2)

    for _ in range(2):
        with pytest.raises(error):
            opened("a-key")

    assert opened("a-key").status == "open"


# --- who may ask -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["sk_live_0123456789", "pk_test_0123456789", "nonsense"])
def test_only_a_secret_test_key_opens_the_door(key: str, stripe_stand_in: StripeStandIn) -> None:
    stranger = stripe.StripeClient(key, base_addresses={"api": stripe_stand_in.url})

    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided") as refused:
        stranger.v1.events.list()

    assert refused.value.http_status == 401
    assert key not in str(refused.value) or len(key) <= 12


def test_a_key_may_come_as_the_user_of_basic_authentication(stripe_stand_in: StripeStandIn) -> None:
    basic = base64.b64encode(f"{stripe_stand_in.key}:".encode()).decode()

    known, _, _ = ask(stripe_stand_in, "/v1/events", Authorization=f"Basic {basic}")
    unknown, body, _ = ask(stripe_stand_in, "/v1/events")

    assert (known, unknown) == (200, 401)
    assert json.loads(body)["error"]["message"].startswith("You did not provide an API key.")


# --- the hosted page -------------------------------------------------------------------------------------------


def test_the_page_says_what_for_how_much_and_that_no_money_moves(
    opened: Open, stripe_stand_in: StripeStandIn
) -> None:
    checkout = opened(customer_email="daw@example.org")

    shown = page(stripe_stand_in, checkout.id)

    for words in (
        "Main forum",
        "× 2",
        "Two days",
        "EUR 120.00",
        "K7QX2M4P",
        "daw@example.org",
        "No money moves.",
    ):
        assert words in shown
    assert f'<a class="back" href="{CANCEL}">' in shown
    for card in (stripe_stand_in.card, stripe_stand_in.declined, stripe_stand_in.without_money):
        assert f'href="?card={card}"' in shown


def test_the_page_runs_no_script_and_its_form_leads_nowhere_else(
    opened: Open, stripe_stand_in: StripeStandIn
) -> None:
    checkout = opened(cancel_url="http://localhost:9/back/")

    _, shown, headers = ask(stripe_stand_in, f"/c/pay/{checkout.id}")

    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self' http://localhost:9 https://forum.example.org"
    assert "script" not in shown
    assert "style=" not in shown
    assert headers["Cache-Control"] == "no-store"


def test_a_page_that_does_not_exist_says_so(stripe_stand_in: StripeStandIn) -> None:
    status, shown, _ = ask(stripe_stand_in, "/c/pay/cs_test_none")

    assert status == 404
    assert "There is no such page" in shown


def test_the_page_speaks_the_language_that_was_asked_for(
    opened: Open, stripe_stand_in: StripeStandIn
) -> None:
    thai, any_language = opened(locale="th"), opened(locale="auto")

    _, in_thai, _ = ask(stripe_stand_in, f"/c/pay/{thai.id}", **{"Accept-Language": "en"})
    _, in_the_browsers, _ = ask(
        stripe_stand_in, f"/c/pay/{any_language.id}", **{"Accept-Language": "xx, my;q=0.8"}
    )

    assert '<html lang="th">' in in_thai
    assert '<html lang="my">' in in_the_browsers


# --- notices ---------------------------------------------------------------------------------------------------


class Listener:
    """A server that is told notices, and answers each with the next of `statuses`, in the end with 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.heard: list[tuple[bytes, str]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((body, self.headers["Stripe-Signature"]))
                self.send_response(listener.statuses.pop(0) if listener.statuses else 200)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notices/"

    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.heard]


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    thread = threading.Thread(target=listening.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield listening
    listening.server.shutdown()
    thread.join()
    listening.server.server_close()


def test_a_notice_is_signed_as_the_client_expects(
    opened: Open, listener: Listener, stripe_stand_in: StripeStandIn
) -> None:
    stripe_stand_in.tell_notices_to(listener.url)
    checkout = opened()

    stripe_stand_in.pay(checkout.id)

    [(body, header)] = eventually(lambda: listener.heard)
    event = stripe.Webhook.construct_event(body, header, stripe_stand_in.secret)
    assert (event.type, event.data.object.id) == ("checkout.session.completed", checkout.id)
    assert event.api_version == stripe.api_version
    for changed, secret in ((body + b" ", stripe_stand_in.secret), (body, "whsec_other")):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(changed, header, secret)


def test_a_notice_is_told_again_and_signed_anew_until_it_is_taken(
    opened: Open, client: stripe.StripeClient, listener: Listener, stripe_stand_in: StripeStandIn
) -> None:
    listener.statuses = [500, 302]
    stripe_stand_in.tell_notices_to(listener.url)

    stripe_stand_in.pay(opened().id)

    eventually(lambda: len(listener.heard) == 3)
    ids = {json.loads(body)["id"] for body, _ in listener.heard}
    moments = [int(header.split(",")[0].removeprefix("t=")) for _, header in listener.heard]
    assert len(ids) == 1
    assert moments[1] - moments[0] < moments[2] - moments[1] + 1  # the pauses grow, in whole seconds
    assert len({header for _, header in listener.heard}) == 3
    for body, header in listener.heard:
        stripe.Webhook.construct_event(body, header, stripe_stand_in.secret)
    [event] = client.v1.events.list().data
    assert eventually(lambda: client.v1.events.retrieve(event.id).pending_webhooks == 0)


def test_what_happens_by_itself_is_told_unasked(
    opened: Open, listener: Listener, stripe_stand_in: StripeStandIn
) -> None:
    stripe_stand_in.tell_notices_to(listener.url)
    opened()

    stripe_stand_in.move_clock(3700)

    eventually(lambda: listener.kinds() == ["checkout.session.expired"])


def test_without_an_address_a_notice_is_only_recorded_and_can_be_told_by_a_test(
    opened: Open, listener: Listener, stripe_stand_in: StripeStandIn
) -> None:
    stripe_stand_in.pay(opened().id)
    [event] = stripe_stand_in.events("checkout.session.completed")

    told = stripe.Webhook.construct_event(*stripe_stand_in.notice(event), stripe_stand_in.secret)

    assert told.id == event["id"]
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        stripe.Webhook.construct_event(
            *stripe_stand_in.notice(event, at=time.time() - 600), stripe_stand_in.secret
        )
    stripe_stand_in.tell_notices_to(listener.url)
    stripe_stand_in.tell_again(event)
    eventually(lambda: listener.kinds() == ["checkout.session.completed"])


# --- the process -----------------------------------------------------------------------------------------------


def test_all_is_as_it_was_after_it_was_killed(
    opened: Open,
    paid: Callable[..., str],
    client: stripe.StripeClient,
    listener: Listener,
    stripe_stand_in: StripeStandIn,
) -> None:
    first, intent = opened("a-key"), paid()
    listener.statuses = [500]
    stripe_stand_in.tell_notices_to(listener.url)
    stripe_stand_in.pay(opened().id)
    eventually(lambda: listener.heard)

    stripe_stand_in.kill()
    stripe_stand_in.start()

    assert opened("a-key").id == first.id
    assert client.v1.checkout.sessions.retrieve(first.id).url == first.url
    assert client.v1.payment_intents.retrieve(intent).status == "succeeded"
    eventually(lambda: len(listener.heard) >= 2)  # what was not taken is told after the start


def test_it_says_in_one_line_that_it_is_ready(stripe_stand_in: StripeStandIn) -> None:
    assert stripe_stand_in.output == f"Stripe's stand-in is ready at {stripe_stand_in.url}/\n"


def test_it_listens_on_this_machine_only_and_under_its_own_name(stripe_stand_in: StripeStandIn) -> None:
    with socket.socket() as neighbour:
        neighbour.settimeout(5)
        assert neighbour.connect_ex(("127.0.0.2", stripe_stand_in.port)) != 0

    status, _, _ = ask(stripe_stand_in, "/", Host="forum.example.org")

    assert status == 421


def test_it_does_not_start_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="takes no real payments: it starts with DEMO=1 only"):
        call_command("stripe_stand_in")


def test_it_says_that_its_port_is_taken(
    settings: Settings, stripe_stand_in: StripeStandIn, tmp_path: Any
) -> None:
    settings.DEMO = True

    with pytest.raises(CommandError, match=f"Port {stripe_stand_in.port} is taken"):
        call_command("stripe_stand_in", port=stripe_stand_in.port, file=tmp_path / "stand-in.sqlite3")
