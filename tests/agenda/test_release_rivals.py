"""A large programme released by two at once: one release, each person told once, and little asked of the database."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse

from agenda.models import Appearance, Bookmark, PersonalAgenda, Release, Session, Slot
from forum.models import Edition, Message, User
from speakers.models import Consent, Speaker
from tests import make, staff

PUBLISH = "admin:agenda_release_publish"
SESSIONS, SPEAKERS = 150, 180


def programme(edition: Edition) -> None:
    """150 sessions in ten rooms on three days, in which 180 speakers with addresses appear."""
    rooms = [make.room(edition) for _ in range(10)]
    days = [make.day(edition, number) for number in (1, 2, 3)]
    sessions = [make.session(edition) for _ in range(SESSIONS)]
    slots = []
    for at, session in enumerate(sessions):
        starts_at = days[at % 3].starts_at + timedelta(minutes=60 * (at // 30))
        ends_at = starts_at + timedelta(minutes=45)
        slots.append(
            Slot(day=days[at % 3], room=rooms[at % 10], session=session, starts_at=starts_at, ends_at=ends_at)
        )
    Slot.objects.bulk_create(slots)
    speakers = [
        make.speaker(edition, email=f"speaker-{at}@example.org", listed=False) for at in range(SPEAKERS)
    ]
    Consent.objects.bulk_create(Consent(speaker=one, scope="listed") for one in speakers)
    Appearance.objects.bulk_create(
        Appearance(session=sessions[at % SESSIONS], speaker=one, position=at)
        for at, one in enumerate(speakers)
    )


def marked(edition: Edition) -> None:
    """Each of 180 people marked two sessions."""
    users = User.objects.bulk_create(
        User(email=f"marks-{at}@example.org", password="!") for at in range(SPEAKERS)
    )
    agendas = PersonalAgenda.objects.bulk_create(
        PersonalAgenda(edition=edition, user=user, language="th") for user in users
    )
    sessions = list(Session.objects.filter(edition=edition).order_by("pk"))
    Bookmark.objects.bulk_create(
        Bookmark(personal_agenda=one, session=sessions[(at + offset) % SESSIONS])
        for at, one in enumerate(agendas)
        for offset in (0, 7)
    )


@pytest.mark.django_db
def test_a_release_asks_the_database_little_however_many_are_told(queries: Any) -> None:
    edition = make.edition()
    programme(edition)
    organizer = staff.at_work("programme", edition)
    organizer.post(reverse(PUBLISH), {"after": 0})
    marked(edition)
    Slot.objects.update(ends_at=F("ends_at") + timedelta(minutes=5))
    before = Message.objects.count()

    with queries() as looking:
        page = organizer.get(reverse(PUBLISH))
    with queries() as pressing:
        answer = organizer.post(reverse(PUBLISH), {"after": 1})

    assert (page.status_code, answer.status_code) == (200, 302)
    assert (before, Message.objects.count()) == (SPEAKERS, SPEAKERS + 2 * SPEAKERS)
    assert Release.objects.current(edition).number == 2  # type: ignore[union-attr]
    assert len(looking) <= 20, looking
    assert len(pressing) <= 30, pressing


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_make_one_release_and_one_mail_to_each_speaker() -> None:
    edition = make.edition()
    programme(edition)
    organizers = [staff.at_work("programme", edition) for _ in range(2)]
    at_once = threading.Barrier(2)
    statuses: list[int] = []

    def press(organizer: Client) -> None:
        try:
            at_once.wait()
            statuses.append(organizer.post(reverse(PUBLISH), {"after": 0}).status_code)
        finally:
            connection.close()

    rivals = [threading.Thread(target=press, args=[organizer]) for organizer in organizers]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()

    assert sorted(statuses) == [200, 302]
    assert Release.objects.get().slots.count() == SESSIONS
    assert Message.objects.count() == SPEAKERS
    assert set(Message.objects.values_list("to", flat=True)) == set(
        Speaker.objects.values_list("email", flat=True)
    )
