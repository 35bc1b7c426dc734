"""The letters to guests. Each is written when it is sent; one whose link opens nothing any more is not sent."""

from __future__ import annotations

from django.db.models import prefetch_related_objects

from forum.mail import Content, Pointless, letter
from forum.models import Message
from registration.models import Guest


def _about(message: Message) -> Content:
    guest = Guest.objects.told_of_in(message)
    if guest is None or guest.obstacle not in {"", "paused"}:
        raise Pointless("The invitation was answered or ended meanwhile.")
    if message.to.casefold() != guest.email.casefold():
        raise Pointless("The address was corrected meanwhile.")
    guest.edition = guest.ticket_type.edition = edition = message.edition or guest.edition
    prefetch_related_objects([edition], "days")
    return Content(
        {
            "guest": guest,
            "ticket_type": guest.ticket_type,
            "group": guest.group.public,
            "price": guest.ticket_type.price_now,
            "link": edition.link(guest.get_absolute_url()),
            "regrets_link": edition.link(guest.regrets_url),
        }
    )


@letter("guest-invited", "registration")
def guest_invited(message: Message) -> Content:
    """You are invited to register, by this link."""
    return _about(message)


@letter("guest-reminder", "registration")
def guest_reminder(message: Message) -> Content:
    """We wait for your answer."""
    return _about(message)
