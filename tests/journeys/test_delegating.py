"""Registering several people at once on a phone: finding the way, bringing a table, and seeing what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from forum.models import Edition
from tests import make
from tests.journeys.test_registering import fill, headed, look_over, press

TABLE = FilePayload(
    name="people.csv", mimeType="text/csv", buffer=b"Name,E-mail,Country\nIrin,irin@example.org,Atlantis\n"
)


@pytest.fixture
def edition(transactional_db: None) -> Edition:
    edition = make.edition()
    make.group(edition, name="Suppliers")
    make.group(edition, name="Brands")
    make.ticket_type(edition, name="Main forum")
    return edition


def test_on_a_phone_the_registration_page_leads_to_that_for_delegations(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    page = page_at(390)
    page.goto("/en/register/")

    page.get_by_role("link", name="I register a delegation").click()

    headed(page, "Register a delegation")


@pytest.mark.parametrize("with_script", [True, False])
def test_what_became_of_a_table_and_of_more_rows_stands_before_ones_eyes(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None], with_script: bool
) -> None:
    page = page_at(390, java_script_enabled=with_script)
    page.goto("/en/register/delegation/")

    page.get_by_text("I have them in a table").click()
    press(page, "Fill the rows from it")
    expect(page).to_have_title("Error: Register a delegation · " + str(edition.name))
    expect(page.get_by_role("link", name="A table of people: Choose a file first.")).to_be_visible()
    expect(page.get_by_label("A table of people")).to_be_in_viewport()
    page.get_by_label("A table of people").set_input_files(TABLE)
    press(page, "Fill the rows from it")
    expect(page.get_by_text("1 person stands in it.")).to_be_in_viewport()
    expect(page.get_by_text("“Atlantis” is not known here.")).to_be_in_viewport()
    press(page, "More rows")
    expect(page.get_by_role("group", name="Person 2", exact=True)).to_be_in_viewport()
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Please have another look at this")).to_be_in_viewport()
    assert "#" not in page.url

    if with_script:
        look_over(page, axe)


def test_after_using_a_voucher_what_it_does_stands_before_ones_eyes(
    edition: Edition, page_at: Callable[..., Page]
) -> None:
    make.voucher(ticket_types=[edition.ticket_types.get()], code="CREW-75", value=75)
    page = page_at(390)
    page.goto("/en/register/")

    page.get_by_text("I have a voucher").click()
    page.get_by_label("Voucher").fill("crew-75")
    press(page, "Use the voucher")
    expect(page.get_by_text("Voucher CREW-75: 75% off")).to_be_in_viewport()

    fill(page, ticket="Main forum", email="")
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Please have another look at this")).to_be_in_viewport()
