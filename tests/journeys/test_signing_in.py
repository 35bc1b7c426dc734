"""People sign in as they would at home: by the code from a real mail, staff with an app or a key."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from playwright.sync_api import Page, expect

from forum.models import Edition
from tests import browser, make
from tests.forum.test_second_factor import PASSWORD, six_digits
from tests.servers import MailServer, Web

SIGN_IN = "/en/account/login/code/"
DAW = "daw@example.org"


@pytest.fixture
def edition(transactional_db: None) -> Edition:
    return make.edition()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def text_of(mail_server: MailServer, address: str, count: int = 1) -> str:
    body = mail_server.wait_for(address, count)[-1].get_body(["plain"])
    assert body is not None
    return str(body.get_content())


def give_password(page: Page) -> None:
    page.get_by_label("E-mail address").fill(DAW)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Go on")


def set_up_app(page: Page) -> str:
    """Set up the authenticator app on the page that asks for it; the app's secret."""
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("The six digits that the app shows").fill(six_digits(secret))
    press(page, "Set it up")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    return secret


# --- by a code -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [390, 1280])
def test_an_attendee_signs_in_on_a_phone_or_a_computer_and_out_again(
    width: int, edition: Edition, page_at: Callable[..., Page], mail_server: MailServer
) -> None:
    order = make.order(edition=edition, email="somchai@example.org")
    page = page_at(width)

    page.goto("/en/my-orders/")
    page.get_by_label("Your e-mail address").fill("Somchai@example.org")
    press(page, "Send me a code")
    code = re.search(r"\d{4}-\d{4}", text_of(mail_server, "somchai@example.org"))
    assert code
    page.get_by_label("The code from our mail").fill(code[0].replace("-", " "))
    press(page, "Sign in")

    expect(page.get_by_role("heading", level=1)).to_have_text("Your orders")
    expect(page.get_by_text(order.code)).to_be_visible()
    press(page, "Sign out")
    expect(page.get_by_text("You have signed out.")).to_be_visible()


def test_a_mistyped_code_is_said_at_the_field_and_a_new_one_can_be_had(
    edition: Edition, page_at: Callable[..., Page], mail_server: MailServer
) -> None:
    make.speaker(edition, email="ei@example.org")
    page = page_at(390)

    page.goto(SIGN_IN)
    page.get_by_label("Your e-mail address").fill("ei@example.org")
    press(page, "Send me a code")
    page.get_by_label("The code from our mail").fill("1234")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_contain_text("This is not the code in our newest mail.")
    press(page, "Send a new code")
    code = re.search(r"\d{4}-\d{4}", text_of(mail_server, "ei@example.org", count=2))
    assert code
    page.get_by_label("The code from our mail").fill(code[0])
    press(page, "Sign in")

    expect(page).to_have_url(re.compile("/en/speaker/"))


# --- by password and second factor -----------------------------------------------------------------------------


def test_a_new_organizer_sets_a_password_and_an_app_and_is_in_the_back_office(
    edition: Edition, page_at: Callable[..., Page], mail_server: MailServer
) -> None:
    make.user(DAW, duty="owner", edition=edition)
    page = page_at(390)

    page.goto("/admin/")
    page.get_by_role("link", name="My first time here").click()
    page.get_by_label("E-mail address").fill(DAW)
    press(page, "Send me the link")
    link = re.search(r"http://\S+", text_of(mail_server, DAW))
    assert link
    page.goto(link[0])
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, once more").fill(PASSWORD)
    press(page, "Set the password")
    page.get_by_role("link", name="Sign in", exact=True).last.click()
    page.goto("/admin/")
    give_password(page)
    set_up_app(page)
    page.get_by_role("link", name="I have kept them: to the back office").click()

    expect(page).to_have_url(re.compile("/admin/$"))


def test_a_key_is_added_and_opens_the_back_office(
    edition: Edition, page_at: Callable[..., Page], site: Web
) -> None:
    make.user(DAW, duty="owner", edition=edition, password=PASSWORD)
    page = page_at()
    # A key is bound to a name: browsers refuse it at a bare IP address.
    here = site.url.replace("127.0.0.1", "localhost")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )

    page.goto(f"{here}/admin/")
    give_password(page)
    page.get_by_role("link", name="Use a passkey or a security key instead").click()
    page.get_by_label("Name of the key").fill("Blue key")
    press(page, "Add the key")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    press(page, "Sign out")
    page.goto(f"{here}/admin/")
    give_password(page)
    press(page, "Use a passkey or security key")

    expect(page).to_have_url(f"{here}/admin/")


def test_a_key_that_the_browser_refuses_is_explained(edition: Edition, page_at: Callable[..., Page]) -> None:
    make.user(DAW, duty="owner", edition=edition, password=PASSWORD)
    page = page_at()

    page.goto("/admin/")
    give_password(page)
    page.get_by_role("link", name="Use a passkey or a security key instead").click()
    press(page, "Add the key")  # at a bare IP address browsers refuse all keys

    expect(page.get_by_role("alert")).to_contain_text("That did not work")


# --- every page ------------------------------------------------------------------------------------------------


def test_every_page_of_the_sign_in_is_accessible_and_fits_wide_and_light_narrow_and_dark(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    make.user(DAW, duty="owner", edition=edition, password=PASSWORD)
    page = page_at()
    faults: list[str] = []

    def look() -> None:
        for scheme, width in (("light", 1280), ("dark", 390)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            try:
                axe(page)
                browser.assert_fits(page)
            except AssertionError as found:
                faults.append(f"{page.url} {scheme} {width}: {found}")

    page.goto(SIGN_IN)
    look()
    press(page, "Send me a code")  # nothing typed: errors
    look()
    page.get_by_label("Your e-mail address").fill("nobody@example.org")
    press(page, "Send me a code")
    look()
    for path in ("/en/account/password/reset/", "/en/account/password/reset/sent/", "/en/account/inactive/"):
        page.goto(path)
        look()
    page.goto("/en/account/password/reset/1-nothing/")
    look()
    page.goto("/en/account/staff/")
    look()
    give_password(page)
    look()
    set_up_app(page)
    look()
    for path in (
        *("2fa/", "2fa/app/removal/", "2fa/keys/", "2fa/keys/new/", "2fa/recovery-codes/new/"),
        *("password/change/", "logout/"),
    ):
        page.goto(f"/en/account/{path}")
        look()

    assert not faults, "\n".join(faults)


def test_the_content_policy_refuses_nothing_on_the_pages_of_the_back_office(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    make.user(DAW, is_superuser=True, password=PASSWORD)
    page = page_at()

    page.goto("/admin/")
    give_password(page)
    set_up_app(page)
    lists = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]

    for path in ["/admin/", *lists, *(f"{path}add/" for path in lists)]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {200, 403}, (
            f"{answer.status} for {path}"
        )  # what the browser refused, page_at tells
