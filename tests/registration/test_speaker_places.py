"""Who speaks has a place: without paying, without a quota, told by mail, once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import compose
from forum.models import Message
from registration.models import Order, Place, SpeakerPlace, Ticket, TicketType
from registration.tasks import sweep_speaker_places
from tests import make

pytestmark = pytest.mark.django_db


def speaking(edition: Any, **fields: Any) -> Any:
    """Somebody who speaks in a confirmed session, and can be told."""
    fields = {"email": "speaker@example.org", "group": make.group(edition), **fields}
    speaker = make.speaker(edition, **fields)
    make.session(edition, speakers=[speaker])
    return speaker


def for_speakers(edition: Any, **fields: Any) -> TicketType:
    return make.ticket_type(edition, is_for_speakers=True, price=25000, **fields)


def test_who_speaks_gets_a_confirmed_ticket_that_costs_nothing_and_takes_no_place() -> None:
    edition = make.edition()
    for_speakers(edition)
    speaker = speaking(edition, name="Ma Thida", organisation="River Union")

    sweep_speaker_places()

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.price, ticket.group) == ("confirmed", 0, speaker.group)
    assert (ticket.attendee.name, ticket.attendee.organisation) == ("Ma Thida", "River Union")
    assert not Place.objects.exists()
    assert not Ticket.objects.misplaced().exists()


def test_they_are_told_that_they_need_not_register_with_badge_and_calendar() -> None:
    edition = make.edition()
    for_speakers(edition)
    speaking(edition)

    sweep_speaker_places()

    sent = compose(Message.objects.get())
    assert "you need not register" in sent.body
    assert {name for name, _content, _kind in sent.attachments} == {"badge.pdf", "forum.ics"}


def test_nobody_gets_a_second_one_also_who_gave_theirs_up() -> None:
    edition = make.edition()
    for_speakers(edition)
    speaking(edition)
    sweep_speaker_places()
    sweep_speaker_places()
    Order.objects.get().cancel(by=Actor.system())

    sweep_speaker_places()

    assert Ticket.objects.count() == SpeakerPlace.objects.count() == 1


@pytest.mark.parametrize("lack", ["address", "group", "session", "type"])
def test_without_an_address_a_group_a_confirmed_session_or_a_type_for_speakers_nobody_gets_one(
    lack: str,
) -> None:
    edition = make.edition()
    make.ticket_type(edition) if lack == "type" else for_speakers(edition)
    fields: dict[str, Any] = {"address": {"email": ""}, "group": {"group": None}}.get(lack, {})
    speaker = speaking(edition, **fields)
    if lack == "session":
        speaker.appearances.get().session.delete()

    sweep_speaker_places()

    assert not Ticket.objects.exists()


def test_an_edition_that_is_not_published_gives_none_yet() -> None:
    edition = make.edition("draft")
    for_speakers(edition)
    speaking(edition)

    sweep_speaker_places()

    assert not Ticket.objects.exists()


def test_a_type_for_speakers_cannot_be_had_by_others() -> None:
    kind = for_speakers(make.edition())

    with pytest.raises(Refusal, match="not on offer"):
        Order.place(make.wish(kind), by=Actor.system())


def test_a_type_for_speakers_shares_no_quota_and_a_type_that_does_cannot_become_one() -> None:
    kind = for_speakers(make.edition())
    shared = make.ticket_type(kind.edition, size=5)

    with pytest.raises(Refusal, match="they take no place"):
        shared.quotas.get().share_among([shared, kind])
    shared.is_for_speakers = True
    with pytest.raises(ValidationError, match="shares a quota"):
        shared.clean()
