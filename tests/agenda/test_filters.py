"""Choosing among the sessions of the agenda by what they are, together with words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agenda.models import Day
from forum.models import Edition
from tests import make

pytestmark = pytest.mark.django_db
Queries = Callable[[], Any]


@pytest.fixture
def edition() -> Edition:
    edition = make.edition(languages=["en", "th"])
    track, kind, room = make.track(edition), make.format(edition), make.room(edition)
    make.slot(
        make.session(edition, title="Wages", track=track, spoken_languages=["th"], abstract="Piers."),
        room=room,
    )
    make.slot(make.session(edition, title="Fees", format=kind, interpreted_languages=["th", "my"]), day=2)
    make.slot(make.session(edition, title="Opening", track=track), room=None, at="09:00")
    make.slot(edition=edition, title="Lunch", at="12:00")
    make.release(edition)
    return edition


def found(client: Client, **chosen: object) -> list[str]:
    page = client.get("/en/agenda/", chosen).content.decode()
    return re.findall(r'class="session-card-title"><a[^>]*>([^<]+)', page)


def test_each_choice_shows_what_fits_it(client: Client, edition: Edition) -> None:
    track, kind = edition.tracks.get(), edition.formats.get()
    room = edition.rooms.first()
    days = [day.date for day in Day.objects.of(edition)]

    assert found(client) == ["Opening", "Wages", "Fees"]
    assert found(client, track=track.pk) == ["Opening", "Wages"]
    assert found(client, format=kind.pk) == ["Fees"]
    assert found(client, day=days[1]) == ["Fees"]
    assert found(client, language="th") == ["Wages", "Fees"]
    assert found(client, language="my") == ["Fees"]
    assert found(client, room=room.pk) == ["Opening", "Wages"]


def test_choices_and_words_count_together(client: Client, edition: Edition) -> None:
    assert found(client, language="th", q="piers") == ["Wages"]
    assert found(client, language="my", q="piers") == []
    assert found(client, language="th", day=edition.starts_on) == ["Wages"]


def test_what_the_agenda_has_nothing_of_is_as_good_as_not_chosen(client: Client, edition: Edition) -> None:
    for value in ("999999", "x", "\x00", " "):
        assert len(found(client, track=value, room=value, day=value, group=value, language=value)) == 3


def test_a_page_of_choices_says_how_many_fit_keeps_them_and_names_the_whole_page_to_search_engines(
    client: Client, edition: Edition
) -> None:
    page = client.get("/en/agenda/", {"language": "th", "q": "piers"}).content.decode()

    assert '<option value="th" selected>Thai</option>' in page
    assert 'href="/th/agenda/?q=piers&amp;language=th"' in page
    assert re.search(r'<link rel="canonical" href="[^"?]+/en/agenda/">', page)
    assert "1 session found for “piers”." in page
    assert "2 sessions found." in client.get("/en/agenda/?language=th").content.decode()


def test_an_address_says_what_was_chosen_and_no_more(client: Client, edition: Edition) -> None:
    answer = client.get("/en/agenda/?q=piers%20&day=&track=&language=th&room=")

    assert answer.headers["Location"] == "/en/agenda/?q=piers+&language=th"
    assert client.get("/en/agenda/?q=&day=&room=").headers["Location"] == "/en/agenda/"


def test_the_group_is_the_one_that_others_see_and_of_listed_speakers_only(client: Client) -> None:
    edition = make.edition()
    shown = make.group(edition, name="Civil society")
    survivors = make.group(edition, name="Survivors", shown_as=shown)
    hidden_group = make.group(edition, name="Secret services")
    survivor = make.speaker(edition, group=survivors)
    unlisted = make.speaker(edition, group=hidden_group, listed=False)
    other = make.speaker(edition, group=make.group(edition, name="Unions"))
    make.slot(make.session(edition, title="Wages", speakers=[survivor, unlisted]))
    make.slot(make.session(edition, title="Fees", speakers=[other]), at="12:00")
    make.release(edition)

    page = client.get("/en/agenda/").content.decode()

    assert found(client, group=shown.pk) == ["Wages"]
    assert "Civil society" in page
    assert "Survivors" not in page
    assert "Secret services" not in page
    assert len(found(client, group=survivors.pk)) == 2
    assert len(found(client, group=hidden_group.pk)) == 2


def test_a_closed_session_offers_nothing_to_choose(client: Client, edition: Edition) -> None:
    make.slot(
        make.session(edition, access="closed", track=make.track(edition, name="Behind doors")), at="15:00"
    )
    make.release(edition)

    assert "Behind doors" not in client.get("/en/agenda/").content.decode()


def test_choosing_needs_no_more_queries_than_the_whole_agenda_however_many_sessions(
    client: Client, edition: Edition, queries: Queries
) -> None:
    chosen = {"language": "th", "track": edition.tracks.get().pk}
    client.get("/en/agenda/", chosen)

    with queries() as without:
        client.get("/en/agenda/?x=1")
    with queries() as with_two:
        client.get("/en/agenda/", chosen)
    for _ in range(3):
        speaker = make.speaker(edition, group=make.group(edition))
        make.slot(make.session(edition, spoken_languages=["th"], speakers=[speaker]), day=3)
    make.release(edition)
    with queries() as with_more:
        client.get("/en/agenda/", chosen)

    assert len(with_more) == len(with_two) == len(without), with_more
