"""The home of an edition, the pages that organizers write, what machines read, and what errors say."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
from django.utils import timezone

from forum import briefly
from forum.colours import DARK_GROUND, LIGHT_GROUND, Pair, contrast
from forum.models import Edition, Interest
from tests import make, staff

pytestmark = pytest.mark.django_db


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


# --- home ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "call"),
    [
        ("announced", 'href="/en/interest/">Tell me when registration opens'),
        ("open", 'href="/en/register/">Register'),
        ("closed", 'href="/en/agenda/">See the agenda'),
        ("running", 'href="#now">Now and next'),
        ("past", 'href="#what-came-of-it">What came of it'),
    ],
)
def test_the_home_page_has_one_call_to_action_and_it_follows_the_phase(
    client: Client, phase: str, call: str
) -> None:
    make.edition(phase, outcome="We agreed on much.")

    page = text(client, "/en/")

    assert re.findall(r'class="button[^"]*button-large"\s+(.*?)</a>', page) == [call]


def test_a_cancelled_edition_calls_nobody_to_register(client: Client) -> None:
    make.edition("open", cancelled_at=timezone.now())

    page = text(client, "/en/")

    assert "This edition will not take place" in page
    assert "/en/register/" not in page


def test_the_home_page_of_a_running_forum_shows_what_is_on_and_what_comes_next(client: Client) -> None:
    edition = make.edition("running")
    now = timezone.now()
    day = make.day(edition, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=5))
    for title, hours in (("On now", -0.5), ("Next thing", 1), ("Later thing", 3)):
        begins = now + timedelta(hours=hours)
        slot = make.slot(make.session(edition, title=title))
        slot.day, slot.starts_at, slot.ends_at = day, begins, begins + timedelta(hours=1)
        slot.save()
    make.release(edition)

    section = text(client, "/en/").split('id="now"')[1].split("</section>")[0]

    assert section.index("On now") < section.index("Next thing")
    assert "Later thing" not in section


def test_the_home_page_shows_what_the_edition_is_made_of(client: Client) -> None:
    edition = make.edition(about="About **work**.", brings="- Alliances", name="The Forum")
    make.group(edition, name="Suppliers")
    make.partner(edition, name="River Fund", website="https://fund.example.org/")
    make.day(edition, focus="Fair recruitment")
    make.speaker(edition, name="Aye Aye", is_featured=True)

    page = text(client, "/en/")

    for shown in (
        "The Forum",
        "<strong>work</strong>",
        "Alliances",
        "Suppliers",
        "River Fund",
        "Fair recruitment",
    ):
        assert shown in page
    assert "Aye Aye" in page


def test_the_home_page_needs_no_more_queries_for_three_of_each_than_for_one(
    client: Client, queries: Callable[[], Any]
) -> None:
    edition = make.edition()

    def more() -> None:
        make.partner(edition)
        make.page(edition, in_menu=True)
        make.track(edition)
        make.speaker(edition, is_featured=True, group=make.group(edition, shown_as=make.group(edition)))
        make.edition("past", slug=f"20{Edition.objects.count():02}")

    more()
    client.get("/en/")
    with queries() as with_one:
        client.get("/en/")
    more()
    more()
    with queries() as with_three:
        client.get("/en/")

    assert len(with_three) == len(with_one), with_three


def test_a_draft_edition_is_not_public(client: Client) -> None:
    make.edition()
    make.edition("draft", slug="2099")

    assert client.get("/en/2099/").status_code == 404
    assert "2099" not in text(client, "/en/")
    assert "2099" not in text(client, "/sitemap.xml")


def test_a_fresh_installation_says_that_nothing_is_published(client: Client) -> None:
    answer = client.get("/en/")

    assert answer.status_code == 404
    assert "No edition of the forum has been published" in answer.content.decode()


def test_a_public_page_sets_no_cookie_and_holds_no_token(client: Client) -> None:
    edition = make.edition()
    make.page(edition, "about")

    for path in ("/en/", "/en/about/", "/en/agenda/", "/en/speakers/"):
        answer = client.get(path)
        assert not answer.cookies, path
        assert b"csrfmiddlewaretoken" not in answer.content, path


def test_the_first_page_with_all_its_styles_weighs_little(client: Client) -> None:
    edition = make.edition(about="What it is about. " * 100)
    for _ in range(8):
        make.group(edition)
        make.speaker(edition, is_featured=True, bio="Long. " * 200)

    page = text(client, "/en/")
    style = text(client, re.findall(r'href="(/editions/[^"]+)"', page)[0])
    sheets = [settings.STATIC_ROOT / path for path in re.findall(r'href="/static/([^"]+\.css)"', page)]
    weight = sum(len(gzip.compress(part.encode())) for part in (page, style))
    weight += sum(len(gzip.compress(sheet.read_bytes())) for sheet in sheets)

    assert len(sheets) == 1
    assert weight < 60_000


# --- pages -----------------------------------------------------------------------------------------------------


def test_a_page_shows_what_organizers_wrote_without_what_they_must_not_write(client: Client) -> None:
    edition = make.edition()
    make.page(
        edition, "about", title="About us", body="We **listen**.\n\n<script>alert(1)</script>", in_menu=True
    )

    page = text(client, "/en/about/")

    assert "<h1>About us</h1>" in page
    assert "We <strong>listen</strong>." in page
    assert "<script>alert" not in page


def test_a_page_in_the_menu_is_in_the_menu_and_every_page_is_in_the_footer(client: Client) -> None:
    edition = make.edition()
    make.page(edition, "about", in_menu=True)
    make.page(edition, "privacy")

    header, footer = text(client, "/en/").split("<main")[0], text(client, "/en/").split("<footer")[1]

    assert "/en/about/" in header
    assert "/en/privacy/" not in header
    assert "/en/about/" in footer
    assert "/en/privacy/" in footer


def test_a_page_belongs_to_its_edition(client: Client) -> None:
    make.edition()
    make.page(make.edition("past", slug="2017"), "history")

    assert client.get("/en/2017/history/").status_code == 200
    assert client.get("/en/history/").status_code == 404


def test_a_page_speaks_the_readers_language_where_it_can_and_says_which_it_speaks(client: Client) -> None:
    edition = make.edition(languages=["en", "th"])
    make.page(edition, "about", title={"en": "About", "th": "เกี่ยวกับ"}, body={"en": "Only in English."})

    page = text(client, "/th/about/")

    assert '<html lang="th"' in page
    assert "<h1>เกี่ยวกับ</h1>" in page
    assert '<article class="prose" lang="en">' in page
    assert '<link rel="alternate" hreflang="en" href="' in page
    assert f'{settings.SITE_URL}/en/about/"' in page


# --- interest --------------------------------------------------------------------------------------------------


def test_an_address_left_is_kept_once_however_often_it_is_left(client: Client) -> None:
    edition = make.edition("announced")

    for email in ("somchai@example.org", "Somchai@Example.org"):
        answer = client.post("/en/interest/", {"email": email}, follow=True)
        assert "We will write to you" in answer.content.decode()

    assert [(one.email, one.edition) for one in Interest.objects.all()] == [("somchai@example.org", edition)]


def test_a_mistyped_address_is_told_at_the_field_and_in_a_summary_and_what_was_typed_is_kept(
    client: Client,
) -> None:
    make.edition("announced")

    page = client.post("/en/interest/", {"email": "somchai@"}).content.decode()

    assert "<title>Error:" in page
    assert '<a href="#id_email">' in page
    assert 'aria-describedby="id_email_helptext id_email_error"' in page
    assert 'value="somchai@"' in page


def test_leaving_addresses_again_and_again_is_stopped(client: Client) -> None:
    make.edition("announced")

    answers = [client.post("/en/interest/", {"email": f"nobody-{n}@example.org"}) for n in range(21)]

    assert [answer.status_code for answer in answers] == [302] * 20 + [429]
    assert Interest.objects.count() == 20


# --- for machines ----------------------------------------------------------------------------------------------


def test_the_sitemap_lists_every_public_page_in_every_language_of_its_edition(client: Client) -> None:
    edition = make.edition(languages=["en", "th"])
    make.page(edition, "about")
    make.page(make.edition("past", slug="2017"), "history")

    sitemap = text(client, "/sitemap.xml")

    for path in ("/en/", "/th/", "/en/about/", "/th/about/", "/en/agenda/", "/en/2017/history/"):
        assert f"{path}</loc>" in sitemap, path
    assert "/th/2017/history/" not in sitemap


def test_robots_are_told_where_the_sitemap_is_and_what_is_private(client: Client) -> None:
    robots = text(client, "/robots.txt")

    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in robots
    for private in ("/admin/", "/door/", "/*/orders/", "/*/tickets/", "/*/register/guest/"):
        assert f"Disallow: {private}" in robots


def test_a_group_has_the_colour_of_the_group_that_it_is_shown_as(client: Client) -> None:
    edition = make.edition()
    advocates = make.group(edition, colour="#a01f4b")
    survivors = make.group(edition, colour="#00ff00", shown_as=advocates)

    style = text(client, f"/editions/{edition.slug}/style.1.css")

    assert f".group-{advocates.pk} {{ --group: #a01f4b; }}" in style
    assert f".group-{survivors.pk} {{ --group: #a01f4b; }}" in style


def test_the_address_of_an_editions_style_changes_with_what_it_shows(client: Client) -> None:
    edition = make.edition()
    track = make.track(edition)
    seen = set()

    def look() -> None:
        briefly.forget()  # as after a second
        seen.add(re.findall(r"/editions/[^\"]+", text(client, "/en/"))[0])

    look()
    look()
    Edition.objects.update(accent="#123456")
    look()
    track.colour = "#654321"
    track.save()
    look()
    make.slot(make.session(edition))
    make.release(edition)
    look()

    assert len(seen) == 4


@pytest.mark.parametrize("colour", ["#ffff00", "#ffffff", "#000000", "#8a3b12", "#0000ff", "#7f7f7f"])
def test_any_accent_that_people_choose_becomes_one_that_can_be_read(colour: str) -> None:
    pair = Pair(colour)

    assert contrast(pair.text, LIGHT_GROUND) >= 4.5
    assert contrast(pair.text, "#ffffff") >= 4.5
    assert contrast(pair.text_by_night, DARK_GROUND) >= 4.5
    assert contrast(pair.text_by_night, pair.on_text_by_night) >= 4.5
    assert contrast(pair.text_strong, pair.tint) >= 4.5
    assert contrast(pair.text_strong_by_night, pair.tint_by_night) >= 4.5
    assert contrast(pair.mark, LIGHT_GROUND) >= 3
    assert contrast(pair.mark_by_night, DARK_GROUND) >= 3


def test_readers_get_the_styles_of_all_components_in_one_file() -> None:
    whole = Path(staticfiles_storage.path(staticfiles_storage.stored_name("css/site.css"))).read_text()

    assert "@import" not in whole
    for source in Path(settings.BASE_DIR / "static/css/components").glob("*.css"):
        assert source.read_text().strip() in whole, source.name


# --- errors ----------------------------------------------------------------------------------------------------


def test_a_page_that_is_not_there_shows_ways_on(client: Client) -> None:
    make.edition()

    answer = client.get("/en/not/here/at-all")
    page = answer.content.decode()

    assert answer.status_code == 404
    assert 'href="/en/agenda/"' in page
    assert 'href="/en/lost-link/"' in page
    assert "hello@example.org" in page


def test_a_page_that_is_not_there_says_so_in_a_fresh_installation_too(client: Client) -> None:
    answer = client.get("/en/nothing/")

    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_a_fault_of_ours_is_said_without_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(Edition.objects, "current", lambda: 1 / 0)

    with django_assert_num_queries(0):
        answer = client.get("/en/")

    assert answer.status_code == 500
    assert "The fault is ours" in answer.content.decode()


def test_a_form_without_its_token_is_answered_with_what_to_do() -> None:
    make.edition("announced")
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/en/interest/", {"email": "somchai@example.org"})

    assert answer.status_code == 403
    assert "Please send the form again" in answer.content.decode()


def test_the_styleguide_is_for_staff(client: Client) -> None:
    edition = make.edition()
    path = "/styleguide/"

    client.force_login(make.user())
    for_others = client.get(path)
    for_staff = staff.enter(client, make.user(duty="programme", edition=edition)).get(path)

    assert for_others.status_code != 200
    assert for_staff.status_code == 200
