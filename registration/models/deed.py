from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from forum.models import Edition

if TYPE_CHECKING:
    from registration.models.ticket import Ticket

CORRECT, EMAIL, REPLACE, TYPE, CANCEL = "correct", "email", "replace", "type", "cancel"


@dataclass(frozen=True)
class Deed:
    """Something that the holder of an order may do with one of its tickets; or why not, and whom to ask.

    `name`: correct | email | replace | type | cancel.
    """

    name: str
    why_not: str = ""

    @property
    def is_possible(self) -> bool:
        """Whether it can be done now."""
        return not self.why_not

    @classmethod
    def all_of(cls, ticket: Ticket) -> list[Deed]:
        """What can be done with a ticket, and what cannot any more; nothing for one that leads nobody in."""
        if not ticket.is_live:
            return []
        return [cls(name, cls._why_not(name, ticket)) for name in (CORRECT, EMAIL, REPLACE, TYPE, CANCEL)]

    @classmethod
    def of(cls, ticket: Ticket, name: str) -> Deed:
        """One of them. A ticket that leads nobody in says why nothing can be done with it."""
        if not ticket.is_live:
            state = gettext(
                "This ticket is already in the state “%(state)s”, so that cannot be done any more."
            )
            return cls(name, state % {"state": ticket.get_status_display()})
        return cls(name, cls._why_not(name, ticket))

    @classmethod
    def _why_not(cls, name: str, ticket: Ticket) -> str:
        edition = ticket.edition
        asked = {"email": edition.contact_email, "day": _day(edition)}
        if edition.is_over:
            return gettext("The forum is over. For anything else write to %(email)s.") % asked
        if name in {REPLACE, TYPE} and edition.cancelled_at:
            return gettext("The forum does not take place. For anything else write to %(email)s.") % asked
        if name in {REPLACE, TYPE} and ticket.is_requested:
            return (
                gettext(
                    "We have not answered your request yet. If it is to be another one, write to %(email)s."
                )
                % asked
            )
        if name == REPLACE and not may_rename(edition):
            return (
                gettext("That was possible until %(day)s. If somebody else has to come, write to %(email)s.")
                % asked
            )
        return _why_no_other_type(ticket) % asked if name == TYPE else ""


def _why_no_other_type(ticket: Ticket) -> str:
    if ticket.waiting_change:
        return gettext("A change waits for its payment already. Withdraw it first, to choose another one.")
    if not ticket.edition.takes_registrations:
        return gettext("Registration is closed, so no other ticket can be chosen. Write to %(email)s.")
    if not ticket.admits and ticket.reserved_until and ticket.reserved_until < timezone.now():
        return gettext("The time to pay is over, so it cannot be changed any more. Write to %(email)s.")
    return ""


def rename_until(edition: Edition) -> datetime:
    """The first moment at which a ticket can be passed on no more, nor its name be changed; exclusive."""
    last = edition.replace_until or edition.starts_on - timedelta(days=1)
    return min(edition.midnight(last + timedelta(days=1)), edition.over_at)


def may_rename(edition: Edition) -> bool:
    """Whether a ticket can still be passed on, and its name be changed."""
    return timezone.now() < rename_until(edition)


def _day(edition: Edition) -> str:
    last = timezone.localtime(rename_until(edition) - timedelta(microseconds=1), edition.zone)
    return date_format(last, "j F Y")
