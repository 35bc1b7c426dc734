"""An organizer moves a session and releases; who speaks in it and who marked it read of it; then she goes back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forum.models import Edition
from tests import make, servers
from tests.browser import assert_fits
from tests.journeys.test_organizing import sit_down

Visit = Callable[..., Page]


@pytest.fixture
def edition(site: object) -> Edition:
    edition = make.edition(slug="2027", languages=["en", "th"])
    make.day(edition, 1)
    speaker = make.speaker(edition, name="Mei Lin", email="mei@example.org")
    hall = make.room(edition, name="Lotus hall")
    slot = make.slot(make.session(edition, title="Wages by phone", speakers=[speaker]), room=hall, at="10:20")
    make.agenda_of_user(edition, slot.session, user=make.user("marks@example.org"))
    make.release(edition)
    return edition


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_who_is_concerned_reads_of_a_release_and_an_organizer_goes_back(
    width: int,
    scheme: str,
    edition: Edition,
    page_at: Visit,
    axe: Callable[[Page], None],
    mail_server: servers.MailServer,
) -> None:
    office = sit_down(page_at(width, scheme), make.user(duty="programme", edition=edition))
    visitor = page_at(width, scheme)

    # She moves the session, sees who would be told, and releases.
    office.goto("/admin/agenda/slot/")
    office.get_by_role("link", name=re.compile("10:20")).click()
    for name, at in (("Starts at", "14:00"), ("Ends at", "15:00")):
        office.get_by_label(name).fill(make.moment(edition, 1, at).strftime("%Y-%m-%dT%H:%M"))
    office.get_by_role("button", name="Save", exact=True).click()
    office.goto("/admin/agenda/release/publish/")
    axe(office)
    assert_fits(office)
    told = office.locator("section.told")
    expect(told).to_contain_text("2 people get one mail each.")
    expect(told).to_contain_text("1 speaker, 1 person who marked a session")
    expect(told).not_to_contain_text("marks@example.org")
    told.get_by_text("The speakers, by name").click()
    expect(told.get_by_role("link", name="Mei Lin")).to_be_visible()
    office.get_by_role("button", name="Release").click()
    expect(office.get_by_text("Release 2 is public now.")).to_be_visible()

    # Both get a mail about it, and one of them wants no other.
    for address in ("mei@example.org", "marks@example.org"):
        [mail] = mail_server.wait_for(address)
        assert mail["Subject"] == "Moved: Wages by phone"
    [link] = re.findall(r"/en/agenda/no-news/\S+/", str(mail["List-Unsubscribe"]))
    visitor.goto(link)
    axe(visitor)
    assert_fits(visitor)
    visitor.get_by_role("button", name="Yes, write to me no more").click()
    expect(visitor.get_by_role("heading", name="You hear no more of changes")).to_be_visible()

    # Everybody reads what has changed.
    visitor.goto("/en/agenda/")
    visitor.get_by_role("link", name="What has changed").click()
    axe(visitor)
    assert_fits(visitor)
    expect(visitor.locator("main")).to_contain_text(
        re.compile(r"Moved\s+Wages by phone\s+Until now: .*10:20.*14:00", re.S)
    )

    # She goes back; the public sees the earlier state, her draft is as it was.
    office.goto("/admin/agenda/release/")
    office.get_by_role("link", name="Release 1").click()
    axe(office)
    assert_fits(office)
    office.get_by_role("link", name="Go back to it").click()
    axe(office)
    assert_fits(office)
    office.get_by_role("button", name="Go back").click()
    expect(office.get_by_text("Release 3 is public now: what Release 1 was.")).to_be_visible()
    expect(office.get_by_role("listitem").filter(has_text="Wages by phone")).to_contain_text("14:00")
    visitor.wait_for_timeout(600)
    visitor.goto("/en/agenda/")
    expect(visitor.locator("main")).to_contain_text("10:20")
    assert len(mail_server.wait_for("mei@example.org", 2)) == 2
    assert len(mail_server.to("marks@example.org")) == 1
