"""A place that is kept for somebody who waited: registering with it, its end, and that it is had once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import Pointless, compose
from forum.models import Edition, Message
from registration.models import (
    OfferTime,
    Order,
    Place,
    PlaceOffer,
    Quota,
    Ticket,
    TicketType,
    WaitingEntry,
    WaitingList,
    Wanted,
    Wish,
)
from registration.tasks import compare_counters, sweep_waiting_lists
from tests import make
from tests.registration.test_letters import html_of, words
from tests.registration.test_register_page import carried, text

pytestmark = pytest.mark.django_db

SOMEBODY = Actor.system()
PERSON = {"name": "Ma Hla", "email": "ma.hla@example.org", "photo_consent": "ask"}


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def kind(edition: Edition) -> TicketType:
    """A type with one place, which an offer will hold."""
    return make.ticket_type(edition, name="Main forum", size=1)


@pytest.fixture
def offer(kind: TicketType) -> PlaceOffer:
    return make.place_offer(make.waiting_entry(kind, email="ma.hla@example.org"))


def wish_with(offer: PlaceOffer, **fields: Any) -> Wish:
    kind = TicketType.objects.get(pk=offer.entry.ticket_type_id)
    own = {name: fields.pop(name) for name in ("key",) if name in fields}
    return make.wish_of(Wanted(kind, offer.group, make.person(**PERSON), offer=offer, **fields), **own)


def let_pass(offer: PlaceOffer) -> None:
    PlaceOffer.objects.filter(pk=offer.pk).update(until=timezone.now() - timedelta(minutes=1))


def assert_counted(taken: int) -> None:
    assert not Quota.objects.miscounted().exists()
    assert not Ticket.objects.misplaced().exists()
    assert not PlaceOffer.objects.misplaced().exists()
    assert sum(Quota.objects.values_list("taken", flat=True)) == taken


def first_page(offer: PlaceOffer, **changes: Any) -> dict[str, Any]:
    return {
        "group": offer.group.slug,
        "ticket_type": offer.entry.ticket_type_id,
        **PERSON,
        "step": "review",
        **changes,
    }


# --- what it holds ---


def test_an_offer_holds_a_place_of_every_quota(edition: Edition) -> None:
    kind = make.ticket_type(edition)
    quotas = [make.quota(kind, size=1), make.quota(kind, size=None), make.quota(kind, size=5)]

    offer = make.place_offer(make.waiting_entry(kind))

    assert set(offer.places.values_list("quota", flat=True)) == {quota.pk for quota in quotas}
    assert_counted(3)


def test_neither_a_newcomer_nor_a_voucher_takes_what_is_kept(kind: TicketType, offer: PlaceOffer) -> None:
    voucher = make.voucher(kind.edition, effect="none", value=0)

    for wish in (make.wish(kind), make.wish(kind, voucher=voucher)):
        with pytest.raises(Refusal):
            Order.place(wish, by=SOMEBODY)

    assert offer.is_open
    assert_counted(1)


def test_no_offer_is_made_without_a_free_place(edition: Edition) -> None:
    entry = make.waiting_entry(make.ticket_type(edition, size=0))

    with pytest.raises(Refusal, match="No place is free"):
        PlaceOffer.make(entry, by=SOMEBODY)

    entry.refresh_from_db()
    assert entry.status == "waiting"
    assert not Message.objects.exists()
    assert_counted(0)


def test_a_type_that_joins_a_quota_brings_what_is_kept_along(kind: TicketType, offer: PlaceOffer) -> None:
    joined, old = make.quota(make.ticket_type(kind.edition), size=3), kind.quotas.get()

    joined.share_among([kind])
    old.share_among([])

    assert list(Place.objects.values_list("quota", "offer")) == [(joined.pk, offer.pk)]
    assert_counted(1)


def test_a_quota_is_not_made_smaller_than_what_is_kept(kind: TicketType, offer: PlaceOffer) -> None:
    with pytest.raises(Refusal):
        kind.quotas.get().resize(0)


def test_an_offer_lasts_as_long_as_the_edition_says(kind: TicketType) -> None:
    OfferTime.objects.create(edition=kind.edition, hours=48)

    offer = make.place_offer(make.waiting_entry(kind))

    assert offer.until - offer.offered_at == timedelta(hours=48)


def test_an_offer_lasts_no_longer_than_one_can_register(kind: TicketType) -> None:
    closes = timezone.now() + timedelta(hours=2)
    Edition.objects.filter(pk=kind.edition.pk).update(registration_closes_at=closes)

    offer = make.place_offer(make.waiting_entry(kind))

    assert offer.until == closes


def test_an_offer_whose_places_are_wrong_raises_an_alarm(
    kind: TicketType, offer: PlaceOffer, caplog: pytest.LogCaptureFixture
) -> None:
    offer.places.all().delete()

    compare_counters()

    assert f"offer {offer.pk}, open, holds other places" in caplog.text


# --- registering with it ---


@pytest.mark.parametrize(("price", "status"), [(0, "confirmed"), (25000, "reserved")])
def test_the_place_that_is_kept_becomes_that_of_the_ticket(price: int, status: str, edition: Edition) -> None:
    kind = make.ticket_type(edition, size=1, price=price)
    offer = make.place_offer(make.waiting_entry(kind))

    ticket = Order.place(wish_with(offer), by=SOMEBODY).tickets.get()

    offer.refresh_from_db()
    assert ticket.status == status
    assert (offer.status, offer.ticket, offer.entry.status) == ("taken", ticket, "registered")
    assert list(Place.objects.values_list("ticket", "offer")) == [(ticket.pk, None)]
    assert_counted(1)


def test_an_offer_is_used_once(offer: PlaceOffer) -> None:
    Order.place(wish_with(offer), by=SOMEBODY)

    with pytest.raises(Refusal, match="not kept for you any more"):
        Order.place(wish_with(offer), by=SOMEBODY)

    assert Order.objects.count() == 1
    assert_counted(1)


def test_an_offer_that_lapsed_gives_nothing_even_before_any_sweep(offer: PlaceOffer) -> None:
    let_pass(offer)

    with pytest.raises(Refusal):
        Order.place(wish_with(offer), by=SOMEBODY)

    assert not Order.objects.exists()


def test_an_offer_is_good_for_its_own_type_and_group_only(kind: TicketType, offer: PlaceOffer) -> None:
    other_type, other_group = make.ticket_type(kind.edition), make.group(kind.edition)

    for wrong in (
        Wanted(other_type, offer.group, make.person(), offer=offer),
        Wanted(kind, other_group, make.person(), offer=offer),
    ):
        with pytest.raises(Refusal, match="another ticket"):
            Order.place(make.wish_of(wrong), by=SOMEBODY)

    assert offer.is_open


def test_what_needs_approval_is_offered_by_an_organizer_and_approved_by_that(edition: Edition) -> None:
    kind = make.ticket_type(edition, size=1, needs_approval=True)
    entry = make.waiting_entry(kind)

    offer = PlaceOffer.make_out_of_turn(entry, by=SOMEBODY, reason="A fellow.")
    order = Order.place(wish_with(offer), by=SOMEBODY)

    assert order.tickets.get().status == "confirmed"
    assert_counted(1)


@pytest.mark.embedded
def test_the_link_of_an_offer_leads_to_a_ticket(client: Client, offer: PlaceOffer) -> None:
    page = text(client.get(offer.get_absolute_url()))
    review = text(client.post(offer.get_absolute_url(), first_page(offer)))
    placed = client.post(offer.get_absolute_url(), {**carried(review), "step": "confirm"})

    order = Order.objects.get()
    assert "Your place is kept until" in page
    assert "A place is kept for you" in page
    assert 'value="ma.hla@example.org"' in page
    assert placed["Location"] == order.get_absolute_url()
    assert_counted(1)


def test_pressing_confirm_twice_leads_to_the_same_order(client: Client, offer: PlaceOffer) -> None:
    review = text(client.post(offer.get_absolute_url(), first_page(offer)))
    sent = {**carried(review), "step": "confirm"}

    answers = [client.post(offer.get_absolute_url(), sent)["Location"] for _press in range(2)]

    assert answers == [Order.objects.get().get_absolute_url()] * 2


def test_the_offers_page_offers_nothing_else(client: Client, kind: TicketType, offer: PlaceOffer) -> None:
    other = make.ticket_type(kind.edition, size=5)
    group = make.group(kind.edition)

    page = text(
        client.post(offer.get_absolute_url(), first_page(offer, ticket_type=other.pk, group=group.slug))
    )

    assert 'class="error-summary"' in page
    assert f'value="{other.pk}"' not in page


def test_the_page_of_an_offer_that_is_over_says_so_and_leads_on(client: Client, offer: PlaceOffer) -> None:
    let_pass(offer)

    pages = [
        text(client.get(offer.get_absolute_url())),
        text(client.post(offer.get_absolute_url(), first_page(offer))),
    ]

    for page in pages:
        assert "This place is not kept any more" in page
        assert "/en/register/waiting/?ticket=" in page


def test_the_page_of_an_offer_that_was_used_gives_no_order_away(client: Client, offer: PlaceOffer) -> None:
    order = Order.place(wish_with(offer), by=SOMEBODY)

    page = text(client.get(offer.get_absolute_url()))

    assert "You have registered with this place" in page
    assert order.secret not in page
    assert order.code not in page


def test_an_offer_opens_nothing_when_registration_is_paused(client: Client, offer: PlaceOffer) -> None:
    Edition.objects.update(registration_paused_at=timezone.now())

    assert "Registration is paused" in text(client.get(offer.get_absolute_url()))


# --- its end ---


@pytest.mark.embedded
def test_an_offer_that_lapses_goes_to_the_next_and_both_are_told(kind: TicketType, offer: PlaceOffer) -> None:
    following = make.waiting_entry(kind)
    Message.objects.all().delete()
    let_pass(offer)

    sweep_waiting_lists()

    offer.refresh_from_db()
    following.refresh_from_db()
    assert (offer.status, offer.entry.status, following.status) == ("lapsed", "lapsed", "offered")
    assert {(message.letter, message.to) for message in Message.objects.all()} == {
        ("offer-lapsed", offer.entry.email),
        ("place-offered", following.email),
    }
    assert_counted(1)


def test_an_offer_with_time_left_does_not_lapse(offer: PlaceOffer) -> None:
    with pytest.raises(Refusal):
        offer.lapse(by=SOMEBODY)


def test_who_leaves_gives_the_place_to_the_next(client: Client, kind: TicketType, offer: PlaceOffer) -> None:
    following = make.waiting_entry(kind)

    client.post(f"{offer.entry.get_absolute_url()}leaving/")
    sweep_waiting_lists()

    offer.refresh_from_db()
    following.refresh_from_db()
    assert (offer.status, offer.entry.status, following.status) == ("withdrawn", "left", "offered")
    assert_counted(1)


def test_a_newcomer_takes_what_lapsed_before_any_sweep_when_nobody_waits(
    kind: TicketType, offer: PlaceOffer
) -> None:
    let_pass(offer)
    [shown] = TicketType.objects.on_offer(kind.edition).with_places()

    Order.place(make.wish(kind), by=SOMEBODY)

    assert shown.left_in_words == "few"
    assert_counted(1)


def test_what_lapses_goes_to_the_next_before_a_newcomer(kind: TicketType, offer: PlaceOffer) -> None:
    following = make.waiting_entry(kind)
    let_pass(offer)

    with pytest.raises(Refusal):
        Order.place(make.wish(kind), by=SOMEBODY)

    following.refresh_from_db()
    assert following.status == "offered"


def test_a_sweep_asks_as_often_for_three_who_wait_as_for_one(edition: Edition, queries: Any) -> None:
    kind = make.ticket_type(edition, size=0)
    make.waiting_entry(kind)

    with queries() as for_one:
        WaitingList(edition).pass_on(by=SOMEBODY)
    for _ in range(2):
        make.waiting_entry(kind)
    with queries() as for_three:
        WaitingList(edition).pass_on(by=SOMEBODY)

    assert len(for_three) == len(for_one) <= 2, for_three


# --- what is written ---


def test_the_mail_says_until_when_and_both_links(offer: PlaceOffer) -> None:
    mail = compose(Message.objects.get(letter="place-offered"))

    for body in (str(mail.body), html_of(mail)):
        assert offer.get_absolute_url() in body
        assert offer.entry.get_absolute_url() in body
    for said in words(mail):
        assert "Bangkok time (UTC+7)" in said
        assert "Main forum" in said


def test_a_mail_about_an_offer_that_ended_is_pointless(offer: PlaceOffer) -> None:
    message = Message.objects.get(letter="place-offered")
    let_pass(offer)

    with pytest.raises(Pointless):
        compose(message)


def test_the_mail_about_what_lapsed_leads_back_to_the_list(offer: PlaceOffer) -> None:
    let_pass(offer)
    sweep_waiting_lists()

    mail = compose(Message.objects.get(letter="offer-lapsed"))

    assert f"/en/register/waiting/?ticket={offer.entry.ticket_type_id}\n" in str(mail.body)
    assert offer.group.slug not in str(mail.body)


def test_no_secret_of_an_offer_or_entry_is_logged(
    client: Client, offer: PlaceOffer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    client.post(f"{offer.entry.get_absolute_url()}leaving/")

    assert WaitingEntry.objects.get().status == "left"
    assert offer.secret not in caplog.text
    assert offer.entry.secret not in caplog.text
    assert offer.entry.email not in caplog.text
