"""Which languages there are, how they are called, and in which an edition is offered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import clear_url_caches, reverse
from django.utils.translation import override
from pytest_django import Settings

from forum import env, languages
from forum.models import Edition
from forum.templatetags.formats import in_language, spoken
from forum.translated import Translated, speaking_mainly
from tests import make, staff


@pytest.fixture
def with_khmer(settings: Settings) -> Iterator[None]:
    settings.LANGUAGES = languages.of_installation(["en", "th", "my", "km", "shn"], fallback="en")
    clear_url_caches()
    yield
    clear_url_caches()


def opened(edition: Edition) -> str:
    return reverse("admin:forum_edition_change", args=[edition.pk])


# --- of the installation ---


def test_an_installation_names_its_languages_by_blanks_or_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGES", "en th, my  km")

    assert env.words("LANGUAGES", "en") == ["en", "th", "my", "km"]


def test_a_list_whose_items_may_hold_blanks_is_separated_by_commas_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", "an old key, and an older one,")

    assert env.words("SECRET_KEY_FALLBACKS", between=",") == ["an old key", "and an older one"]


@pytest.mark.parametrize(("code", "own"), [("km", "ភាសាខ្មែរ"), ("shn", "လိၵ်ႈတႆး"), ("lo", "ລາວ"), ("xx", "xx")])
def test_a_language_is_called_as_its_speakers_write_it(code: str, own: str) -> None:
    assert languages.own_name(code) == own


def test_a_language_without_a_name_stops_the_start_and_says_why() -> None:
    with pytest.raises(ImproperlyConfigured, match="xx"):
        languages.of_installation(["en", "xx"], fallback="en")


def test_the_language_of_the_interface_cannot_be_left_out() -> None:
    with pytest.raises(ImproperlyConfigured, match="lacks en"):
        languages.of_installation(["th", "my"], fallback="en")


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "title"), [("km", "វេទិកា"), ("shn", "ပၢင်ၵုမ်")])
def test_a_language_that_an_installation_adds_is_read_at_its_own_address(
    code: str, title: str, with_khmer: None, client: Client
) -> None:
    edition = make.edition(languages=["en", code], name={"en": "Forum", code: title})

    page = client.get(f"/{code}/").content.decode()

    assert f'<html lang="{code}"' in page
    assert title in page
    assert "Register" in page
    assert edition.languages == ["en", code]


@pytest.mark.django_db
def test_khmer_is_written_beside_english_without_a_migration(with_khmer: None) -> None:
    edition = make.edition(languages=["en", "km"])
    page = make.page(edition, title="Visa")
    organizer = staff.at_work("programme", edition)
    address = reverse("admin:forum_page_change", args=[page.pk])

    form = organizer.get(address)
    organizer.post(address, staff.fields(form, title_km="ទិដ្ឋាការ"))

    page.refresh_from_db()
    assert "ភាសាខ្មែរ" in form.content.decode()
    assert page.title == {"en": "Visa", "km": "ទិដ្ឋាការ"}


@pytest.mark.django_db
def test_a_language_that_the_installation_has_no_more_is_offered_nowhere(client: Client) -> None:
    make.edition(languages=["en", "km"], name={"en": "Forum", "km": "វេទិកា"})

    assert 'hreflang="km"' not in client.get("/en/").content.decode()


# --- of an edition ---


@pytest.mark.django_db
def test_changing_the_main_language_keeps_all_languages_and_texts() -> None:
    edition = make.edition(
        languages=["en", "th", "my"],
        tagline={"en": "Three days", "th": "สามวัน"},
        name={"en": "F", "th": "เวที"},
    )
    owner = staff.at_work("owner", edition)

    owner.post(opened(edition), staff.fields(owner.get(opened(edition)), main_language="th"))

    edition.refresh_from_db()
    assert edition.languages == ["th", "en", "my"]
    assert edition.tagline == {"en": "Three days", "th": "สามวัน"}


@pytest.mark.django_db
def test_taking_a_language_away_hides_it_and_choosing_it_again_brings_its_texts_back() -> None:
    edition = make.edition(languages=["en", "th"], tagline={"en": "Three days", "th": "สามวัน"})
    owner = staff.at_work("owner", edition)
    sent = staff.fields(owner.get(opened(edition)), all_languages=["en"], tagline_en="Days")

    away = owner.post(opened(edition), sent, follow=True)
    edition.refresh_from_db()
    hidden = list(edition.languages)
    back = owner.post(
        opened(edition), staff.fields(owner.get(opened(edition)), all_languages=["en", "th"]), follow=True
    )

    edition.refresh_from_db()
    assert hidden == ["en"]
    assert "Thai is hidden now" in staff.said(away)
    assert "See what is missing" in staff.said(back)
    assert edition.languages == ["en", "th"]
    assert edition.tagline == {"en": "Days", "th": "สามวัน"}


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"main_language": "xx"}, {"all_languages": ["en", "xx"]}])
def test_an_edition_is_offered_only_in_languages_of_the_installation(wrong: dict[str, object]) -> None:
    edition = make.edition(languages=["en", "th"])
    owner = staff.at_work("owner", edition)

    answer = owner.post(opened(edition), staff.fields(owner.get(opened(edition)), **wrong))

    edition.refresh_from_db()
    assert list(answer.context["adminform"].form.errors) == list(wrong)
    assert edition.languages == ["en", "th"]


# --- what is said of a text ---


def test_a_text_in_another_language_than_the_pages_says_so() -> None:
    text = Translated({"my": "<b>မင်္ဂလာပါ</b>"})

    with override("th"), speaking_mainly("my"):
        assert spoken(text) == '<span lang="my">&lt;b&gt;မင်္ဂလာပါ&lt;/b&gt;</span>'
        assert in_language(text) == ' lang="my"'


def test_a_text_in_the_pages_language_says_nothing_and_is_still_escaped_by_the_template() -> None:
    text = Translated({"th": "สวัสดี & ลา"})

    with override("th"):
        assert spoken(text) is text
        assert in_language(text) == ""
    assert spoken("plain") == "plain"
    assert spoken(Translated()) == {}


def test_a_text_that_runs_the_other_way_says_that_too() -> None:
    with override("en"), speaking_mainly("ar"):
        assert spoken(Translated({"ar": "مرحبا"})) == '<span lang="ar" dir="rtl">مرحبا</span>'


@pytest.mark.django_db
def test_the_home_page_tells_the_language_of_whatever_thai_lacks(client: Client) -> None:
    edition = make.edition(
        languages=["en", "th"], outcome="Much.", brings="More.", about={"th": "ไทย"}, city={"th": "กรุงเทพ"}
    )
    make.group(edition, name="Brands", description="They buy.")
    make.day(edition, 1, focus="Wages")

    page = client.get("/th/").content.decode()

    for text in ("Brands", "They buy.", "Wages"):
        assert f'<span lang="en">{text}</span>' in page
    assert '<div class="brings" lang="en">' in page
    assert "กรุงเทพ" in page
    assert '<span lang="th"' not in page


@pytest.mark.django_db
def test_a_language_that_the_installation_serves_no_more_leads_nowhere(
    client: Client, settings: Settings
) -> None:
    edition = make.edition(languages=["my", "en", "th"], name={"my": "ဖိုရမ်", "en": "Forum"})
    make.slot(make.session(edition, title="Wages"))
    make.release(edition)
    settings.LANGUAGES = [("en", "English"), ("th", "Thai")]

    answers = [client.get("/", headers={"accept-language": wanted}) for wanted in ("my", "fr", "th")]

    assert [answer["Location"] for answer in answers] == ["/en/", "/en/", "/th/"]
    assert edition.main_language == "en"
    for path in ("/sitemap.xml", "/en/", "/en/agenda/", "/agenda.ics"):
        assert "/my/" not in client.get(path).content.decode(), path
