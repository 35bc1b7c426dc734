"""Organizers at the timetable: by pointer, by keys alone, by touch, and two of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from agenda.models import Move, Room, Slot
from forum.models import Edition
from tests import make
from tests.browser import assert_fits
from tests.journeys.test_organizing import sit_down

Visit = Callable[..., Page]
SLOW = 15_000  # milliseconds, on a machine that does much else
PAGE = "/admin/agenda/slot/timetable/"


@pytest.fixture
def edition(site: object) -> Edition:
    edition = make.edition(slug="2027")
    for number in (1, 2):
        make.day(edition, number)
    lotus, teak = (
        make.room(edition, name="Lotus hall"),
        make.room(edition, name="Teak room"),
    )
    mei = make.speaker(edition, name="Mei Lin")
    mei.availabilities.create(
        starts_at=make.moment(edition, 1, "09:00"), ends_at=make.moment(edition, 1, "16:00")
    )
    make.slot(
        make.session(edition, title="Wages by phone", speakers=[mei], track=make.track(edition, name="Pay")),
        room=lotus,
        at="10:00",
    )
    make.slot(make.session(edition, title="From survey to remedy"), room=teak, at="11:00")
    make.slot(edition=edition, title="Lunch", at="12:00")
    make.session(edition, title="At sea, under which law?", format=make.format(edition, minutes=45))
    make.session(edition, title="Who pays for recruitment")
    return edition


@pytest.fixture
def office(edition: Edition, page_at: Visit) -> Callable[..., Page]:
    """The timetable, opened by another organizer each time."""

    def open_it(width: int = 1366, scheme: str = "light", name: str = "Thiri", **options: Any) -> Page:
        page = sit_down(
            page_at(width, scheme, **options), make.user(name=name, duty="programme", edition=edition)
        )
        page.goto(PAGE)
        if options.get("java_script_enabled", True):
            expect(page.locator(".tt-drawn")).to_be_visible()
            # The whole grid is in the window then.
            page.evaluate("document.querySelector('.tt-work').scrollIntoView()")
        return page

    return open_it


def cell(page: Page, title: str) -> Locator:
    return page.locator(f'.tt-cell:not(.tt-ghost)[data-title="{title}"]')


def where(title: str) -> tuple[str, str, int]:
    """Room, time and minutes of a session, as the database has them."""
    slot = Slot.objects.select_related("room", "day__edition").get(session__title__en=title)
    begins = slot.starts_at.astimezone(slot.day.edition.zone)
    return str(slot.room or "All rooms"), f"{begins:%H:%M}", (slot.ends_at - slot.starts_at).seconds // 60


def drag(page: Page, thing: Locator, room: str, minutes: int, *, grip: float = 4) -> None:
    """Take a cell by its top and let it go in a room, so many minutes after the grid begins."""
    column = page.locator(f'[data-cells="{Room.objects.get(name__en=room).pk}"]')
    measured = """([thing, column]) => [
        thing.getBoundingClientRect(), column.getBoundingClientRect(),
        parseFloat(document.getElementById("tt-grid").style.getPropertyValue("--hour")) / 60,
    ]"""
    begin, cells, scale = page.evaluate(measured, [thing.element_handle(), column.element_handle()])
    page.mouse.move(begin["x"] + 20, begin["y"] + grip)
    page.mouse.down()
    page.mouse.move(begin["x"] + 30, begin["y"] + grip + 20, steps=3)
    page.mouse.move(cells["x"] + 40, cells["y"] + minutes * scale + grip, steps=8)
    page.mouse.up()


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (390, "dark")])
def test_the_timetable_and_its_panels_can_be_read_by_everybody(
    width: int, scheme: str, edition: Edition, office: Visit, axe: Callable[[Page], None]
) -> None:
    page = office(width, scheme)
    axe(page)
    assert_fits(page)

    cell(page, "Wages by phone").get_by_role("link").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    axe(page)
    assert_fits(page)

    for address in (
        f"{PAGE}session-{edition.sessions.about('wages').get().pk}/",
        f"{PAGE}add/",
        f"/admin/speakers/speaker/{edition.speakers.get().pk}/change/",
    ):
        page.goto(address)
        axe(page)
        assert_fits(page)


def test_a_session_is_dragged_to_another_room_and_made_longer_and_that_is_undone(office: Visit) -> None:
    page = office()

    drag(page, cell(page, "Wages by phone"), "Teak room", 4 * 60 + 15)
    expect(cell(page, "Wages by phone")).to_contain_text("13:15–14:15", timeout=SLOW)
    moved = where("Wages by phone")
    box = cell(page, "Wages by phone").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 3)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] + 58, steps=5)
    page.mouse.up()
    expect(cell(page, "Wages by phone")).to_contain_text("13:15–14:45", timeout=SLOW)
    longer = where("Wages by phone")
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, "Wages by phone")).to_contain_text("13:15–14:15", timeout=SLOW)

    assert moved == ("Teak room", "13:15", 60)
    assert longer == ("Teak room", "13:15", 90)
    assert where("Wages by phone") == moved


def test_a_session_is_dragged_from_the_list_onto_the_grid_and_back(office: Visit) -> None:
    page = office()

    drag(page, cell(page, "At sea, under which law?"), "Lotus hall", 5 * 60)
    expect(cell(page, "At sea, under which law?")).to_contain_text("14:00–14:45", timeout=SLOW)
    scheduled = where("At sea, under which law?")
    box, aside = cell(page, "At sea, under which law?").bounding_box(), page.locator("aside").bounding_box()
    assert box
    assert aside
    page.mouse.move(box["x"] + 20, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(aside["x"] + 30, aside["y"] + 30, steps=8)
    page.mouse.up()
    expect(page.locator("#tt-count")).to_have_text("2", timeout=SLOW)

    assert scheduled == ("Lotus hall", "14:00", 45)
    assert not Slot.objects.filter(session__title__en="At sea, under which law?").exists()


def test_a_clash_is_refused_with_both_names_and_done_with_a_reason_that_stays(
    office: Visit, axe: Callable[[Page], None]
) -> None:
    page = office()

    drag(page, cell(page, "Wages by phone"), "Teak room", 2 * 60)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("“Wages by phone” and “From survey to remedy”", timeout=SLOW)
    axe(page)
    refused = where("Wages by phone")
    dialog.get_by_label("Reason, if something clashes").first.fill("The wall is opened.")
    dialog.get_by_role("button", name="Put it there").click()
    expect(dialog).to_be_hidden(timeout=SLOW)

    expect(cell(page, "Wages by phone")).to_contain_text("The wall is opened.", timeout=SLOW)
    expect(cell(page, "From survey to remedy")).to_contain_text("The wall is opened.", timeout=SLOW)
    expect(page.locator("#tt-clashes")).to_contain_text("1 with a reason", timeout=SLOW)
    assert refused == ("Lotus hall", "10:00", 60)
    assert where("Wages by phone") == ("Teak room", "11:00", 60)


def test_while_something_is_carried_the_hours_are_shown_in_which_its_people_cannot(office: Visit) -> None:
    page = office()
    box = cell(page, "Wages by phone").bounding_box()
    assert box

    page.mouse.move(box["x"] + 20, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 60, steps=4)
    shown = page.locator(".tt-away").all_inner_texts()
    page.keyboard.press("Escape")
    page.mouse.up()

    assert shown == ["Mei Lin: not available"]
    expect(page.locator(".tt-away")).to_have_count(0)
    assert where("Wages by phone") == ("Lotus hall", "10:00", 60)
    assert not Move.objects.exists()


def test_everything_is_done_with_keys_alone(office: Visit) -> None:
    page = office()
    said = page.locator("#tt-said")

    link = cell(page, "Wages by phone").get_by_role("link")
    link.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "+"):
        page.keyboard.press(key)
    expect(said).to_contain_text("10:30–11:45, Teak room")
    page.keyboard.press("Escape")
    expect(said).to_have_text("Put back.")
    for key in ("ArrowUp", "ArrowUp", "-"):
        page.keyboard.press(key)
    page.keyboard.press("Space")
    expect(cell(page, "Wages by phone")).to_contain_text("09:30–10:15", timeout=SLOW)
    expect(cell(page, "Wages by phone").get_by_role("link")).to_be_focused()
    moved = where("Wages by phone")

    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Wages by phone")).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell(page, "Wages by phone").get_by_role("link")).to_be_focused()

    cell(page, "Who pays for recruitment").get_by_role("link").focus()
    page.keyboard.press("Enter")
    dialog.get_by_label("Begins at").focus()
    page.keyboard.type("1530")
    dialog.get_by_role("combobox", name="Room").focus()
    page.keyboard.type("Teak")
    dialog.get_by_role("button", name="Put it there").focus()
    page.keyboard.press("Enter")
    expect(cell(page, "Who pays for recruitment")).to_contain_text("15:30–16:30", timeout=SLOW)

    assert moved == ("Lotus hall", "09:30", 45)
    assert where("Who pays for recruitment") == ("Teak room", "15:30", 60)


def test_of_two_organizers_each_sees_what_the_other_does_and_none_loses_anything(office: Visit) -> None:
    thiri, somchai = office(name="Thiri"), office(name="Somchai")
    somchai.route("**/timetable/state/", lambda route: route.abort())  # has not heard of it yet

    drag(thiri, cell(thiri, "Wages by phone"), "Lotus hall", 4 * 60)
    expect(cell(thiri, "Wages by phone")).to_contain_text("13:00–14:00", timeout=SLOW)
    drag(somchai, cell(somchai, "Wages by phone"), "Lotus hall", 5 * 60)
    dialog = somchai.get_by_role("dialog")
    expect(dialog).to_contain_text("Thiri moved “Wages by phone”", timeout=SLOW)
    between = where("Wages by phone")
    assert dialog.get_by_label("Begins at").input_value() == "14:00"
    dialog.get_by_role("button", name="Put it there").click()
    expect(dialog).to_be_hidden(timeout=SLOW)

    expect(cell(thiri, "Wages by phone")).to_contain_text("14:00–15:00", timeout=SLOW)
    assert between == ("Lotus hall", "13:00", 60)
    assert where("Wages by phone") == ("Lotus hall", "14:00", 60)


def test_without_a_script_the_forms_do_everything(office: Visit, axe: Callable[[Page], None]) -> None:
    page = office(390, java_script_enabled=False)

    page.get_by_role("link", name="Who pays for recruitment").click()
    page.get_by_label("Begins at").fill("15:30")
    page.get_by_role("combobox", name="Room").select_option("Teak room")
    page.get_by_role("button", name="Put it there").click()
    expect(page.get_by_text("15:30–16:30").first).to_be_visible()
    page.get_by_role("link", name="Who pays for recruitment").click()
    page.get_by_text("Put it and all that follows later").click()
    page.get_by_label("Minutes later").fill("20")
    page.get_by_role("button", name="Move all of it").click()

    assert where("Who pays for recruitment") == ("Teak room", "15:50", 60)


def test_a_finger_scrolls_unless_it_rests_first(office: Visit) -> None:
    page = office(1366, has_touch=True)
    touches = page.context.new_cdp_session(page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    def swipe(*, rests: bool) -> None:
        box = cell(page, "Wages by phone").bounding_box()
        assert box
        x, y = box["x"] + 20, box["y"] + 8
        touch("touchStart", {"x": x, "y": y})
        if rests:
            page.locator(".tt-ghost").wait_for(timeout=SLOW)
        for by in range(20, 121, 20):  # an hour down
            touch("touchMove", {"x": x, "y": y + by})
        touch("touchEnd")

    swipe(rests=False)
    page.wait_for_timeout(300)
    page.evaluate("document.getElementById('tt-scroll').scrollTop = 0")
    page.evaluate("document.querySelector('.tt-work').scrollIntoView()")
    page.wait_for_timeout(300)
    scrolled = where("Wages by phone")
    swipe(rests=True)
    expect(cell(page, "Wages by phone")).to_contain_text("11:00–12:00", timeout=SLOW)

    assert scrolled == ("Lotus hall", "10:00", 60)
    assert where("Wages by phone") == ("Lotus hall", "11:00", 60)
