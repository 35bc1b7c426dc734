"""The bare address sends people to their language, as far as the edition is offered in it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wanted", "gets"),
    [
        ("th-TH,th;q=0.9,en;q=0.5", "/th/"),
        ("my", "/my/"),
        ("de-DE,de;q=0.9", "/en/"),
        ("de;q=0.9,th;q=0.1", "/th/"),
        ("", "/en/"),
        ("\x00;;q=nonsense", "/en/"),
    ],
)
def test_a_visitor_is_sent_to_the_best_of_the_languages_that_the_edition_is_offered_in(
    client: Client, wanted: str, gets: str
) -> None:
    make.edition(languages=["en", "th", "my"])

    answer = client.get("/", headers={"Accept-Language": wanted})

    assert answer.headers["Location"] == gets
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_visitor_is_not_sent_to_a_language_that_the_edition_is_not_offered_in(client: Client) -> None:
    make.edition(languages=["en"])

    answer = client.get("/", headers={"Accept-Language": "th"})

    assert answer.headers["Location"] == "/en/"


def test_a_fresh_installation_answers_in_the_default_language(client: Client) -> None:
    answer = client.get("/")

    assert answer.headers["Location"] == "/en/"
