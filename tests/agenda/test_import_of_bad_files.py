"""Files that are broken, or meant to break something: each is refused in a sentence, or read as far as it goes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agenda.frab.limits import MOST_DAYS, MOST_NAMES
from agenda.frab.reading import MAX_BYTES, MAX_EVENTS
from agenda.models import Session
from forum.errors import Refusal
from forum.models import Edition
from speakers.models import Speaker
from tests import make, staff
from tests.agenda import schedules
from tests.agenda.schedules import bring, event, json_1, json_event, of_sessions, told, xml

pytestmark = pytest.mark.django_db

BOMB = b"""<?xml version="1.0"?><!DOCTYPE schedule [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><schedule><conference><title>&c;</title></conference></schedule>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE schedule [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<schedule><conference><title>&secret;</title></conference></schedule>"""
REFUSED = {
    "an entity bomb": (BOMB, "defines entities"),
    "an external entity": (EXTERNAL, "defines entities"),
    "nothing": (b"", "is empty"),
    "only blanks": (b" \r\n\t ", "is empty"),
    "half an XML": (xml(event())[:-30], "no whole XML"),
    "a NUL in XML": (xml(event(title="x")).replace(b"x</title>", b"\x00</title>"), "no whole XML"),
    "another encoding": (b'<?xml version="1.0" encoding="klingon"?><schedule/>', "encoding"),
    "bytes": (bytes(range(256)) * 20, "no whole XML"),
    "a web page": (b"<html><body><p>Hello</p></body></html>", "no schedule"),
    "no session": (xml(), "no session"),
    "half a JSON": (json_1(json_event())[:-5], "no whole JSON"),
    "no object": (b"[]", "no schedule"),
    "another JSON": (b'{"schedule": {"conference": 7}}', "no schedule"),
    "a deep JSON": (b'{"a":' * 100_000, "cannot be read"),
    "a long number": (b'{"schedule": ' + b"9" * 5000 + b"}", "cannot be read"),
    "latin letters": ('{"schedule": "é"}'.encode("latin-1"), "encoding"),
    "too much": (b"<schedule>" + b" " * MAX_BYTES, "larger than 8 MB"),
    "too many rooms": (
        json_1(json_event(), rooms=[{"name": f"Room {number}"} for number in range(MOST_NAMES)]),
        "more than 500 rooms",
    ),
    "too many tracks": (
        json_1(json_event(), tracks=[{"name": f"Track {number}"} for number in range(MOST_NAMES + 1)]),
        "more than 500 tracks",
    ),
    "too many types": (
        json_1(*(json_event(number, type=f"Type {number}") for number in range(MOST_NAMES + 1))),
        "more than 500 types",
    ),
    "too many days": (
        json_1(
            json_event(),
            days=[{"date": str(schedules.FIRST + timedelta(days=n))} for n in range(MOST_DAYS + 1)],
        ),
        "more than 60 days",
    ),
    "too many": (xml(*(["<event/>"] * (MAX_EVENTS + 1))), "more than 5000"),
}


@pytest.fixture
def edition() -> Edition:
    return schedules.edition()


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_programme_is_refused_in_a_sentence(edition: Edition, name: str) -> None:
    data, reason = REFUSED[name]

    with pytest.raises(Refusal, match=reason):
        bring(edition, data)

    assert not Session.objects.exists()


@pytest.mark.parametrize("name", REFUSED)
def test_an_upload_that_is_no_programme_is_said_beside_the_field(edition: Edition, name: str) -> None:
    data, _reason = REFUSED[name]
    organizer = staff.at_work("programme", edition)

    answer = organizer.post(
        reverse("admin:agenda_session_import"),
        {"file": SimpleUploadedFile("schedule.xml", data), "language": "en", "dates": "keep"},
    )

    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]
    assert answer.context["plan"] is None


def test_an_upload_of_50_megabytes_is_said_to_be_too_large(edition: Edition) -> None:
    file = SimpleUploadedFile("schedule.xml", xml(event()) + b" " * (50 * 2**20))
    organizer = staff.at_work("programme", edition)

    answer = organizer.post(
        reverse("admin:agenda_session_import"), {"file": file, "language": "en", "dates": "keep"}
    )

    assert "larger than 8 MB" in str(answer.context["form"].errors["file"])


SHAPES: list[Any] = [
    None,
    True,
    7,
    -1.5,
    "text",
    [],
    ["x"],
    {},
    {"x": ["y"]},
    [[]],
    "\ud800",
    "\x00",
    10**400,
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: repr(shape)[:12])
def test_json_of_any_shape_is_read_as_far_as_it_goes(edition: Edition, shape: Any) -> None:
    names = [
        *json_event(),
        "start",
        "end",
        "slug",
        "track",
        "type",
        "language",
        "abstract",
        "code",
        "url",
        "state",
    ]
    events = [json_event(10 + number, **{name: shape}) for number, name in enumerate(names)]
    persons = [
        json_event(60 + number, persons=[{"id": number + 1, "name": f"P {number}", name: shape}])
        for number, name in enumerate(("id", "name", "guid", "code", "url"))
    ]
    frame = {
        "tracks": [shape, {"name": shape}],
        "rooms": [shape, {"name": shape, "capacity": shape, "guid": shape}],
    }

    plan = bring(edition, json_1(*events, *persons, json_event(1, title="Sound"), **frame))

    assert Session.objects.filter(title={"en": "Sound"}).exists()
    assert of_sessions(plan)[0] == Session.objects.count() > 20


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: repr(shape)[:12])
@pytest.mark.parametrize("where", ["days", "events", "day", "rooms", "conference"])
def test_a_json_frame_of_any_shape_is_refused_or_read(edition: Edition, where: str, shape: Any) -> None:
    day = {"date": "2027-03-09", "rooms": {"Lotus": [json_event()]}}
    whole: dict[str, Any] = {
        "days": {"conference": {"title": "x", "days": shape}},
        "events": {"conference": {"title": "x"}, "events": shape},
        "day": {"conference": {"days": [shape, day]}},
        "rooms": {"conference": {"days": [{**day, "rooms": shape}, day]}},
        "conference": {"conference": shape},
    }[where]

    try:
        bring(edition, json.dumps({"schedule": whole}).encode())
    except Refusal:
        assert not Session.objects.exists()
    else:
        assert Session.objects.count() == 1


def test_html_in_a_title_is_only_text(edition: Edition, client: Client) -> None:
    title = "<script>alert(1)</script> & <b>pay</b>"
    bring(edition, xml(event(title=title, persons=[(1, "<i>Mei</i>")])), speakers_agreed=True)
    make.release(edition)

    page = client.get("/en/agenda/").content.decode()
    session = client.get(Session.objects.get().get_absolute_url()).content.decode()

    assert str(Session.objects.get().title) == title
    assert "<script>alert" not in page + session
    assert "<i>Mei" not in page + session


def test_a_dangerous_link_in_a_text_is_no_link(edition: Edition) -> None:
    bring(
        edition, xml(event(abstract='<p><a href="javascript:alert(1)">Here</a> <a href="//x">there</a></p>'))
    )

    assert str(Session.objects.get().abstract) == "Here there"


def test_what_is_far_too_long_is_cut_and_it_is_said(edition: Edition) -> None:
    long = "x" * 10_000
    data = xml(
        event(title=long, persons=[(1, long)], abstract="y " * 30_000, track=long, slug=long), room=long
    )

    plan = bring(edition, data)

    session, speaker = Session.objects.get(), Speaker.objects.get()
    assert (len(str(session.title)), len(speaker.name), len(str(session.slot.room))) == (300, 200, 300)
    assert len(session.slug) <= 80
    for what in ("The title", "The name", "The text"):
        assert f"{what} " in told(plan)
    assert bring(edition, data).is_idle


def test_signs_that_are_no_text_are_taken_out(edition: Edition) -> None:
    bad = "A\x00b\x0bc\ud800d\u202ee\uffff"

    bring(edition, json_1(json_event(title=bad, abstract=bad, persons=[{"id": 1, "name": bad}]), room=bad))

    assert str(Session.objects.get().title) == "Abcde"
    assert Speaker.objects.get().name == "Abcde"


def test_numbers_that_cannot_be_kept_are_replaced(edition: Edition) -> None:
    ids = ["0", "-3", "99999999999", "٣", "1e3"]
    bring(edition, xml(*(event(number, attributes={"id": one}) for number, one in enumerate(ids, start=1))))

    assert all(session.number >= 100_000 for session in Session.objects.all())
    assert Session.objects.count() == len(ids)


def test_a_person_who_is_named_twice_in_one_session_appears_once(edition: Edition) -> None:
    bring(edition, xml(event(persons=[(1, "Mei Lin"), (1, "Mei Lin"), ("", "Mei Lin"), (2, " ")])))

    assert Session.objects.get().appearances.count() == 1
    assert Speaker.objects.count() == 1
