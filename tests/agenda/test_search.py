"""Finding sessions: by parts of words in every script, and nothing that is not public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def found(client: Client, words: str, path: str = "/en/agenda/") -> str:
    answer = client.get(path, {"q": words})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def sessions() -> None:
    """Two sessions; one also has a Thai and a Burmese title."""
    edition = make.edition(languages=["en", "th", "my"])
    wages = make.session(
        edition,
        title={"en": "Paying wages", "th": "การจ่ายค่าจ้างแรงงาน", "my": "အလုပ်သမားလုပ်ခ"},
        abstract="Piece rates on piers.",
        speakers=[
            make.speaker(edition, name="Zoë Ångström"),
            make.speaker(edition, name="Hidden Person", listed=False),
        ],
        track=make.track(edition, name="Policy"),
    )
    make.slot(wages, room=make.room(edition, name="Lotus hall"))
    make.slot(make.session(edition, title="Recruitment fees", abstract="Who pays."), day=2)
    make.slot(make.session(edition, title="Closed wages", access="closed"), day=2, at="14:00")
    make.release(edition)


@pytest.mark.parametrize(
    "words",
    ["wage", "PAYING  wages", "ค่าจ้าง", "လုပ်ခ", "piers", "ångstr", "Ångström", "lotus", "polic", "wages zoë"],
)
def test_a_session_is_found_by_parts_of_words_of_its_card_and_its_texts_in_any_script(
    client: Client, sessions: None, words: str
) -> None:
    page = found(client, words)

    assert "Paying wages" in page
    assert "Recruitment fees" not in page
    assert "1 session found" in page


def test_signs_without_width_between_words_hide_nothing(client: Client) -> None:
    edition = make.edition()
    make.slot(make.session(edition, title="အလုပ်\u200bသမား လုပ်ခ"))
    make.slot(make.session(edition, title="Fees"), day=2)
    make.release(edition)

    for words in ("အလုပ်သမား", "အလုပ်\u2060သမား"):
        assert "1 session found" in found(client, words)


@pytest.mark.parametrize("words", ["closed", "hidden person", "nothing like it"])
def test_what_is_not_public_is_not_found(client: Client, sessions: None, words: str) -> None:
    page = found(client, words)

    assert "No session found" in page
    assert "Closed wages" not in page
    assert "Paying wages" not in page


def test_every_word_has_to_be_found(client: Client, sessions: None) -> None:
    assert "No session found" in found(client, "wages fees")


def test_a_found_list_has_an_address_to_share_and_the_whole_agenda_as_its_canonical_one(
    client: Client, sessions: None
) -> None:
    page = found(client, "wages")

    assert '<link rel="canonical" href="http://localhost:8000/en/agenda/">' in page
    assert 'value="wages"' in page
    assert "/th/agenda/?q=wages" in page


def test_what_was_looked_for_is_not_taken_for_html(client: Client, sessions: None) -> None:
    page = found(client, '"><script>alert(1)</script>')

    assert "<script>alert" not in page


@pytest.mark.parametrize("path", ["/en/agenda/", "/en/speakers/"])
def test_finding_asks_as_often_for_three_as_for_one(
    client: Client, queries: Callable[[], Any], path: str
) -> None:
    edition = make.edition()
    make.slot(make.session(edition, title="Wages 0", speakers=[make.speaker(edition, name="Wages A")]))
    make.release(edition)
    found(client, "wages", path)

    with queries() as with_one:
        found(client, "wages", path)
    for number in (1, 2):
        speaker = make.speaker(edition, name=f"Wages {number}")
        make.slot(make.session(edition, title=f"Wages {number}", speakers=[speaker]), day=number + 1)
    make.release(edition)
    with queries() as with_three:
        found(client, "wages", path)

    assert len(with_three) == len(with_one), with_three
