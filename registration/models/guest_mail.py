from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType

from forum.models import Message

if TYPE_CHECKING:
    from registration.models.guest import Guest

URGENCY = 6  # after what somebody waits for, a ticket for instance
NUDGED = 20  # of more at once the sweep makes its rounds: to nudge for each would keep the organizer waiting


def mail(letter: str, guests: Sequence[Guest]) -> None:
    """Write a mail to each of these saved guests into the outbox, in bulk."""
    if not guests:
        return
    kind = ContentType.objects.get_for_model(guests[0])
    messages = Message.objects.bulk_create(
        (
            Message(
                key=f"{letter}:{uuid.uuid4()}",
                letter=letter,
                to=guest.email,
                language=guest.language,
                edition_id=guest.edition_id,
                about_type=kind,
                about_id=guest.pk,
                urgency=URGENCY,
            )
            for guest in guests
        ),
        batch_size=500,
    )
    for message in messages[:NUDGED]:
        message.nudge()
