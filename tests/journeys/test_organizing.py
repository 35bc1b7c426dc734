"""An organizer moves a session, sees that it is not public yet, releases, and sees it public."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from playwright.sync_api import Page, expect

from forum.models import Edition, User
from tests import make, staff
from tests.browser import assert_fits

Visit = Callable[..., Page]


@pytest.fixture
def edition(site: object) -> Edition:
    edition = make.edition(slug="2027", languages=["en", "th"])
    for number in (1, 2):
        make.day(edition, number)
    hall = make.room(edition, name="Lotus hall")
    make.room(edition, name="Teak room")
    speaker = make.speaker(edition, name="Mei Lin", group=make.group(edition, name="Brands"))
    make.slot(make.session(edition, title="Wages by phone", speakers=[speaker]), room=hall, at="10:20")
    make.slot(make.session(edition, title="From survey to remedy"), room=hall, at="14:00")
    make.release(edition)
    return edition


def sit_down(page: Page, user: User) -> Page:
    """Let this browser be that of somebody who has signed in with password and second factor."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    staff.show_both(session, user)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": settings.SITE_URL}]
    )
    return page


def agenda(page: Page) -> str:
    page.goto("/en/agenda/")
    return page.locator("main").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_an_organizer_moves_a_session_releases_and_sees_it_public(
    width: int, scheme: str, edition: Edition, page_at: Visit, axe: Callable[[Page], None]
) -> None:
    office = sit_down(page_at(width, scheme), make.user(duty="programme", edition=edition))
    visitor = page_at(width, scheme)

    office.goto("/admin/")
    axe(office)
    assert_fits(office)
    office.get_by_role("main").get_by_role("link", name="Sessions", exact=True).click()
    axe(office)
    assert_fits(office)
    office.get_by_role("link", name="Wages by phone").click()
    axe(office)
    assert_fits(office)
    office.get_by_role("textbox", name="Starts at").fill(
        make.moment(edition, 2, "11:40").strftime("%Y-%m-%dT%H:%M")
    )
    office.get_by_role("textbox", name="Ends at").fill(
        make.moment(edition, 2, "12:40").strftime("%Y-%m-%dT%H:%M")
    )
    office.get_by_role("combobox", name="Room", exact=True).select_option("Teak room")
    office.get_by_role("button", name="Save", exact=True).click()

    expect(office.get_by_text("was changed successfully")).to_be_visible()
    assert "10:20" in agenda(visitor)

    office.get_by_role("link", name="Release the agenda").click()
    axe(office)
    assert_fits(office)
    change = office.get_by_role("listitem").filter(has_text="Wages by phone")
    expect(change).to_contain_text("10:20–11:20 · Lotus hall")
    expect(change).to_contain_text("11:40–12:40 · Teak room")
    office.get_by_role("button", name="Release").click()

    expect(office.get_by_text("is public now")).to_be_visible()
    expect(office.get_by_text("nothing to release")).to_be_visible()
    released_at = time.monotonic()
    while "11:40" not in (seen := agenda(visitor)) and time.monotonic() < released_at + 1:
        pass
    assert "11:40" in seen
    assert "10:20" not in seen


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_a_speaker_is_found_by_typing_and_put_into_a_session(
    width: int, scheme: str, edition: Edition, page_at: Visit, axe: Callable[[Page], None]
) -> None:
    make.speaker(edition, name="Somchai Jaidee")
    session = edition.sessions.about("survey").get()
    office = sit_down(page_at(width, scheme), make.user(duty="programme", edition=edition))

    office.goto(f"/admin/agenda/session/{session.pk}/change/")
    office.get_by_role("combobox", name="Speaker", exact=True).first.click()
    office.get_by_role("searchbox", name="Speaker").fill("jaid")
    office.get_by_role("option", name="Somchai Jaidee").click()
    axe(office)
    office.get_by_role("button", name="Save", exact=True).click()

    expect(office.get_by_text("was changed successfully")).to_be_visible()
    assert [str(one.speaker) for one in session.appearances.all()] == ["Somchai Jaidee"]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_kind_of_page_can_be_read_by_everybody(
    width: int, scheme: str, edition: Edition, page_at: Visit, axe: Callable[[Page], None]
) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=edition), status="requested")
    track, quota = make.track(edition), make.ticket_type(edition, size=5).quotas.get()
    make.set_aside(quota, 2, make.group(edition))
    make.voucher(edition)
    edition.issuer_name = "Forum Foundation"
    edition.save()
    make.invoice(make.order(edition=edition, price=25000))
    session = edition.sessions.first()
    office = sit_down(page_at(width, scheme), make.user(duty="owner", edition=edition))

    for address in (
        f"/admin/agenda/track/{track.pk}/delete/",
        f"/admin/agenda/session/{session.pk}/delete/",
        "/admin/agenda/session/add/",
        f"/admin/registration/ticket/{ticket.pk}/change/",
        f"/admin/registration/ticket/{ticket.pk}/group/",
        "/admin/registration/ticket/?q=a",
        f"/admin/registration/order/{ticket.order.pk}/change/",
        "/admin/registration/order/",
        "/admin/registration/order/by-hand/",
        "/admin/registration/invoice/",
        "/admin/registration/payment/money/",
        "/admin/registration/voucher/",
        "/admin/registration/voucher/add/",
        "/admin/registration/voucher/many/",
        f"/admin/registration/quota/{quota.pk}/change/",
        f"/admin/registration/quota/{quota.pk}/set-aside/",
        "/admin/registration/quota/",
        f"/admin/forum/edition/{edition.pk}/change/",
        "/admin/forum/duty/add/",
        f"/admin/speakers/speaker/{edition.speakers.get().pk}/change/",
    ):
        office.goto(address)
        axe(office)
        assert_fits(office)
    office.goto(f"/admin/registration/ticket/{ticket.pk}/change/")
    office.get_by_role("button", name="Decline").click()
    axe(office)
    office.get_by_label("Reason").fill("It is for fellows.")
    office.get_by_role("button", name="Decline").click()

    expect(office.get_by_text("the attendee is told")).to_be_visible()
