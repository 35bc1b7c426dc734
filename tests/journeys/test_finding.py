"""Looking for a session or a person: while typing, by submitting, without a network, and by the hour of a long day."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

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


def test_without_a_network_what_the_page_shows_is_looked_through_all_the_same(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(390)
    page.goto("/en/speakers/")
    page.route("**/en/speakers/?q=*", lambda route: route.abort())

    page.get_by_role("searchbox").press_sequentially("zo")

    expect(page.locator(".person:visible")).to_have_count(1)
    assert cards(page) == ["Zoë Ångström"]


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
