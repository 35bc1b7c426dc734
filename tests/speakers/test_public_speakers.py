"""What visitors see of speakers: those who agreed, in an open session or featured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forum.models import Edition
from forum.templatetags.formats import initials
from tests import make

pytestmark = pytest.mark.django_db


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def released(edition: Edition, **fields: Any) -> Any:
    """A speaker in an open session of the current release."""
    speaker = make.speaker(edition, **fields)
    make.slot(make.session(edition, speakers=[speaker]))
    make.release(edition)
    return speaker


def test_a_speaker_is_public_when_they_agreed_and_speak_in_the_released_agenda(client: Client) -> None:
    edition = make.edition()
    released(edition, name="Aye Aye")
    released(edition, name="Bo Bo", listed=False)
    make.speaker(edition, name="Cho Cho")

    page = text(client, "/en/speakers/")

    assert "Aye Aye" in page
    assert "Bo Bo" not in page
    assert "Cho Cho" not in page


def test_a_featured_speaker_is_public_before_the_agenda_is(client: Client) -> None:
    edition = make.edition()
    speaker = make.speaker(edition, name="Aye Aye", is_featured=True)

    assert "Aye Aye" in text(client, "/en/")
    assert "Aye Aye" in text(client, f"/en/speakers/{speaker.slug}/")


def test_a_speaker_who_takes_their_agreement_back_is_gone_from_all_public_pages(client: Client) -> None:
    edition = make.edition()
    speaker = released(edition, name="Aye Aye")

    speaker.withdraw("listed")

    for path in ("/en/", "/en/speakers/", "/en/agenda/", "/sitemap.xml"):
        assert "Aye Aye" not in text(client, path)
        assert speaker.slug not in text(client, path)
    assert client.get(f"/en/speakers/{speaker.slug}/").status_code == 404


def test_a_speaker_page_says_where_to_hear_them_and_in_what_role(client: Client) -> None:
    edition = make.edition()
    speaker = make.speaker(edition, bio="Has packed **shrimp**.")
    session = make.session(edition, title="Wages", speakers=[speaker])
    session.appearances.update(role="moderator")
    make.slot(session, at="15:15")
    make.release(edition)

    page = text(client, f"/en/speakers/{speaker.slug}/")

    assert "<strong>shrimp</strong>" in page
    assert "Wages" in page
    assert "Moderator" in page
    assert "15:15" in page


def test_a_speakers_e_mail_is_on_no_public_page(client: Client) -> None:
    edition = make.edition()
    speaker = released(edition, email="private@example.org", is_featured=True)

    for path in ("/en/", "/en/speakers/", f"/en/speakers/{speaker.slug}/", "/en/agenda/"):
        assert "private@example.org" not in text(client, path)


def test_others_see_the_group_that_a_group_is_shown_as(client: Client) -> None:
    edition = make.edition()
    advocates = make.group(edition, name="Advocates")
    survivors = make.group(edition, name="Survivors", shown_as=advocates)
    speaker = released(edition, group=survivors)

    for path in ("/en/speakers/", f"/en/speakers/{speaker.slug}/"):
        assert "Advocates" in text(client, path)
        assert "Survivors" not in text(client, path)


def test_a_role_or_group_in_another_language_than_the_page_says_so(client: Client) -> None:
    edition = make.edition(languages=["en", "th"])
    group = make.group(edition, name={"en": "Advocates"})
    released(edition, name="Aye Aye", role={"en": "Director"}, group=group, is_featured=True)

    for path in ("/th/speakers/", "/th/"):
        assert '<span lang="en">Director</span>' in text(client, path)
        assert '<span lang="en">Advocates</span>' in text(client, path)
    assert 'lang="en">Director' not in text(client, "/en/speakers/")


def test_speakers_are_found_by_parts_of_words_in_any_script(client: Client) -> None:
    edition = make.edition()
    released(edition, name="สมชาย ใจดี", organisation="Dockside")
    released(edition, name="Zoë Ångström")

    by_thai, by_both = text(client, "/en/speakers/?q=ชาย"), text(client, "/en/speakers/?q=dock+สม")
    nobody = text(client, "/en/speakers/?q=nobody")

    assert "สมชาย" in by_thai
    assert "Ångström" not in by_thai
    assert "1 speaker found" in by_both
    assert "Nobody found" in nobody


@pytest.mark.parametrize("path", ["/en/speakers/", "a speaker"])
def test_a_page_needs_no_more_queries_for_three_speakers_than_for_one(
    client: Client, queries: Callable[[], Any], path: str
) -> None:
    edition = make.edition()
    speaker = released(edition, group=make.group(edition))
    path = f"/en/speakers/{speaker.slug}/" if path == "a speaker" else path
    client.get(path)

    with queries() as with_one:
        client.get(path)
    for _ in range(2):
        other = released(edition, group=make.group(edition, shown_as=make.group(edition)))
        make.slot(make.session(edition, speakers=[other, speaker]), day=2)
    make.release(edition)
    with queries() as with_three:
        client.get(path)

    assert len(with_three) == len(with_one), with_three


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Thiri Myat Noe", "TN"),
        ("Dr Aoife Ní Dhuibhir", "AD"),
        ("Anong Saelim อนงค์ แซ่ลิ้ม", "AS"),
        ("madonna louise", "M"),
        ("Đoàn Minh Anh", "ĐA"),
        ("เกศรา ใจดี", "เก"),
        ("မောင်မောင်", "မော"),
        ("क्षमा शर्मा", "क्ष"),
        ("王小明", "王"),
        ("“Kofi” Mensah", "KM"),
        ("", "·"),
    ],
)
def test_a_monogram_has_the_letters_that_begin_a_name_in_its_script(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_speakers_stand_by_letter_and_thai_names_by_their_consonant(client: Client) -> None:
    edition = make.edition()
    for name in ("ใจดี", "เกศรา", "ขวัญ", "กมล", "Dr Ámbar", "Amina", "ခင်", "โกวิท"):
        released(edition, name=name)

    context = client.get("/en/speakers/").context

    names = [one.name for one in context["speakers"]]
    assert names == ["Dr Ámbar", "Amina", "กมล", "เกศรา", "โกวิท", "ขวัญ", "ใจดี", "ခင်"]
    assert list(context["letters"]) == ["A", "ก", "ข", "จ", "ခ"]


def test_a_search_for_what_no_database_can_hold_finds_nothing_and_breaks_nothing(client: Client) -> None:
    make.edition()

    answer = client.get("/en/speakers/", {"q": "\x00"})

    assert answer.status_code == 200
