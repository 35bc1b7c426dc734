"""Planning one's days on a telephone: marking sessions with and without JavaScript, without a network, with others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from agenda.models import PersonalAgenda
from forum.models import Edition
from tests import browser, make
from tests.journeys.test_signing_in import text_of
from tests.servers import MailServer

MINE = "/en/my-agenda/"


@pytest.fixture
def edition(transactional_db: None) -> Edition:
    edition = make.edition(languages=["en", "th"])
    make.slot(make.session(edition, title="Wages", slug="wages"), at="10:00")
    make.slot(make.session(edition, title="Fees", slug="fees"), at="10:30")
    make.slot(make.session(edition, title="Contracts", slug="contracts"), day=2)
    make.slot(edition=edition, title="Lunch", at="12:00")
    make.release(edition)
    return edition


def titles(page: Page) -> list[str]:
    return page.locator(".own-session .session-card-title").all_inner_texts()


def ribbon(page: Page, title: str) -> Locator:
    return page.get_by_role("button", name=f"In my agenda: {title}")


def test_a_session_is_marked_and_the_mark_taken_off_without_javascript(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390, java_script_enabled=False)
    page.goto("/en/sessions/wages/")

    page.get_by_role("link", name="Add to my agenda").click()
    page.get_by_role("button", name="Add to my agenda").click()
    assert titles(page) == ["Wages"]
    browser.assert_fits(page)

    page.get_by_role("button", name="Remove Wages").click()
    expect(page.get_by_role("heading", name="Nothing is marked yet")).to_be_visible()


def test_a_ribbon_marks_at_once_and_is_still_there_on_other_pages(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390)
    page.goto("/en/agenda/")

    with page.expect_response(lambda answer: answer.request.method == "POST"):
        ribbon(page, "Wages").click()
    expect(ribbon(page, "Wages")).to_have_attribute("aria-pressed", "true")
    expect(ribbon(page, "Fees")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("link", name="My agenda (1)")).to_be_visible()
    axe(page)

    page.goto("/th/sessions/wages/")
    expect(page.locator(".is-marked")).to_have_count(1)
    axe(page)
    page.goto(MINE)
    assert titles(page) == ["Wages"]


def test_what_is_pressed_on_a_sessions_own_page_is_said_in_words(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(390)
    page.goto("/en/sessions/wages/")

    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Add to my agenda: Wages").click()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="In my agenda: Wages").click()

    expect(page.get_by_role("button", name="Add to my agenda: Wages")).to_be_visible()
    assert PersonalAgenda.objects.get().slugs == []


def test_ribbons_stay_on_what_a_search_finds(edition: Edition, page_at: Callable[..., Page]) -> None:
    page = page_at(390)
    page.goto("/en/agenda/")

    page.get_by_role("searchbox").fill("fees")
    expect(page.get_by_role("status")).to_contain_text("1 session found")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        ribbon(page, "Fees").click()

    assert PersonalAgenda.objects.get().slugs == ["fees"]


def test_without_a_network_marks_are_kept_and_sent_as_soon_as_there_is_one(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(390)
    page.goto("/en/agenda/")
    page.context.set_offline(True)

    ribbon(page, "Wages").click()
    ribbon(page, "Fees").click()
    expect(page.get_by_text("There is no network: it is kept on this device")).to_be_visible()
    expect(ribbon(page, "Wages")).to_have_attribute("aria-pressed", "true")
    assert not PersonalAgenda.objects.exists()

    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.context.set_offline(False)
    expect(page.get_by_text("There is no network")).to_have_count(0)
    assert PersonalAgenda.objects.get().slugs == ["fees", "wages"]


def test_ones_days_show_what_overlaps_and_are_readable_for_all(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390)
    page.goto("/en/agenda/")
    for title in ("Wages", "Fees", "Contracts"):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            ribbon(page, title).click()

    page.goto(MINE)

    assert titles(page) == ["Wages", "Fees", "Contracts"]
    expect(page.get_by_text("Overlaps with “Fees”, 10:30–11:30.")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        axe(page)
        browser.assert_fits(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Mail me the link")).to_be_hidden()
    assert titles(page) == ["Wages", "Fees", "Contracts"]


def test_the_link_opens_the_agenda_on_another_device_which_can_keep_it(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    first, second = page_at(390), page_at(390)
    first.goto("/en/agenda/")
    with first.expect_response(lambda answer: answer.request.method == "POST"):
        ribbon(first, "Wages").click()
    first.goto(MINE)
    link = first.locator(".own-link a").first.get_attribute("href")

    second.goto(str(link))
    axe(second)
    second.get_by_role("button", name="Keep it on this device").click()
    second.wait_for_url(f"**{MINE}")
    second.get_by_role("button", name="Remove Wages").click()

    expect(second.get_by_role("heading", name="Nothing is marked yet")).to_be_visible()
    first.reload()
    expect(first.get_by_role("heading", name="Nothing is marked yet")).to_be_visible()
    first.goto("/en/agenda/")
    expect(ribbon(first, "Wages")).to_have_attribute("aria-pressed", "false")


def test_on_a_shared_telephone_nothing_is_left_of_who_signed_out(
    edition: Edition, page_at: Callable[..., Page], mail_server: MailServer
) -> None:
    make.order(email="me@example.org", edition=edition)
    page = page_at(390)
    page.goto("/en/account/login/code/")
    page.get_by_label("Your e-mail address").fill("me@example.org")
    page.get_by_role("button", name="Send me a code").click()
    code = re.search(r"\d{4}-\d{4}", text_of(mail_server, "me@example.org"))
    assert code
    page.get_by_label("The code from our mail").fill(code[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/my-orders/")
    page.goto("/en/agenda/")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        ribbon(page, "Wages").click()
    page.goto(MINE)
    assert titles(page) == ["Wages"]

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/code/")

    assert page.evaluate("() => localStorage.length") == 0
    page.goto("/en/agenda/")
    expect(ribbon(page, "Wages")).to_have_attribute("aria-pressed", "false")
    page.goto(MINE)
    expect(page.get_by_role("heading", name="Nothing is marked yet")).to_be_visible()


# --- choosing, and one's own time ------------------------------------------------------------------------------


@pytest.mark.parametrize("with_javascript", [True, False])
def test_what_one_chooses_is_shown_and_has_an_address_of_its_own(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None], with_javascript: bool
) -> None:
    page = page_at(390, java_script_enabled=with_javascript)
    page.goto("/en/agenda/")

    page.get_by_text("Choose by day, track, language or room").click()
    page.get_by_label("Day", exact=True).select_option(index=2)
    if not with_javascript:
        page.get_by_role("button", name="Show what I chose").click()
    page.wait_for_url(re.compile(rf"[?&]day={edition.ends_on - timedelta(days=1)}"))

    expect(page.get_by_role("status")).to_have_text("1 session found.")
    assert page.locator(".session-card:visible .session-card-title").all_inner_texts() == ["Contracts"]
    browser.assert_fits(page)
    if with_javascript:
        axe(page)
        page.get_by_label("Day", exact=True).select_option(index=0)
        expect(page.locator(".session-card:visible")).to_have_count(3)


def test_times_are_shown_by_the_visitors_clock_on_demand_and_stay_so(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390, timezone_id="America/New_York")
    page.goto("/en/sessions/wages/")
    times = page.locator(".facts time")
    expect(times).to_have_text([re.compile(r"\d{4}$"), "10:00", "11:00"])

    page.get_by_role("button", name="Show in my time: America/New York").click()
    expect(times.nth(1)).to_have_text(re.compile("^2[12]:00$"))
    expect(times.nth(2)).to_have_text(re.compile(r"^2[23]:00 \(\w{3}\)$"))
    axe(page)

    page.goto("/en/agenda/")
    expect(page.locator(".page-header")).to_contain_text("Times are shown in your time: America/New York.")
    page.get_by_role("button", name="Show the forum’s own times").click()
    expect(page.locator(".session-card-time").first).to_have_text("10:00–11:00")


def test_who_is_where_the_forum_is_is_offered_no_other_time(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(390)
    page.goto("/en/agenda/")

    expect(page.get_by_role("button", name="In my agenda: Wages")).to_be_visible()
    assert page.get_by_role("button", name="Show in my time").count() == 0


def test_the_agenda_with_all_that_it_loads_is_light(edition: Edition, page_at: Callable[..., Page]) -> None:
    page = page_at(390)
    session = page.context.new_cdp_session(page)
    carried: list[float] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: carried.append(event["encodedDataLength"]))

    page.goto("/en/agenda/")
    page.wait_for_load_state("networkidle")

    assert len(carried) <= 15
    assert sum(carried) <= 60_000, carried  # with three sessions; bench/first-view measures a full one


def test_on_a_wide_screen_nothing_that_was_found_lies_upon_another(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(1280)
    page.goto(f"/en/agenda/?day={edition.starts_on}")

    for title in ("Wages", "Fees"):
        ribbon(page, title).click(trial=True)
        page.get_by_role("link", name=title).click(trial=True)
