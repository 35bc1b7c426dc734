"""Registering, as somebody does who sees the site for the first time: on a phone and on a large screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from forum.models import Edition
from registration.models import TicketType
from tests import make
from tests.browser import assert_fits
from tests.servers import MailServer, eventually

WIDTHS, SCHEMES = (390, 1280), ("light", "dark")


@pytest.fixture
def edition(transactional_db: None) -> Edition:
    """A forum with terms, two groups and three tickets, one of which has a single place."""
    edition = make.edition(name="Forum on Responsible Sourcing")
    make.day(edition)
    make.page(edition, "terms", title="Terms", body="You may bring a friend.")
    make.page(edition, "privacy", title="Privacy", body="We keep little.")
    suppliers = make.group(
        edition, slug="suppliers", name="Suppliers", description="You make what others buy."
    )
    brands = make.group(edition, slug="brands", name="Brands", description="You buy what others make.")
    make.ticket_type(edition, name="Main forum", size=100, description="All three days, with lunch.")
    make.ticket_type(edition, name="Company", price=65000, groups=[brands], size=100)
    make.ticket_type(edition, name="Patron", groups=[suppliers, brands], size=1)
    return edition


class Requests:
    """How many pages the browser asked for, redirects included."""

    def __init__(self, page: Page) -> None:
        self.addresses: list[str] = []
        page.on("request", lambda request: self._note(request) if request.is_navigation_request() else None)

    def _note(self, request: Any) -> None:
        self.addresses.append(f"{request.method} {request.url}")


def look_over(page: Page, axe: Callable[[Page], None]) -> None:
    """No fault of accessibility in either colour scheme, no sideways scroll on a phone or a large screen."""
    own = page.viewport_size
    assert own is not None
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        axe(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": own["height"]})
        assert_fits(page)
    page.set_viewport_size(own)


def headed(page: Page, words: str | re.Pattern[str]) -> None:
    """Wait for the page with this heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def fill(page: Page, *, ticket: str, email: str, group: str = "Suppliers") -> None:
    page.get_by_role("radio", name=re.compile(f"^{group}")).check()
    page.get_by_role("radio", name=re.compile(f"^{ticket}")).check()
    page.get_by_label("Your name", exact=True).fill("ไอริณ กล้าหาญ")
    page.get_by_label("Your e-mail address").fill(email)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def registered(page: Page, email: str) -> None:
    """The whole way to the order's page."""
    page.goto("/en/register/")
    fill(page, ticket="Main forum", email=email)
    press(page, "Continue")
    page.get_by_role("checkbox").check()
    press(page, "Confirm")
    headed(page, "You are registered")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_newcomer_registers_and_has_mail_badge_and_calendar(
    edition: Edition,
    page_at: Callable[..., Page],
    axe: Callable[[Page], None],
    mail_server: MailServer,
    width: int,
) -> None:
    page = page_at(width)
    requests = Requests(page)

    page.goto("/en/register/")
    look_over(page, axe)
    fill(page, ticket="Main forum", email="irin@example.org")
    press(page, "Continue")
    headed(page, "Is this right?")
    look_over(page, axe)
    page.get_by_text("Terms", exact=True).first.click()
    expect(page.get_by_text("You may bring a friend.")).to_be_visible()
    page.get_by_role("checkbox").check()
    press(page, "Confirm")
    headed(page, "You are registered")
    look_over(page, axe)

    assert len(requests.addresses) <= 5, requests.addresses
    [mail] = mail_server.wait_for("irin@example.org")
    assert page.url in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["forum.ics", "badge.pdf"]
    with page.expect_download() as badge:
        page.get_by_role("link", name="Badge (PDF)").click()
    assert badge.value.path().read_bytes().startswith(b"%PDF-")


def test_the_way_works_without_javascript(edition: Edition, page_at: Callable[..., Page]) -> None:
    page = page_at(390, java_script_enabled=False)

    page.goto("/en/register/")
    expect(page.get_by_role("radio", name=re.compile("^Company"))).to_be_visible()
    fill(page, ticket="Company", email="irin@example.org")
    press(page, "Continue")
    expect(page.get_by_role("alert")).to_contain_text("“Company” is not for the group “Suppliers”")
    page.get_by_role("radio", name=re.compile("^Main forum")).check()
    press(page, "Continue")
    page.get_by_role("checkbox").check()
    press(page, "Confirm")

    headed(page, "You are registered")


def test_tickets_for_other_groups_are_not_shown_once_a_group_is_chosen(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390)
    page.goto("/en/register/")
    company = page.get_by_role("radio", name=re.compile("^Company"))

    page.get_by_role("radio", name=re.compile("^Suppliers")).check()
    expect(company).to_be_hidden()
    expect(page.get_by_text("Tickets for other groups are not shown.")).to_be_visible()
    look_over(page, axe)

    page.get_by_role("radio", name=re.compile("^Brands")).check()
    expect(company).to_be_visible()


def test_who_comes_too_late_is_told_that_places_ran_out_and_takes_another_ticket(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390)
    page.goto("/en/register/")
    fill(page, ticket="Patron", email="irin@example.org")
    page.get_by_label(re.compile("^Organisation")).fill("River Union")
    press(page, "Continue")
    page.get_by_role("checkbox").check()
    make.order(ticket_type=TicketType.objects.get(name__en="Patron"))

    press(page, "Confirm")

    expect(page.get_by_role("alert")).to_contain_text("Patron")
    expect(page.get_by_role("radio", name=re.compile("^Patron"))).to_be_disabled()
    expect(page.get_by_label("Your name", exact=True)).to_have_value("ไอริณ กล้าหาญ")
    expect(page.get_by_label(re.compile("^Organisation"))).to_have_value("River Union")
    look_over(page, axe)
    page.get_by_role("radio", name=re.compile("^Main forum")).check()
    press(page, "Continue")
    page.get_by_role("checkbox").check()
    press(page, "Confirm")
    headed(page, "You are registered")


