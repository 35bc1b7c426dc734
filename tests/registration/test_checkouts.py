"""Paying online: what the provider says counts, in whatever order it comes, and no place goes back while one may still
pay for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Message
from registration.models import Checkout, Order, Payment, Quota, Ticket
from registration.payments import checkouts, stripe_checkout, stripe_units
from registration.tasks import sweep_checkouts, sweep_reservations, sweep_slow_banks
from tests import make, staff
from tests.registration.test_places import at_once, kinds
from tests.servers import StripeStandIn

SOMEBODY = Actor.holder("an order")
LONG_AGO = timezone.now().date() - timedelta(days=9)

pytestmark = pytest.mark.django_db


def reserved(*, size: int = 5, **fields: object) -> Order:
    kind = make.ticket_type(price=25000, size=size)
    return make.order(status="reserved", ticket_type=kind, **fields)


def opened(order: Order) -> Checkout:
    return checkouts.open_for(order, by=SOMEBODY)


def begun_here(client: Client, order: Order) -> None:
    """As if the payment had been begun in this browser."""
    client.post(f"{order.get_absolute_url()}payment/")


def let_time_pass(order: Order) -> None:
    """As if the reservation, and the payment page with it, were over."""
    past = timezone.now() - timedelta(minutes=1)
    Checkout.objects.filter(order=order).update(expires_at=past)
    Ticket.objects.filter(order=order).update(reserved_until=past)


def status(order: Order) -> str:
    return order.tickets.get().status


# --- opening ---------------------------------------------------------------------------------------------------


def test_who_presses_pay_is_led_to_the_payment_page(stripe_stand_in: StripeStandIn, client: Client) -> None:
    order = reserved()

    answer = client.post(f"{order.get_absolute_url()}payment/")

    checkout = Checkout.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, checkout.url)
    assert checkout.url.startswith(stripe_stand_in.url)
    assert (checkout.amount, checkout.currency, checkout.status) == (25000, "USD", "open")


def test_the_provider_learns_the_order_and_the_address_but_no_name_and_no_link_that_opens_the_order(
    stripe_stand_in: StripeStandIn,
) -> None:
    group = make.group(name="Survivors")
    order = reserved(group=group, name="Ma Khin Thiri", email="khin@example.org")

    checkout = opened(order)

    told = stripe_checkout._client(stripe_stand_in.key, stripe_stand_in.url).v1.checkout.sessions.retrieve(
        checkout.reference
    )
    text = str(told.to_dict())
    assert order.code in text
    assert "khin@example.org" in text
    for secret in ("Khin", "Thiri", "Survivors", order.secret, order.tickets.get().secret):
        assert secret not in text.replace("khin@example.org", "")


@pytest.mark.embedded
def test_pressing_pay_again_leads_to_the_same_page(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()

    pages = {opened(order).url for _ in range(3)}

    assert len(pages) == 1
    assert Checkout.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_pressing_pay_twice_at_the_same_instant_leads_to_one_page(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()

    results = at_once([lambda: opened(order) for _ in range(8)])

    assert kinds(results) == {"Checkout": 8}, results
    assert len({checkout.url for checkout in results}) == Checkout.objects.count() == 1


def test_the_reservation_outlives_the_page(stripe_stand_in: StripeStandIn) -> None:
    soon = timezone.now() + timedelta(minutes=15)
    order = reserved(reserved_until=soon)

    checkout = opened(order)

    assert checkout.expires_at > timezone.now() + timedelta(minutes=30)
    assert order.tickets.get().reserved_until == checkout.expires_at + Checkout.GRACE


def test_a_page_never_outlives_a_reservation_of_many_days(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()

    checkout = opened(order)

    assert checkout.expires_at < timezone.now() + timedelta(hours=24)
    assert order.tickets.get().reserved_until > timezone.now() + timedelta(days=13)


@pytest.mark.parametrize("minutes", [-1, 5])
def test_nobody_begins_to_pay_when_the_time_is_over_or_nearly(
    minutes: int, stripe_stand_in: StripeStandIn
) -> None:
    order = reserved(reserved_until=timezone.now() + timedelta(minutes=minutes))

    with pytest.raises(Refusal, match="time to pay is over"):
        opened(order)

    assert not Checkout.objects.exists()


@pytest.mark.parametrize("state", ["confirmed", "requested", "cancelled", "expired", "declined"])
def test_an_order_that_owes_nothing_now_has_no_page(state: str, stripe_stand_in: StripeStandIn) -> None:
    order = make.order(status=state, ticket_type=make.ticket_type(price=25000))

    with pytest.raises(Refusal, match="Nothing is to be paid"):
        opened(order)


def test_when_the_provider_is_away_nothing_is_lost_and_one_is_told_to_try_again(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = reserved()
    stripe_stand_in.stop()

    told = client.post(f"{order.get_absolute_url()}payment/", follow=True)
    stripe_stand_in.start()
    later = client.post(f"{order.get_absolute_url()}payment/")

    assert "does not answer just now" in told.content.decode()
    assert status(order) == "reserved"
    assert later["Location"] == Checkout.objects.get().url


def test_when_something_was_corrected_after_a_lost_answer_a_page_is_made_all_the_same(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = reserved()
    stripe_stand_in.trouble("lose", times=2, path="/v1/checkout/sessions")
    with pytest.raises(Refusal, match="does not answer"):
        opened(order)
    order.correct_email("other@example.org", by=SOMEBODY)

    checkout = opened(order)

    assert checkout.url
    assert Checkout.objects.count() == 1


def test_when_the_provider_breaks_it_is_asked_under_another_key(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    stripe_stand_in.trouble("refuse", times=2, path="/v1/checkout/sessions")
    with pytest.raises(Refusal, match="does not answer"):
        opened(order)

    assert opened(order).url
    assert Checkout.objects.count() == 1


def test_an_address_that_the_provider_does_not_take_is_left_out(stripe_stand_in: StripeStandIn) -> None:
    assert opened(reserved(email="khin@ห้องสมุด.example")).url


def test_a_page_that_was_given_up_while_it_was_made_is_ended(stripe_stand_in: StripeStandIn) -> None:
    checkout = Checkout.begin(reserved(), by=SOMEBODY)
    said = stripe_checkout.create(checkout)
    checkout.never_came_about()

    assert checkout.came_about(said) is False


def test_who_cannot_pay_online_does_not_hold_a_place_by_trying(stripe_stand_in: StripeStandIn) -> None:
    soon = timezone.now() + timedelta(minutes=15)
    edition = make.edition(currency="KWD")
    order = reserved(edition=edition, price=12345, reserved_until=soon)

    with pytest.raises(Refusal, match="cannot be paid online"):
        opened(order)

    assert order.tickets.get().reserved_until == soon
    assert not Checkout.objects.open().exists()


@pytest.mark.parametrize(
    "fields", [{"cancelled_at": timezone.now()}, {"starts_on": LONG_AGO, "ends_on": LONG_AGO}]
)
def test_nobody_pays_for_a_forum_that_was_cancelled_or_is_over(
    fields: dict[str, object], stripe_stand_in: StripeStandIn
) -> None:
    order = reserved()
    Edition.objects.filter(pk=order.edition_id).update(**fields)

    with pytest.raises(Refusal, match="Nothing is to be paid"):
        opened(Order.objects.get())


def test_an_answer_that_got_lost_long_ago_gives_way_to_a_new_page(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    lost = Checkout.begin(order, by=SOMEBODY)
    Checkout.objects.update(expires_at=timezone.now() + timedelta(minutes=20))

    checkout = opened(order)

    lost.refresh_from_db()
    assert (lost.status, checkout.status) == ("expired", "open")
    assert checkout.url


def test_when_another_sum_is_owed_the_old_page_is_ended_before_a_new_one_is_opened(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = make.order(status="reserved", tickets=2, ticket_type=make.ticket_type(price=25000))
    old = opened(order)
    Payment.book(order, provider="bank-transfer", reference="1", amount=25000, currency="USD", by=SOMEBODY)

    new = opened(order)

    old.refresh_from_db()
    assert (old.status, old.amount, new.amount) == ("expired", 50000, 25000)
    assert stripe_stand_in.pay(old.reference)[0] != 303


def test_without_a_key_nobody_is_sent_to_pay_online(settings: object, client: Client) -> None:
    settings.STRIPE_SECRET_KEY = ""  # type: ignore[attr-defined]
    order = reserved()

    page = client.get(order.get_absolute_url()).content.decode()
    client.post(f"{order.get_absolute_url()}payment/")

    assert "Pay USD" not in page
    assert not Checkout.objects.exists()


def test_a_strangers_guess_opens_no_payment_page(client: Client) -> None:
    order = reserved()

    guesses = [
        client.post(reverse("order-payment", kwargs={"code": order.code, "secret": "0" * 24})),
        client.get(reverse("payment-return", kwargs={"secret": "0" * 24})),
    ]

    assert [answer.status_code for answer in guesses] == [404, 404]
    assert not Checkout.objects.exists()


# --- coming back -----------------------------------------------------------------------------------------------


@pytest.mark.embedded
def test_who_has_paid_comes_back_confirmed_though_no_notice_came(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = reserved()
    checkout = opened(order)
    stripe_stand_in.pay(checkout.reference)

    begun_here(client, order)
    page = client.get(checkout.get_absolute_url(), follow=True)

    assert "Your payment has arrived" in page.content.decode()
    assert page.redirect_chain[-1][0] == order.get_absolute_url()
    assert (status(order), Payment.objects.get().amount) == ("confirmed", 25000)
    assert Message.objects.get().letter == "ticket-confirmed"


def test_the_return_address_opens_the_order_only_where_the_payment_was_begun(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = reserved(name="Ma Khin Thiri")
    checkout = opened(order)
    stripe_stand_in.pay(checkout.reference)

    page = client.get(checkout.get_absolute_url())

    assert page.status_code == 200
    assert "Your payment has arrived" in page.content.decode()
    for secret in (order.secret, "Thiri", order.email):
        assert secret not in page.content.decode()


def test_to_come_back_proves_nothing(stripe_stand_in: StripeStandIn, client: Client) -> None:
    order = reserved()
    checkout = opened(order)

    page = client.get(checkout.get_absolute_url(), follow=True)

    assert "Nothing was paid" in page.content.decode()
    assert status(order) == "reserved"
    assert not Payment.objects.exists()


def test_who_comes_back_while_the_provider_is_away_is_told_so(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    checkout = opened(reserved())
    stripe_stand_in.pay(checkout.reference)
    stripe_stand_in.stop()

    page = client.get(checkout.get_absolute_url(), follow=True)

    assert "We ask it again, and write to you" in page.content.decode()
    assert not Payment.objects.exists()


def test_the_return_address_leads_nowhere_a_day_after_the_page_has_ended(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    checkout = opened(reserved())
    Checkout.objects.update(expires_at=timezone.now() - timedelta(hours=25))

    assert client.get(checkout.get_absolute_url()).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_payment_that_is_learnt_of_many_times_at_once_is_booked_once(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = reserved()
    checkout = opened(order)
    stripe_stand_in.pay(checkout.reference)

    def look() -> object:
        return checkouts.look(Checkout.objects.get(), by=SOMEBODY)

    results = at_once([look for _ in range(8)])

    assert results == ["booked"] * 8
    assert Payment.objects.count() == Message.objects.count() == 1


# --- expiry ----------------------------------------------------------------------------------------------------


def test_no_place_goes_back_while_its_payment_page_may_be_open(stripe_stand_in: StripeStandIn) -> None:
    order = reserved(size=1)
    opened(order)
    let_time_pass(order)
    stripe_stand_in.stop()

    sweep_checkouts()
    sweep_reservations()
    with pytest.raises(Refusal):
        Order.place(make.wish(order.tickets.get().ticket_type), by=SOMEBODY)

    assert status(order) == "reserved"
    assert Quota.objects.get().taken == 1


@pytest.mark.embedded
def test_once_the_page_has_ended_the_place_goes_back(stripe_stand_in: StripeStandIn) -> None:
    order = reserved(size=1)
    checkout = opened(order)
    let_time_pass(order)

    sweep_checkouts()
    sweep_reservations()

    assert status(order) == "expired"
    assert Quota.objects.get().taken == 0
    assert stripe_stand_in.pay(checkout.reference)[0] != 303


def test_who_paid_unnoticed_before_the_end_is_confirmed_by_the_sweep(stripe_stand_in: StripeStandIn) -> None:
    order = reserved(size=1)
    checkout = opened(order)
    stripe_stand_in.pay(checkout.reference)
    let_time_pass(order)

    sweep_checkouts()
    sweep_reservations()

    assert status(order) == "confirmed"


def test_a_page_that_the_provider_knows_nothing_of_does_not_keep_a_place_for_ever(
    stripe_stand_in: StripeStandIn,
) -> None:
    order = reserved(size=1)
    opened(order)
    let_time_pass(order)
    stripe_stand_in.forget_everything()

    sweep_checkouts()
    sweep_reservations()

    assert (status(order), Checkout.objects.get().status) == ("expired", "expired")


def test_a_page_for_what_was_paid_another_way_is_ended_by_the_sweep(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    checkout = opened(order)
    Payment.book(order, provider="bank-transfer", reference="1", amount=25000, currency="USD", by=SOMEBODY)

    sweep_checkouts()

    checkout.refresh_from_db()
    assert checkout.status == "expired"
    assert stripe_stand_in.pay(checkout.reference)[0] != 303


# --- cancelling ------------------------------------------------------------------------------------------------


def test_who_cancels_ends_the_payment_page_first(stripe_stand_in: StripeStandIn, client: Client) -> None:
    order = reserved()
    checkout = opened(order)

    client.post(f"{order.get_absolute_url()}cancellation/")

    checkout.refresh_from_db()
    assert (status(order), checkout.status) == ("cancelled", "expired")
    assert stripe_stand_in.pay(checkout.reference)[0] != 303


def test_who_cancels_after_paying_unnoticed_is_asked_again(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = reserved()
    stripe_stand_in.pay(opened(order).reference)

    page = client.post(f"{order.get_absolute_url()}cancellation/", follow=True)

    assert "nothing was cancelled" in page.content.decode()
    assert status(order) == "confirmed"


def test_nothing_is_cancelled_while_the_page_cannot_be_ended(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = reserved()
    opened(order)
    stripe_stand_in.stop()

    page = client.post(f"{order.get_absolute_url()}cancellation/", follow=True)

    assert "A payment for this order is under way" in page.content.decode()
    assert status(order) == "reserved"


def test_a_ticket_cannot_be_given_up_behind_an_open_payment_page(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    opened(order)

    with pytest.raises(Refusal, match="under way"):
        order.tickets.get().cancel(by=SOMEBODY)
    with pytest.raises(Refusal, match="under way"):
        order.cancel(by=SOMEBODY)

    assert status(order) == "reserved"


# --- banks that take their time --------------------------------------------------------------------------------


def test_a_bank_that_takes_its_time_keeps_the_place_and_then_confirms(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = reserved(size=1)
    checkout = opened(order)
    stripe_stand_in.ask_a_bank(checkout.reference)

    told = client.get(checkout.get_absolute_url(), follow=True).content.decode()
    let_time_pass(order)
    sweep_checkouts()
    sweep_reservations()
    meanwhile = status(order)
    stripe_stand_in.bank_says(checkout.reference, "yes")
    checkouts.look(Checkout.objects.get(), by=SOMEBODY)

    assert "Your bank is at work" in told
    assert (meanwhile, status(order)) == ("reserved", "confirmed")


def test_the_sweep_asks_slow_banks_whose_notice_got_lost(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    checkout = opened(order)
    stripe_stand_in.ask_a_bank(checkout.reference)
    checkouts.look(checkout, by=SOMEBODY)
    stripe_stand_in.bank_says(checkout.reference, "yes")

    sweep_slow_banks()

    assert status(order) == "confirmed"


def test_a_banks_no_does_not_make_a_reservation_longer(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    until = order.tickets.get().reserved_until
    checkout = opened(order)
    stripe_stand_in.ask_a_bank(checkout.reference)
    checkouts.look(checkout, by=SOMEBODY)
    stripe_stand_in.bank_says(checkout.reference, "no")

    sweep_slow_banks()

    assert Checkout.objects.get().status == "failed"
    assert order.tickets.get().reserved_until == until


def test_a_page_that_cannot_be_asked_about_does_not_keep_the_others_from_being_ended(
    stripe_stand_in: StripeStandIn,
) -> None:
    sick, well = reserved(), reserved()
    for order in (sick, well):
        opened(order)
        let_time_pass(order)
    Checkout.objects.filter(order=sick).update(reference="cs_" + "x" * 190, expires_at=timezone.now())
    stripe_stand_in.trouble("refuse", times=2, path=f"/v1/checkout/sessions/cs_{'x' * 190}")

    sweep_checkouts()

    assert well.checkouts.get().status == "expired"


def test_an_organizer_sees_a_page_that_cannot_be_ended() -> None:
    edition = make.edition()
    order = make.order(status="reserved", edition=edition, price=25000)
    make.checkout(order, expires_at=timezone.now() - timedelta(hours=2))

    page = staff.at_work("finance", edition).get("/admin/").content.decode()

    assert "1 payment page keeps a place and cannot be ended" in page


def test_a_ticket_is_not_confirmed_by_hand_behind_an_open_page(stripe_stand_in: StripeStandIn) -> None:
    order = reserved()
    opened(order)

    with pytest.raises(Refusal, match="under way"):
        order.tickets.get().confirm_by_hand(by=SOMEBODY)


def test_a_bank_that_says_no_leaves_the_order_to_be_paid_again(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = reserved()
    checkout = opened(order)
    stripe_stand_in.ask_a_bank(checkout.reference)
    client.get(checkout.get_absolute_url())
    stripe_stand_in.bank_says(checkout.reference, "no")

    told = client.get(checkout.get_absolute_url(), follow=True).content.decode()
    again = opened(order)

    assert "did not make the payment" in told
    assert status(order) == "reserved"
    assert again.reference != checkout.reference


# --- units -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "currency", "at_stripe"),
    [
        (25000, "USD", 25000),
        (5000, "JPY", 5000),
        (50000, "KRW", 50000),
        (5000, "ISK", 500000),
        (5000, "UGX", 500000),
        (12340, "KWD", 12340),
        (5000, "MGA", 50),
    ],
)
def test_only_the_gateway_turns_units(amount: int, currency: str, at_stripe: int) -> None:
    assert stripe_units.to_stripe(amount, currency) == at_stripe
    assert stripe_units.from_stripe(at_stripe, currency) == amount


@pytest.mark.parametrize(("amount", "currency"), [(12345, "KWD"), (5050, "MGA")])
def test_a_sum_that_the_provider_cannot_take_is_refused(amount: int, currency: str) -> None:
    with pytest.raises(Refusal, match="cannot be paid online"):
        stripe_units.to_stripe(amount, currency)
