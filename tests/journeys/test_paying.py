"""Paying online, as somebody does on a phone: paying, leaving without, paying late, and getting money back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from forum.actor import Actor
from forum.models import Edition
from registration.models import Checkout, Notice, Payment, Quota, Refund, Ticket
from registration.payments import refunds
from registration.tasks import sweep_checkouts, sweep_reservations
from tests import make
from tests.browser import assert_fits
from tests.servers import MailServer, StripeStandIn, eventually

EMAIL = "irin@example.org"


@pytest.fixture
def edition(transactional_db: None, stripe_stand_in: StripeStandIn) -> Edition:
    """A forum with one ticket that costs something, of which there are two."""
    edition = make.edition(name="Forum on Responsible Sourcing")
    make.group(edition, name="Brands", slug="brands")
    make.ticket_type(edition, name="Company", price=65000, size=2)
    return edition


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def registered(page: Page) -> str:
    """Register for the ticket; the address of the order's page."""
    page.goto("/en/register/")
    page.get_by_role("radio", name="Brands").check()
    page.get_by_role("radio", name="Company").check()
    page.get_by_label("Your name", exact=True).fill("ไอริณ กล้าหาญ")
    page.get_by_label("Your e-mail address").fill(EMAIL)
    press(page, "Continue")
    press(page, "Register and pay")
    expect(page.get_by_role("heading", level=1)).to_have_text("A place is kept for you")
    return page.url


def pay(page: Page, card: str = StripeStandIn.card) -> None:
    """Fill in the payment page with a card, and press."""
    page.get_by_label("Card number").fill(card)
    press(page, "Pay USD 650.00")


@pytest.mark.parametrize("javascript", [True, False])
def test_who_pays_with_a_card_is_registered_a_moment_later_and_has_mail_and_badge(
    javascript: bool,
    edition: Edition,
    page_at: Callable[..., Page],
    axe: Callable[[Page], None],
    mail_server: MailServer,
) -> None:
    page = page_at(390, java_script_enabled=javascript)
    order = registered(page)
    if javascript:
        axe(page)
        assert_fits(page)

    press(page, "Pay USD 650.00 now")
    pay(page)

    expect(page).to_have_url(order)
    expect(page.get_by_text("Your payment has arrived")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are registered")
    expect(page.get_by_role("link", name="Badge (PDF)")).to_be_visible()
    if javascript:
        axe(page)
        assert_fits(page)
    mails = mail_server.wait_for(EMAIL, 2)
    names = [part.get_filename() for part in mails[-1].iter_attachments()]
    assert "badge.pdf" in names
    eventually(lambda: Notice.objects.exclude(outcome="waiting").exists())
    assert Payment.objects.count() == 1


def test_who_leaves_the_payment_page_finds_it_again(edition: Edition, page_at: Callable[..., Page]) -> None:
    page = page_at(390)
    order = registered(page)
    press(page, "Pay USD 650.00 now")
    payment_page = page.url

    pay(page, StripeStandIn.declined)
    expect(page.get_by_text("Your card was declined.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Go back").click()

    expect(page).to_have_url(order)
    expect(page.get_by_text("Nothing was paid")).to_be_visible()
    press(page, "Pay USD 650.00 now")
    expect(page).to_have_url(payment_page)


def test_who_leaves_for_good_loses_the_place_in_time_and_is_told(
    edition: Edition, page_at: Callable[..., Page], mail_server: MailServer, stripe_stand_in: StripeStandIn
) -> None:
    page = page_at(390)
    order = registered(page)
    press(page, "Pay USD 650.00 now")
    payment_page = page.url

    let_time_pass()
    sweep_checkouts()
    sweep_reservations()
    page.goto(payment_page)
    expect(page.get_by_role("heading", level=1)).to_have_text("This checkout has expired")
    page.get_by_role("link", name="Go back").click()

    expect(page).to_have_url(order)
    expect(page.get_by_role("heading", level=1)).to_have_text("The time to pay has passed")
    mail_server.wait_for(EMAIL, 2)
    assert not Payment.objects.exists()


def test_who_pays_late_gets_the_place_again_when_there_is_one(
    edition: Edition, page_at: Callable[..., Page], stripe_stand_in: StripeStandIn
) -> None:
    page = page_at(390)
    order = registered(page)
    press(page, "Pay USD 650.00 now")
    lose_the_place()

    pay(page)

    expect(page).to_have_url(order)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are registered")
    assert Quota.objects.get().taken == 1


def test_who_pays_when_the_time_has_just_passed_is_registered(
    edition: Edition, page_at: Callable[..., Page], stripe_stand_in: StripeStandIn
) -> None:
    page = page_at(390)
    registered(page)
    press(page, "Pay USD 650.00 now")
    Ticket.objects.update(reserved_until=timezone.now() - timedelta(minutes=1))
    sweep_reservations()

    pay(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("You are registered")


def test_who_pays_late_when_all_is_gone_is_told_and_gets_the_money_back(
    edition: Edition,
    page_at: Callable[..., Page],
    mail_server: MailServer,
    stripe_stand_in: StripeStandIn,
) -> None:
    page = page_at(390)
    registered(page)
    press(page, "Pay USD 650.00 now")
    lose_the_place()
    kind = edition.ticket_types.get()
    for _ in range(2):
        make.ticket(ticket_type=kind, group=edition.groups.get())

    pay(page)

    expect(page.get_by_text("USD 650.00 of your payment are not needed")).to_be_visible()
    told = [str(mail["Subject"]) for mail in mail_server.wait_for(EMAIL, 3)]
    assert any("when no ticket waited" in subject for subject in told)

    Refund.ask(Payment.objects.get(), amount=65000, by=Actor.system(), reason="No place was left.")
    eventually(lambda: Refund.objects.get().status == "refunded")
    page.reload()

    expect(page.get_by_text("Paid back on")).to_be_visible()
    assert len(stripe_stand_in.events("refund.created")) == 1


def test_who_is_cancelled_and_refunded_reads_what_comes_back(
    edition: Edition,
    page_at: Callable[..., Page],
    mail_server: MailServer,
    stripe_stand_in: StripeStandIn,
    axe: Callable[[Page], None],
) -> None:
    page = page_at(390)
    registered(page)
    press(page, "Pay USD 650.00 now")
    pay(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are registered")

    refunds.cancel(Ticket.objects.get(), Actor.system(), "We move to another month.", amount=40000)
    eventually(lambda: Refund.objects.get().status == "refunded")
    page.reload()

    expect(page.get_by_text("Of the USD 650.00 that you paid, USD 400.00 are paid back.")).to_be_visible()
    axe(page)
    assert_fits(page)
    texts = [mail.get_body(("plain",)) for mail in mail_server.wait_for(EMAIL, 3)]
    assert any(text and "USD 400.00 are paid back" in text.get_content() for text in texts)


def let_time_pass() -> None:
    """As if the reservation, and the payment page with it, were over."""
    past = timezone.now() - timedelta(minutes=1)
    Checkout.objects.update(expires_at=past)
    Ticket.objects.update(reserved_until=past)


def lose_the_place() -> None:
    """As if the provider had said, wrongly, that the page had ended, and the place had gone back."""
    let_time_pass()
    Checkout.objects.update(status="expired")
    Ticket.objects.get().expire(by=Actor.system())
