"""A speaker looks after their profile: signs in by a code, writes a bio, sends a photo, sees both in public."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from speakers.models import Speaker
from tests import browser, make, pictures
from tests.servers import MailServer

ADDRESS = "amara@example.org"
Visit = Callable[..., Page]


@pytest.fixture
def speaker(transactional_db: None) -> Speaker:
    """Somebody who has agreed to be shown and speaks in the released agenda, and has never signed in."""
    edition = make.edition(languages=["en", "th"])
    speaker = make.speaker(edition, name="Amara Okafor", email=ADDRESS, bio="", group=make.group(edition))
    other = make.speaker(edition, name="Daw Khin Mar")
    make.slot(make.session(edition, title="What a living wage costs", speakers=[speaker, other]))
    make.slot(make.session(edition, title="Behind doors", access="closed", speakers=[speaker]), day=2)
    make.release(edition)
    return speaker


def sign_in(page: Page, mail_server: MailServer) -> None:
    """From the profile's address to the profile, with the code that comes by mail."""
    page.goto("/en/speaker/")
    page.get_by_label("e-mail").fill(ADDRESS)
    page.get_by_role("button", name="Send me a code").click()
    mail = mail_server.wait_for(ADDRESS)[-1]
    body = mail.get_body(("plain",))
    assert body
    code = re.search(r"\d{4}[ -]?\d{4}", body.get_content())
    assert code
    page.get_by_label("code").fill(code[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your profile", level=1)).to_be_visible()


def photo(content: bytes) -> Any:
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": content}


@pytest.mark.parametrize("width", [390, 1280])
def test_a_speaker_changes_bio_and_photo_and_sees_them_public(
    width: int, page_at: Visit, mail_server: MailServer, speaker: Speaker
) -> None:
    page = page_at(width)
    sign_in(page, mail_server)

    page.get_by_role("link", name="A bio").click()
    page.get_by_label("English").fill("I have **bargained** for twenty years.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".own-preview strong")).to_have_text("bargained")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your bio is saved.")).to_be_visible()

    page.get_by_role("link", name="Add a photo").click()
    page.get_by_label("Choose a photo").set_input_files(photo(pictures.from_a_phone(900, 1200)))
    frame = page.get_by_role("group", name="What is shown")
    frame.focus()
    for key in ("-", "-", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    browser.assert_fits(page)
    page.get_by_role("button", name="Use this photo").click()
    expect(page.get_by_text("This photo is shown with your profile.")).to_be_visible(timeout=20_000)
    page.goto(f"/en/speakers/{speaker.slug}/")

    expect(page.locator(".prose strong")).to_have_text("bargained")
    shown = page.locator(".speaker-page picture img")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.complete && image.naturalWidth > 0")
    assert shown.evaluate("image => image.currentSrc").endswith(".webp")
    speaker.refresh_from_db()
    assert speaker.photo_crop["size"] == pytest.approx(0.92)


def test_the_square_is_drawn_by_pointer_too(
    page_at: Visit, mail_server: MailServer, speaker: Speaker
) -> None:
    page = page_at(390)
    sign_in(page, mail_server)
    page.get_by_role("link", name="Add a photo").click()
    page.get_by_label("Choose a photo").set_input_files(photo(pictures.jpeg(600, 1200)))
    frame = page.get_by_role("group", name="What is shown")
    before = frame.bounding_box()
    assert before

    page.mouse.move(before["x"] + 40, before["y"] + 40)
    page.mouse.down()
    page.mouse.move(before["x"] + 40, before["y"] + 90, steps=5)
    page.mouse.up()

    after = frame.bounding_box()
    assert after
    assert after["y"] - before["y"] == pytest.approx(50, abs=2)
    assert float(page.locator("[name=crop_top]").input_value()) > 0.2


def test_without_any_script_a_broken_file_is_explained_and_a_photo_is_taken(
    page_at: Visit, mail_server: MailServer, speaker: Speaker
) -> None:
    page = page_at(390, java_script_enabled=False)
    sign_in(page, mail_server)
    page.get_by_role("link", name="Add a photo").click()

    page.get_by_label("Choose a photo").set_input_files(photo(b"<svg onload=alert(1)>"))
    page.get_by_text("The bottom").click()
    page.get_by_role("button", name="Use this photo").click()
    expect(page.locator("#id_photo_error")).to_contain_text("not a JPEG, PNG or WebP picture")
    page.get_by_label("Choose a photo").set_input_files(photo(pictures.jpeg(600, 1200)))
    page.get_by_role("button", name="Use this photo").click()

    expect(page.get_by_text("Your photo has arrived.")).to_be_visible()
    speaker.refresh_from_db()
    assert speaker.photo_crop == {"left": 0, "top": 0.5, "size": 1}


def test_a_broken_file_is_explained_beside_the_field(
    page_at: Visit, mail_server: MailServer, speaker: Speaker
) -> None:
    page = page_at(390)
    sign_in(page, mail_server)
    page.get_by_role("link", name="Add a photo").click()

    page.get_by_label("Choose a photo").set_input_files(photo(pictures.jpeg()[:3000]))
    page.get_by_role("button", name="Use this photo").click()

    expect(page.locator("#id_photo_error")).to_contain_text("damaged or incomplete")
    expect(page.get_by_label("Choose a photo")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Choose a photo")).to_have_attribute(
        "aria-describedby", re.compile("id_photo_error")
    )


def test_the_pages_of_a_speaker_are_accessible_and_never_too_wide(
    page_at: Visit, mail_server: MailServer, axe: Callable[[Page], None], speaker: Speaker
) -> None:
    page = page_at()
    sign_in(page, mail_server)
    profile = page.url

    for width, scheme in product((390, 1280), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for part in ("", "about/", "bio/", "consent/", "photo/"):
            page.goto(profile + part)
            axe(page)
            browser.assert_fits(page)
        page.get_by_label("Choose a photo").set_input_files(photo(pictures.jpeg()))
        expect(page.get_by_role("group", name="What is shown")).to_be_visible()
        axe(page)
        browser.assert_fits(page)
        page.get_by_label("Choose a photo").set_input_files(photo(b"no picture"))
        page.get_by_role("button", name="Use this photo").click()
        expect(page.locator("#id_photo_error")).to_be_visible()
        axe(page)
