"""Every public page, as people see it: readable for all by WCAG 2.2 AA in both colour schemes, and never too wide."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page

from agenda.models import Session
from forum.actor import Actor
from tests import browser, make

LONG = "Bundesverband der Lieferkettensorgfaltspflichtenberatungsgesellschaften"


@pytest.fixture
def addresses(transactional_db: None) -> list[str]:
    """A forum with something of everything, long words and cancelled sessions too; its public addresses."""
    edition = make.edition(
        about="Labour exploitation follows from how goods are priced.\n\n- One thing\n- Another",
        brings="- **Alliances** that hold\n- **Measures** that mean something",
        accent="#e8b100",
    )
    earlier = make.edition("past", slug="2017", outcome="It **worked**.")
    groups = [make.group(edition, colour=colour) for colour in ("#8a3b12", "#ffe000", "#00204a")]
    track, kind = make.track(edition, colour="#f5f500"), make.format(edition)
    rooms = [make.room(edition, position=number) for number in range(5)]
    people = [
        make.speaker(edition, group=group, is_featured=True, role="Director", country="TH", organisation=LONG)
        for group in groups
    ]
    for day in (1, 2, 3):
        make.slot(edition=edition, title="Lunch for everybody", at="12:00", day=day)
        for room in rooms:
            session = make.session(
                edition,
                title=f"{LONG}: what it costs",
                track=track,
                format=kind,
                speakers=people,
                spoken_languages=["en"],
                interpreted_languages=["th", "my"],
            )
            make.slot(session, room=room, day=day)
    cancelled: Session = edition.sessions.latest("pk")
    cancelled.cancel(by=Actor.system())
    make.page(edition, "about", in_menu=True, body="## Part\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> Said.")
    make.partner(edition, website="https://fund.example.org/")
    make.release(edition)
    return [
        *("/en/", "/en/agenda/", f"/en/agenda/{edition.starts_on}/", f"/en/sessions/{session.slug}/"),
        *(f"/en/sessions/{cancelled.slug}/", "/en/speakers/", f"/en/speakers/{people[0].slug}/"),
        *("/en/speakers/?q=nobody", "/en/about/", "/en/interest/", "/en/not-here/", f"/en/{earlier.slug}/"),
        f"/en/{earlier.slug}/agenda/",
    ]


def test_every_public_page_is_accessible_in_both_colour_schemes_wide_and_narrow(
    addresses: list[str], page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at()
    faults = []

    for address in addresses:
        page.goto(address)
        for scheme, width in product(("light", "dark"), (390, 1280)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            try:
                axe(page)
            except AssertionError as found:
                faults.append(f"{address} {scheme} {width}: {found}")

    assert not faults, "\n".join(faults)


def test_no_public_page_scrolls_sideways(addresses: list[str], page_at: Callable[..., Page]) -> None:
    page = page_at()
    faults = []

    for address in addresses:
        page.goto(address)
        for width in (320, 390, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            try:
                browser.assert_fits(page)
            except AssertionError as found:
                faults.append(str(found))

    assert not faults, "\n".join(faults)


def test_the_menu_opens_and_closes_without_any_script_of_ours(
    addresses: list[str], page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390)
    page.goto("/en/")
    assert page.locator("script[src]").count() == 0

    page.get_by_role("button", name="Menu").click()
    axe(page)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Agenda").click()

    assert page.url.endswith("/en/agenda/")


def test_rooms_stand_side_by_side_where_there_is_room_and_below_one_another_on_a_phone(
    addresses: list[str], page_at: Callable[..., Page]
) -> None:
    page = page_at(1280)
    page.goto(addresses[2])
    cards = page.locator(".timetable .session-card")

    on_wide = [card.bounding_box() or {} for card in cards.all()]
    page.set_viewport_size({"width": 390, "height": 900})
    on_narrow = [card.bounding_box() or {} for card in cards.all()]

    assert len({round(box["y"]) for box in on_wide}) == 1
    assert len({round(box["x"]) for box in on_wide}) == 5
    assert len({round(box["y"]) for box in on_narrow}) == 5
    assert len({round(box["x"]) for box in on_narrow}) == 1


def test_with_the_keyboard_one_gets_past_the_header_at_once(
    addresses: list[str], page_at: Callable[..., Page]
) -> None:
    page = page_at()
    page.goto("/en/agenda/")

    for key in ("Tab", "Enter", "Tab"):
        page.keyboard.press(key)

    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")