def test_a_form_with_errors_says_what_is_wrong_and_leads_to_it(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390)
    page.goto("/en/register/")

    press(page, "Continue")
    expect(page.get_by_role("alert")).to_be_visible()
    look_over(page, axe)
    page.get_by_role("alert").get_by_role("link", name=re.compile("Your name")).click()

    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.get_by_label("Your name", exact=True)).to_be_focused()


def test_a_mistyped_address_is_corrected_at_once_and_the_mail_goes_again(
    edition: Edition,
    page_at: Callable[..., Page],
    axe: Callable[[Page], None],
    mail_server: MailServer,
) -> None:
    page = page_at(390)
    registered(page, "irin@exmaple.org")
    first = page.url

    page.get_by_text("Not right? Correct it").click()
    look_over(page, axe)
    page.get_by_label("The right address").fill("irin@")
    press(page, "Correct and send again")
    headed(page, "Correct the address")
    look_over(page, axe)
    page.get_by_label("The right address").fill("irin@example.org")
    press(page, "Correct and send again")

    expect(page.get_by_text("We sent everything again, to irin@example.org")).to_be_visible()
    assert page.url != first
    [mail] = mail_server.wait_for("irin@example.org")
    assert page.url in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    page.goto(first)
    headed(page, "There is no such page")


def test_who_cannot_come_cancels_and_the_place_is_free_again(
    edition: Edition,
    page_at: Callable[..., Page],
    axe: Callable[[Page], None],
    mail_server: MailServer,
) -> None:
    page = page_at(390)
    registered(page, "irin@example.org")

    page.get_by_role("link", name="Cancel my ticket").click()
    headed(page, "Cancel your registration?")
    look_over(page, axe)
    press(page, "Yes, cancel it")

    headed(page, "This registration was cancelled")
    look_over(page, axe)
    assert TicketType.objects.get(name__en="Main forum").left == 100
    eventually(lambda: any("cancelled" in mail["Subject"] for mail in mail_server.to("irin@example.org")))


def test_who_lost_the_link_has_it_sent_and_opens_the_order_with_it(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None], mail_server: MailServer
) -> None:
    order = make.order(edition=edition, email="irin@example.org")
    page = page_at(390)

    page.goto("/en/lost-link/")
    look_over(page, axe)
    page.get_by_label("Your e-mail address").fill("irin@example.org")
    press(page, "Send me my link")
    headed(page, "Look into your mail")
    look_over(page, axe)
    [mail] = mail_server.wait_for("irin@example.org")
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    [link] = [word for word in text.split() if f"/orders/{order.code}/" in word]
    page.goto(link)

    headed(page, "You are registered")


def test_while_registration_is_not_open_the_page_says_so(
    transactional_db: None, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    make.edition(phase="past", slug="2017")
    announced = make.edition(phase="announced")
    page = page_at(390)

    page.goto("/en/2017/register/")
    headed(page, "This edition is over")
    look_over(page, axe)

    page.goto("/en/register/")
    headed(page, "Registration is not open yet")
    look_over(page, axe)

    announced.registration_opens_at, announced.registration_closes_at = announced.published_at, timezone.now()
    announced.save()
    page.reload()
    headed(page, "Registration is closed")
    look_over(page, axe)


def test_the_pages_of_orders_and_tickets_can_be_read_by_everybody_in_each_state(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390)

    for status in ("requested", "reserved", "declined", "expired"):
        order = make.order(edition=edition, status=status, price=25000, tickets=2)
        page.goto(order.get_absolute_url())
        look_over(page, axe)
    page.goto(make.ticket(order=make.order(tickets=0, edition=edition)).get_absolute_url())
    look_over(page, axe)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_voucher_opens_a_ticket_and_nothing_that_was_typed_is_lost(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None], scripts: bool
) -> None:
    hidden = make.ticket_type(edition, name="Interpreters", price=10000, is_hidden=True)
    voucher = make.voucher(ticket_types=[hidden], code="CREW-75", value=75)
    page = page_at(390, java_script_enabled=scripts)

    page.goto("/en/register/")
    page.get_by_label("Your name", exact=True).fill("Irin")
    page.get_by_label("Your e-mail address").fill("irin@example.org")
    page.get_by_text("I have a voucher").click()
    page.get_by_label("Voucher").fill("crew-75")
    press(page, "Use the voucher")
    expect(page.get_by_text("Voucher CREW-75: 75% off")).to_be_visible()
    if scripts:
        axe(page)
    page.get_by_role("radio", name=re.compile("^Suppliers")).check()
    page.get_by_role("radio", name=re.compile("^Interpreters")).check()
    page.get_by_label("Your name", exact=True).press("Enter")
    headed(page, "Is this right?")
    expect(page.get_by_text("USD 25.00")).to_be_visible()
    page.get_by_role("checkbox").check()
    press(page, "Register and pay")

    headed(page, "A place is kept for you")
    voucher.refresh_from_db()
    assert voucher.used == 1
