"""An edition's own questions, answered while registering and afterwards: with a script and without one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from forum.models import Edition
from registration.models import Answer
from tests import make
from tests.journeys.test_registering import fill, headed, look_over, press

PDF = FilePayload(name="letter.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7\n%%EOF\n")


@pytest.fixture
def edition(transactional_db: None) -> Edition:
    """A forum that asks about visas, and suppliers about their people."""
    edition = make.edition()
    suppliers = make.group(edition, slug="suppliers", name="Suppliers")
    make.group(edition, slug="brands", name="Brands")
    make.ticket_type(edition, name="Main forum")
    visa = make.question(edition, label="Do you need a visa?", kind="yes-no", position=1)
    make.question(
        edition,
        label="Which passport?",
        kind="country",
        is_required=True,
        depends_on=visa,
        depends_answer="yes",
        position=2,
    )
    make.question(edition, label="How many people?", kind="number", groups=[suppliers], position=3)
    make.question(edition, label="A letter of support", kind="file", is_required=True, position=4)
    return edition


def test_questions_come_and_go_with_what_is_chosen(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_at(390)
    page.goto("/en/register/")
    passport, people = page.get_by_label("Which passport?"), page.get_by_label("How many people?")

    expect(people).to_be_hidden()
    fill(page, ticket="Main forum", email="irin@example.org")
    expect(people).to_be_visible()
    expect(passport).to_be_hidden()
    page.get_by_role("radio", name="Yes", exact=True).check()
    expect(passport).to_be_visible()
    look_over(page, axe)
    page.get_by_role("radio", name="No", exact=True).check()
    expect(passport).to_be_hidden()
    page.get_by_role("radio", name="Brands").check()
    expect(people).to_be_hidden()
    press(page, "Continue")

    headed(page, "Is this right?")


@pytest.mark.parametrize("has_script", [True, False])
def test_answers_are_given_while_registering_and_a_file_afterwards(
    edition: Edition, page_at: Callable[..., Page], axe: Callable[[Page], None], has_script: bool
) -> None:
    page = page_at(390, java_script_enabled=has_script)
    page.goto("/en/register/")
    fill(page, ticket="Main forum", email="irin@example.org")
    page.get_by_role("radio", name="Yes", exact=True).check()
    if not has_script:
        press(page, "Continue")
        headed(page, "A few more questions")
    page.get_by_label("Which passport?").select_option("MM")
    page.get_by_label("How many people?").fill("1200")
    press(page, "Continue")
    headed(page, "Is this right?")
    expect(page.get_by_text("Myanmar")).to_be_visible()
    press(page, "Confirm")
    headed(page, "You are registered")
    page.get_by_role("link", name="Answer the questions").click()
    headed(page, "A few questions")
    if has_script:
        look_over(page, axe)
    page.get_by_label("A letter of support").set_input_files(PDF)
    press(page, "Keep my answers")

    headed(page, "Your ticket")
    expect(page.get_by_text("letter.pdf")).to_be_visible()
    assert Answer.objects.count() == 4
