"""The letters of the floor."""

from __future__ import annotations

from forum.mail import Content, Pointless, letter
from forum.models import Interest, Message


@letter("registration-open", "forum")
def registration_open(message: Message) -> Content:
    """You asked to be told: one can register now."""
    interest = message.about
    if not isinstance(interest, Interest) or interest.edition.is_closed_for_good:
        raise Pointless("Registration is not open any more.")
    edition = interest.edition
    return Content({"link": edition.link(edition.path("register"))})
