"""Looking for a session or a person: while typing, by submitting, without a network, and by the hour of a long day."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from agenda.timetable import LONG
from forum.models import Edition
from tests import make


@pytest.fixture
def edition(transactional_db: None) -> Edition:
    edition = make.edition(languages=["en", "th"])
    speaker = make.speaker(edition, name="Zoë Ångström", bio="Has packed shrimp.")
    make.slot(
        make.session(edition, title="Paying wages", abstract="Piece rates on piers.", speakers=[speaker])
    )
    make.slot(make.session(edition, title={"en": "Fees", "th": "ค่าธรรมเนียมการจัดหางาน"}), at="11:00")
    make.slot(
        make.session(edition, title="Contracts", speakers=[make.speaker(edition, name="Aye Aye")]), day=2
    )
    make.slot(edition=edition, title="Lunch", at="12:00")
    make.release(edition)
    return edition


def cards(page: Page) -> list[str]:
    return page.locator(
        ".session-card:visible .session-card-title, .person:visible .person-name"
    ).all_inner_texts()


@pytest.mark.parametrize("with_javascript", [True, False])
def test_submitting_finds_in_all_texts_and_leads_to_an_address_that_shows_the_same(
    edition: Edition, page_at: Callable[..., Page], with_javascript: bool
) -> None:
    page = page_at(390, java_script_enabled=with_javascript)
    page.goto("/en/agenda/")

    page.get_by_role("searchbox").fill("piers")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/en/agenda/?q=piers")

    expect(page.locator(".found")).to_contain_text("1 session found")
    assert cards(page) == ["Paying wages"]
    again = page_at(390, java_script_enabled=with_javascript)
    again.goto("/en/agenda/?q=piers")
    assert cards(again) == ["Paying wages"]


def test_while_one_types_what_does_not_match_disappears_and_comes_back(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(1280)
    page.goto("/en/agenda/")
    box = page.get_by_role("searchbox")

    box.press_sequentially("ångs")
    expect(page.locator(".found")).to_contain_text("1 session found")
    assert cards(page) == ["Paying wages"]
    assert page.url.endswith("?q=%C3%A5ngs")
    axe(page)

    box.fill("")
    expect(page.locator(".session-card")).to_have_count(3)
    assert page.url.endswith("/en/agenda/")


def test_a_part_of_a_thai_word_is_found_and_the_language_switch_keeps_what_one_looks_for(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(1280)
    page.goto("/en/agenda/?q=จัดหา")

    assert cards(page) == ["Fees"]
    page.get_by_role("link", name="ภาษาไทย").click()
    assert page.url.endswith("/th/agenda/?q=%E0%B8%88%E0%B8%B1%E0%B8%94%E0%B8%AB%E0%B8%B2")
    assert cards(page) == ["ค่าธรรมเนียมการจัดหางาน"]


def test_the_language_switch_follows_what_one_types(edition: Edition, page_at: Callable[..., Page]) -> None:
    page = page_at(1280)
    page.goto("/en/agenda/?q=fees")
    box = page.get_by_role("searchbox")
    thai = page.get_by_role("link", name="ภาษาไทย")

    box.fill("wages & piers")
    expect(thai).to_have_attribute("href", re.compile(r"/th/agenda/\?q=wages\+%26\+piers$"))

    box.fill("")
    expect(thai).to_have_attribute("href", re.compile(r"/th/agenda/$"))


def test_an_answer_that_comes_late_does_not_overwrite_what_one_types_meanwhile(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(1280)
    page.goto("/en/agenda/")
    held: list[Route] = []
    page.route("**/en/agenda/?q=*", lambda route: held.append(route))
    box = page.get_by_role("searchbox")
    part = page.locator("#found")

    with page.expect_request("**/en/agenda/?q=piers"):
        box.fill("piers")
    with page.expect_request("**/en/agenda/?q=fees"):
        with page.expect_event("requestfailed", lambda request: request.url.endswith("?q=piers")):
            box.fill("fees")
        held[0].continue_()

    assert cards(page) == ["Fees"]
    expect(part).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("status")).to_be_empty()
    held[1].continue_()
    expect(page.get_by_role("status")).to_have_text("1 session found for “fees”.")
    expect(part).not_to_have_attribute("aria-busy", "true")
    assert page.url.endswith("?q=fees")


def test_who_has_reached_a_link_keeps_it_when_the_answer_comes(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(1280)
    page.goto("/en/agenda/")
    held: list[Route] = []
    page.route("**/en/agenda/?q=*", lambda route: held.append(route))

    with page.expect_request("**/en/agenda/?q=fees"):
        page.get_by_role("searchbox").fill("fees")
    page.get_by_role("link", name="Fees").focus()
    held[0].continue_()

    expect(page.get_by_role("status")).to_have_text("1 session found for “fees”.")
    expect(page.get_by_role("link", name="Fees")).to_be_focused()


@pytest.mark.parametrize("with_javascript", [True, False])
def test_what_was_found_is_said_once_in_a_line_that_stays(
    edition: Edition, page_at: Callable[..., Page], with_javascript: bool
) -> None:
    page = page_at(390, java_script_enabled=with_javascript)
    page.goto("/en/speakers/?q=shrimp")
    status = page.get_by_role("status")

    expect(status).to_have_text("1 speaker found for “shrimp”.")
    assert page.get_by_text("speaker found").count() == 1
    if with_javascript:
        line = status.element_handle()
        page.get_by_role("searchbox").fill("whales")
        expect(status).to_have_text("0 speakers found for “whales”.")
        expect(page.get_by_role("heading", name="Nobody found")).to_be_visible()
        assert line.evaluate("line => line.isConnected")


def test_without_a_network_what_the_page_shows_is_looked_through_all_the_same(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390)
    page.goto("/en/speakers/")
    page.route("**/en/speakers/?q=*", lambda route: route.abort())
    box = page.get_by_role("searchbox")

    box.press_sequentially("z\u200bo\ufeff")
    expect(page.locator(".person:visible")).to_have_count(1)
    assert cards(page) == ["Zoë Ångström"]
    expect(page.get_by_role("status")).to_have_text(
        "The site cannot be reached just now: only what this page shows was looked through."
    )

    box.fill("shrimp")
    expect(page.get_by_text("Nothing on this page matches.")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("The site cannot be reached just now")
    expect(page.get_by_role("status")).to_contain_text("Nothing on this page matches.")
    assert cards(page) == []
    axe(page)

    box.fill("")
    expect(page.locator(".person:visible")).to_have_count(2)
    expect(page.get_by_role("status")).to_be_empty()
    expect(page.get_by_text("Nothing on this page matches.")).to_be_hidden()


def test_without_a_network_a_page_of_other_results_says_that_they_are_others(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(390)
    page.goto("/en/agenda/?q=wages")
    page.route("**/en/agenda/*", lambda route: route.abort())

    page.get_by_role("searchbox").fill("fees")

    expect(page.get_by_role("status")).to_have_text(
        "The site cannot be reached just now: what stands here was found for earlier words."
    )
    assert cards(page) == ["Paying wages"]


def test_without_a_network_submitting_shows_the_browsers_own_page(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(390)
    page.goto("/en/agenda/")
    page.route("**/en/agenda/?q=*", lambda route: route.abort())

    page.get_by_role("searchbox").fill("piers")
    with page.expect_event("requestfailed", lambda request: request.is_navigation_request()) as failed:
        page.get_by_role("searchbox").press("Enter")

    assert failed.value.url.endswith("/en/agenda/?q=piers")


def test_the_hours_of_a_long_day_lead_to_what_begins_then(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    for number in range(LONG):
        make.slot(make.session(edition), at=f"{13 + number % 4}:00", room=make.room(edition))
    make.release(edition)
    page = page_at(390)
    page.goto("/en/agenda/")

    page.get_by_role("navigation", name="Hours").first.get_by_role("link", name="16:00").click()

    box = page.locator(f"[id='{edition.starts_on}-t-1600']").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 200
