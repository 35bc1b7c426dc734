"""What the cards of the agenda say, and that nothing in them is taken for HTML."""

from __future__ import annotations

import pytest
from django.test import Client

from agenda.models import Agenda
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

HOSTILE = '"><script>alert(1)</script>'


@pytest.mark.parametrize("path", ["/en/agenda/", "day", "/en/speakers/", "speaker", "session"])
def test_no_name_or_title_is_taken_for_html(client: Client, path: str) -> None:
    edition = make.edition()
    group = make.group(edition, name=HOSTILE)
    speaker = make.speaker(edition, name=HOSTILE, organisation=HOSTILE, role=HOSTILE, group=group)
    session = make.session(
        edition,
        title=HOSTILE,
        track=make.track(edition, name=HOSTILE),
        format=make.format(edition, name=HOSTILE),
        speakers=[speaker],
        interpreted_languages=[HOSTILE],
    )
    make.slot(session, room=make.room(edition, name=HOSTILE))
    make.slot(edition=edition, title=HOSTILE, at="12:00")
    make.release(edition)
    paths = {
        "day": f"/en/agenda/{edition.starts_on}/",
        "speaker": f"/en/speakers/{speaker.slug}/",
        "session": f"/en/sessions/{session.slug}/",
    }

    answer = client.get(paths.get(path, path))

    assert answer.status_code == 200
    assert "&gt;&lt;script&gt;alert" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_a_title_in_another_language_than_the_page_says_so(client: Client) -> None:
    edition = make.edition(languages=["en", "th"])
    make.slot(make.session(edition, title={"th": "ค่าแรง"}))
    make.slot(make.session(edition, title={"en": "Wages", "th": "ค่าจ้าง"}), at="12:00")
    make.release(edition)

    page = client.get("/en/agenda/").content.decode()

    assert ' lang="th">ค่าแรง<' in page
    assert '">Wages<' in page
    assert ' lang="en">Wages' not in page


def test_the_agenda_is_read_in_two_questions_however_long_it_is(queries) -> None:  # type: ignore[no-untyped-def]
    edition = make.edition()
    make.slot(make.session(edition, speakers=[make.speaker(edition)]))
    make.release(edition)
    Agenda.of(edition)
    with queries() as with_one:
        Agenda.of(edition)
    for hour in (11, 12, 13):
        make.slot(make.session(edition, speakers=[make.speaker(edition)]), at=f"{hour}:00")
    make.release(edition)

    with queries() as with_four:
        slots = Agenda.of(edition)

    assert len(slots) == 4
    assert len(with_one) == len(with_four) == 2


def test_times_in_the_agenda_are_local_on_every_database() -> None:
    edition = make.edition(time_zone="Asia/Kathmandu")
    make.slot(make.session(edition), at="10:15", minutes=45)
    make.release(edition)

    [slot] = Agenda.of(edition)

    assert (slot.starts_at, slot.ends_at) == (
        make.moment(edition, 1, "10:15"),
        make.moment(edition, 1, "11:00"),
    )
    assert f"{slot.starts_at:%H:%M %z}" == "10:15 +0545"
