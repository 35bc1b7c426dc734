"""Waiting for a place that is full, until one is free: on a phone, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forum.actor import Actor
from registration.models import Ticket
from tests import make
from tests.journeys.test_registering import headed, look_over, press
from tests.servers import MailServer


def link_in(mail_server: MailServer, count: int, part: str) -> str:
    """The link whose path begins with `part`, in the last of so many mails."""
    mail = mail_server.wait_for("irin@example.org", count=count)[-1]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    [found] = re.findall(rf"http\S+(/en/{part}/\S+)", text)[:1]
    return str(found)


@pytest.mark.parametrize("with_script", [True, False])
def test_who_waits_gets_the_place_that_somebody_gives_back(
    transactional_db: None,
    page_at: Callable[..., Page],
    axe: Callable[[Page], None],
    mail_server: MailServer,
    with_script: bool,
) -> None:
    edition = make.edition()
    make.group(edition, name="Suppliers")
    make.group(edition, name="Brands")
    kind = make.ticket_type(edition, name="Main forum", size=1)
    ticket = make.ticket(ticket_type=kind)
    page = page_at(390, java_script_enabled=with_script)

    def look() -> None:
        if with_script:
            look_over(page, axe)

    page.goto("/en/register/")
    look()
    page.get_by_role("radio", name=re.compile("^Suppliers")).check()
    press(page, "Join the waiting list")
    headed(page, "Join the waiting list")
    expect(page.get_by_text("You wait as: Suppliers")).to_be_visible()
    look()
    page.get_by_label("Your e-mail address").fill("irin@example.org")
    press(page, "Join the list")
    headed(page, "You are on the waiting list")
    look()
    page.goto(link_in(mail_server, 1, "waiting"))
    headed(page, "You are next")
    look()

    Ticket.objects.get(pk=ticket.pk).cancel(by=Actor.system())

    page.goto(link_in(mail_server, 2, "offers"))
    headed(page, "Register")
    expect(page.get_by_text("Your place is kept until")).to_be_visible()
    look()
    page.get_by_label("Your name", exact=True).fill("ไอริณ กล้าหาญ")
    press(page, "Continue")
    press(page, "Confirm")
    headed(page, "You are registered")
    assert kind.quotas.get().taken == 1


def test_what_is_full_for_a_group_is_offered_to_the_others(
    transactional_db: None, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    edition = make.edition()
    suppliers = make.group(edition, name="Suppliers")
    make.group(edition, name="Brands")
    make.quota(make.ticket_type(edition, name="Main forum"), size=0, groups=[suppliers])
    page = page_at(390)
    ticket, full = page.get_by_role("radio", name=re.compile("^Main forum")), "No places left for Suppliers"

    page.goto("/en/register/")
    expect(page.get_by_text(full)).to_be_visible()
    look_over(page, axe)
    page.get_by_role("radio", name=re.compile("^Brands")).check()
    expect(page.get_by_text(full)).to_be_hidden()
    ticket.check()
    page.get_by_role("radio", name=re.compile("^Suppliers")).check()

    expect(ticket).to_be_disabled()
    expect(ticket).not_to_be_checked()
    expect(page.get_by_text("Many places left")).to_be_hidden()
    look_over(page, axe)
    press(page, "Join the waiting list")
    expect(page.get_by_text("You wait as: Suppliers")).to_be_visible()
