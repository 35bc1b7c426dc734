"""The letters that go to many at once: announcements, and that the forum does not take place."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from forum.mail import Attachment, Content, Pointless, letter
from forum.models import Message
from forum.money import written
from registration.calendar import calendar_of
from registration.models import Announcement, BulkRefundPart, Order, Ticket

SAMPLE = "K7QX2M4P"  # an order's code, for who tries a mail out


def _announced(message: Message) -> Announcement:
    if not isinstance(message.about, Announcement):
        raise Pointless("The announcement is not there any more.")
    message.about.edition = message.edition or message.about.edition
    return message.about


def _calendars(told: Announcement, tickets: list[Ticket]) -> list[Attachment]:
    """The new calendar file, for each ticket type one."""
    if not told.with_calendar:
        return []
    version = Announcement.objects.with_calendar_until(told)
    kinds = {ticket.ticket_type_id: ticket for ticket in tickets}.values()
    names = ("forum.ics", *(f"forum-{number}.ics" for number in range(2, len(kinds) + 1)))
    files = (
        calendar_of(ticket, changed_at=told.sent_at or timezone.now(), version=version) for ticket in kinds
    )
    return [
        Attachment(name, file, "text/calendar; method=PUBLISH")
        for name, file in zip(names, files, strict=False)
    ]


def _said_of(codes: list[str]) -> dict[str, Any]:
    return {"codes": ", ".join(codes), "number": len(codes)}


@letter("announcement", "registration")
def announcement(message: Message) -> Content:
    """What organizers write to many; with the links that its reader has."""
    told = _announced(message)
    tickets = list(told.tickets_of(message.to))
    if not tickets:
        raise Pointless("It is not for this address any more.")
    edition = told.edition
    links: dict[str, str] = {}
    for ticket in tickets:
        is_buyer = message.to.casefold() == ticket.order.email.casefold()
        own = ticket.order if is_buyer else ticket
        links.setdefault(edition.link(own.get_absolute_url()), ticket.order.code)
    return Content(
        {
            "told": told,
            **_said_of(list(dict.fromkeys(links.values()))),
            "links": [(code, link) for link, code in links.items()],
        },
        _calendars(told, tickets),
    )


@letter("announcement-trial", "registration")
def announcement_trial(message: Message) -> Content:
    """The same, to an organizer who tries it out: with nobody's links. One that is but shown says no more."""
    told = _announced(message)
    anybody = list(told.tickets().with_all().order_by("pk")[:1])
    is_mail = message.pk is not None
    return Content({"told": told, "is_trial": is_mail, **_said_of([SAMPLE])}, _calendars(told, anybody))


@letter("forum-cancelled", "registration")
def forum_cancelled(message: Message) -> Content:
    """The forum does not take place; the buyer reads what is paid back."""
    part = message.about
    if not isinstance(part, BulkRefundPart):
        raise Pointless("The cancellation is not there any more.")
    order = Order.objects.with_tickets().get(pk=part.order_id)
    is_buyer = message.to.casefold() == order.email.casefold()
    theirs = [one for one in order.tickets.all() if one.attendee.email.casefold() == message.to.casefold()]
    if not is_buyer and not theirs:
        raise Pointless("The address was corrected meanwhile.")
    back = {name: written(getattr(part, name), order.edition.currency) for name in ("refunded", "by_hand")}
    own = order if is_buyer else theirs[0]
    return Content(
        {
            "order": order,
            "part": part,
            "reason": part.bulk.reason,
            "is_buyer": is_buyer,
            **back,
            "link": order.edition.link(own.get_absolute_url()),
        }
    )
