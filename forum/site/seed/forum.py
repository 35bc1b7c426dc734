"""The whole demo forum, in the order in which things stand on one another."""

from __future__ import annotations

from django.db import transaction

from forum import tasks
from forum.actor import Actor
from forum.models import Duty, Edition, Job, User
from forum.site.seed import (
    attendees,
    content,
    editions,
    guests,
    programme,
    questions,
    tickets,
)
from speakers.models import Speaker


def seed() -> bool:
    """Make both editions with all that is in them, in one transaction, then the portraits' sizes.

    False, and nothing done, when there is an edition already. Raises Refusal when the demo's own files contradict
    one another, for instance when a quota is too small.
    """
    with transaction.atomic():
        if Edition.objects.exists():
            return False
        photos = [*_earlier(), *_coming()]
    for photo in photos:
        tasks.run_job(photo.pk)
    return True


def _earlier() -> list[Job]:
    ground = editions.earlier()
    by = Actor.system()
    people = content.table("earlier/speakers.toml")["speaker"]
    rows = content.table("earlier/sessions.toml")["session"]
    who = programme.speakers(ground, people)
    made = programme.sessions(ground, rows, who, by=by)
    programme.releases(ground, rows, made, by=by)
    return programme.photos(who, people)


def _coming() -> list[Job]:
    ground = editions.coming()
    by = Actor.of(_staff(ground.edition))
    people, rows = content.rows("speakers", "speaker"), content.rows("sessions", "session")
    who = programme.speakers(ground, people)
    _let_in(who)
    made = programme.sessions(ground, rows, who, by=by)
    programme.releases(ground, rows, made, by=by)
    offered = tickets.offer(ground)
    attendees.register(ground, offered)
    guests.invite(ground, offered, by.user)
    questions.answer(ground, questions.ask(ground))
    tickets.orders(ground, offered)
    return programme.photos(who, people)


def _staff(edition: Edition) -> User:
    """Make those with duties, in every edition; the first owns."""
    staff = []
    for row in content.table("people.toml")["staff"]:
        person = User.objects.create_user(row["email"], name=row["name"])
        for one in Edition.objects.all():
            Duty.objects.create(user=person, edition=one, role=row["role"])
        staff.append(person)
    return staff[0]


def _let_in(who: dict[str, Speaker]) -> None:
    """Give the demo's speaker a user of their own."""
    told = content.table("people.toml")["speaker"]
    speaker = who[told["slug"]]
    speaker.email, speaker.user = told["email"], User.objects.welcome(told["email"], name=speaker.name)
    speaker.save()
