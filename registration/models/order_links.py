from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_secret
from forum.errors import Refusal
from forum.models import Edition, Message

if TYPE_CHECKING:
    from registration.models.ticket import Ticket

log = logging.getLogger(__name__)


class Linked:
    """How an order's buyer and attendees reach it: by addresses that may be wrong, and links that others may have."""

    code: str
    edition: Edition
    email: str
    language: str
    secret: str
    tickets: Any

    _meta: Any
    pk: int
    save: Any
    refresh_from_db: Any

    @transaction.atomic
    def correct_email(self, email: str, *, by: Actor) -> None:
        """Set a mistyped address right, or note one where there was none, and send the mail again.

        What went to a wrong address opens nothing any more: the order's link, the ticket's and the badge's code are
        replaced; a slip of paper that was handed out stays good. A buyer whom no ticket's mail reaches gets the order's
        new link. Raises Refusal when `email` is empty, and when the order has no live ticket.
        """
        if not email:
            raise Refusal(_("Without an address nobody could be told anything any more."), field="email")
        tickets = list(self.tickets.select_related("attendee", "order__edition"))
        if not any(ticket.is_live for ticket in tickets):
            raise Refusal(_("This order is over, so its address cannot be changed any more."))
        was, self.email, self.secret = self.email, email, new_secret() if self.email else self.secret
        self.save(update_fields=["email", "secret"])
        for ticket in tickets:
            if was:
                ticket.replace_secrets()
            if ticket.attendee.email.casefold() == was.casefold():
                ticket.attendee.email = email
                ticket.attendee.save(update_fields=["email"])
        self._send_again(tickets)
        log.info("order %s: address corrected by %s", self.code, by.label)

    @transaction.atomic
    def replace_links(self, *, by: Actor) -> None:
        """Make a new link to it and to each of its tickets, and mail them to whom they belong: for when a stranger has
        one. From now on the old ones open nothing, and neither does the code on a badge or a slip that was printed.

        Raises Refusal when nobody could be sent the new one, and when the order has no live ticket.
        """
        self._meta.default_manager.held(self.pk)
        self.refresh_from_db(fields=["email", "secret"])
        tickets = list(self.tickets.select_related("attendee", "order__edition"))
        if not self.email:
            raise Refusal(
                _("We have no e-mail address to send a new link to. Leave one first, or write to %(email)s.")
                % {"email": self.edition.contact_email}
            )
        if not any(ticket.is_live for ticket in tickets):
            raise Refusal(_("This order is over, so its link opens nothing that could be changed."))
        self.secret = new_secret()
        self.save(update_fields=["secret"])
        for ticket in tickets:
            ticket.replace_secrets()
        self._send_again(tickets)
        log.info("order %s: links replaced by %s", self.code, by.label)

    def _send_again(self, tickets: list[Ticket]) -> None:
        """Mail each attendee their ticket as it stands; and the order's link to a buyer whom none of that reaches."""
        for ticket in tickets:
            if ticket.is_live:
                Message.queue(
                    f"ticket-{ticket.status}", about=ticket, to=ticket.attendee.email, language=self.language
                )
        buyer = self.email.casefold()
        if not any(one.is_live and one.attendee.email.casefold() == buyer for one in tickets):
            self._meta.default_manager.send_links(self.email, edition=self.edition)
