"""Organizers and speakers write in several languages, at a desk and on a telephone, with the script and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forum.models import Edition
from tests import make
from tests.browser import assert_fits
from tests.journeys.test_organizing import sit_down

Visit = Callable[..., Page]

SIZES = pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])


@pytest.fixture
def edition(site: object) -> Edition:
    edition = make.edition(slug="2027", languages=["en", "th", "my"])
    make.session(edition, title={"en": "Wages by phone", "th": "ค่าจ้าง"}, abstract="How much?\n\nAnd when?")
    make.track(edition, name="Recruitment")
    return edition


@SIZES
def test_an_organizer_writes_one_language_beside_another(
    width: int, scheme: str, edition: Edition, page_at: Visit, axe: Callable[[Page], None]
) -> None:
    session = edition.sessions.get()
    office = sit_down(page_at(width, scheme), make.user(duty="programme", edition=edition))

    office.goto(f"/admin/agenda/session/{session.pk}/change/")
    title = office.get_by_role("group", name="Title")
    boxes = [title.get_by_role("textbox", name=name) for name in ("English", "ภาษาไทย", "မြန်မာဘာသာ")]
    places = [box.bounding_box() for box in boxes]
    axe(office)
    assert_fits(office)

    assert all(places)
    if width == 1280:
        assert (
            len(
                {
                    (round(place["y"]), round(place["height"]), round(place["width"]))
                    for place in places
                    if place
                }
            )
            == 1
        )
    else:
        assert len({round(place["x"]) for place in places if place}) == 1
    missing = title.get_by_text("Missing").locator("visible=true")
    expect(missing).to_have_count(1)
    boxes[2].fill("လုပ်ခ")
    expect(missing).to_have_count(0)
    boxes[1].fill("")
    expect(missing).to_have_count(1)
    office.get_by_role("button", name="Save", exact=True).click()
    expect(office.get_by_text("was changed successfully")).to_be_visible()
    session.refresh_from_db()
    assert session.title == {"en": "Wages by phone", "my": "လုပ်ခ"}


@SIZES
def test_an_organizer_finds_what_is_missing_and_writes_it_on_a_sheet(
    width: int, scheme: str, edition: Edition, page_at: Visit, axe: Callable[[Page], None]
) -> None:
    office = sit_down(
        page_at(width, scheme, java_script_enabled=False), make.user(duty="programme", edition=edition)
    )

    office.goto("/admin/")
    office.get_by_role("link", name="See what is missing").click()
    assert_fits(office)
    office.get_by_role("link", name="Translate · Sessions, ภาษาไทย").click()
    assert_fits(office)
    office.get_by_role("textbox", name="Abstract").fill("เท่าไร")
    office.get_by_role("button", name="Save").click()

    expect(office.get_by_text("1 text is saved")).to_be_visible()
    expect(office.get_by_text("Nothing is missing here")).to_be_visible()
    assert edition.sessions.get().abstract["th"] == "เท่าไร"


@SIZES
def test_the_pages_of_translations_can_be_read_by_everybody(
    width: int, scheme: str, edition: Edition, page_at: Visit, axe: Callable[[Page], None]
) -> None:
    office = sit_down(page_at(width, scheme), make.user(duty="owner", edition=edition))
    session = edition.sessions.get()

    for address in ("/admin/", "/admin/translations/", "/admin/translations/agenda_session/my/"):
        office.goto(address)
        axe(office)
        assert_fits(office)
    office.get_by_role("textbox", name="Title").fill("ကျွန်ုပ်၏")
    session.title = session.title.merged({"my": "သူတို့၏"})
    session.save()
    office.get_by_role("button", name="Save").click()

    expect(office.get_by_text("သူတို့၏")).to_be_visible()
    expect(office.get_by_role("textbox", name="Title")).to_have_value("ကျွန်ုပ်၏")
    axe(office)
    assert_fits(office)
    office.get_by_role("checkbox", name="Put my text").check()
    office.get_by_role("button", name="Save").click()
    expect(office.get_by_text("1 text is saved")).to_be_visible()
    session.refresh_from_db()
    assert session.title["my"] == "ကျွန်ုပ်၏"


@SIZES
def test_a_speaker_writes_in_three_languages(
    width: int, scheme: str, edition: Edition, page_at: Visit, axe: Callable[[Page], None]
) -> None:
    speaker = make.speaker(edition, name="Mei Lin", user=make.user("mei@example.org"), bio="Buyer.")
    own = sit_down(page_at(width, scheme), speaker.user)

    own.goto(f"/en/speaker/2027/{speaker.slug}/bio/")
    axe(own)
    assert_fits(own)
    expect(own.get_by_text("Missing").locator("visible=true")).to_have_count(2)
    own.get_by_role("textbox", name="မြန်မာဘာသာ").fill("ဝယ်သူ")
    own.get_by_role("button", name="Save").click()

    expect(own.get_by_text("Your bio is saved")).to_be_visible()
    speaker.refresh_from_db()
    assert speaker.bio == {"en": "Buyer.", "my": "ဝယ်သူ"}
