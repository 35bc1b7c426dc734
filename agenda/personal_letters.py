"""The letter that brings somebody the link of their personal agenda."""

from __future__ import annotations

from agenda.models import PersonalAgenda
from forum.mail import Content, Pointless, letter
from forum.models import Message


@letter("personal-agenda-link", "agenda")
def personal_agenda_link(message: Message) -> Content:
    """Here is your agenda. To an address that is not known to be its reader's, with the question whether it is."""
    personal = message.about
    if not isinstance(personal, PersonalAgenda):
        raise Pointless("The agenda is not there any more.")
    theirs = personal.user.email if personal.user else personal.email
    if message.to.casefold() != theirs.casefold():
        raise Pointless("Another address was given meanwhile.")
    edition = personal.edition
    asks = not personal.user and not personal.email_confirmed_at
    return Content(
        {
            "link": edition.link(personal.get_absolute_url()),
            "address_link": edition.link(
                edition.path("personal-agenda-address", secret=personal.secret, token=personal.token)
            )
            if asks
            else "",
            "sessions": len(personal.slugs),
        }
    )
