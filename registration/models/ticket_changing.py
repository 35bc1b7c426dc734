from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_secret
from forum.errors import Refusal
from forum.models import Message, StakeholderGroup
from registration.models.attendee import Attendee
from registration.models.billing_nudge import bill_soon
from registration.models.deed import CORRECT, EMAIL, REPLACE, Deed, may_rename
from registration.models.places_held import hold_places_of
from registration.models.ticket_status import Status
from registration.models.voucher import Voucher

if TYPE_CHECKING:
    from registration.models.ticket import Ticket
    from registration.models.ticket_type import TicketType
    from registration.models.type_change import TypeChange

log = logging.getLogger(__name__)

LASTING = ("name", "organisation", "country")  # by which others know who comes: until the day for replacing
FREE = ("badge_name", "diet", "access_needs", "interpretation", "photo_consent")
ON_THE_BADGE = {"name", "badge_name", "organisation", "country", "photo_consent"}


class Changing(models.Model):
    """What can be changed about a ticket whose state stays as it is: who comes, what they answered, which type."""

    attendee: Any
    order: Any
    order_id: int
    status: str
    type_changes: Any
    voucher: Voucher | None

    class Meta:
        abstract = True

    @property
    def waiting_change(self) -> TypeChange | None:
        """Its change to another type that waits for the difference; None when there is none."""
        return next((change for change in self.type_changes.all() if change.is_waiting), None)

    @property
    def awaited(self) -> int:
        """What is still to come for its change to a dearer type, in minor units."""
        change = self.waiting_change if self.status == Status.CONFIRMED else None
        return change.difference if change else 0

    @property
    def deeds(self) -> list[Deed]:
        """What the order's holder may do with it, and what not any more."""
        return Deed.all_of(cast("Ticket", self))

    def must_allow(self, name: str) -> None:
        """Raise Refusal, with whom to ask, when the holder's deed of this name is not possible any more."""
        deed = Deed.of(cast("Ticket", self), name)
        if not deed.is_possible:
            raise Refusal(deed.why_not)

    def _held(self) -> Ticket:
        """This ticket as it is now, kept from other verbs until the transaction ends, its order first."""
        type(self.order)._default_manager.held(self.order_id)
        held: Ticket = cast("Ticket", self)._meta.default_manager.held(self.pk)  # type: ignore[union-attr]
        return held

    def replace_secrets(self) -> None:
        """Make new links and a new badge code; the old ones open nothing from now on."""
        ticket = cast("Ticket", self)
        ticket.secret, ticket.badge_token = new_secret(), new_secret()
        ticket.save(update_fields=["secret", "badge_token"])

    @transaction.atomic
    def replace_link(self, *, by: Actor) -> None:
        """Make a new link to it and a new badge code, and mail them to its attendee: for when a stranger has the link.
        The old ones open nothing from now on.

        Raises Refusal when the attendee has no address to send it to, and when the ticket is not live any more.
        """
        ticket = self._held()
        if not ticket.is_live:
            raise Refusal(_("This ticket is over, so its link opens nothing that could be changed."))
        if not ticket.attendee.email:
            raise Refusal(
                _("We have no e-mail address to send a new link to. Write to %(email)s.")
                % {"email": ticket.edition.contact_email}
            )
        ticket.replace_secrets()
        log.info("ticket %s: link replaced by %s", self.pk, by.label)
        ticket.tell(f"ticket-{ticket.status}")

    @transaction.atomic
    def correct(self, answers: dict[str, Any], *, by: Actor) -> bool:
        """Set answers about its attendee right; whether there was anything to change. A confirmed ticket whose badge
        looks different by that is mailed again: of several corrections within a minute, one mail tells.

        After the day until which people may be replaced, what makes them known stays: `LASTING` is left out then.
        Raises Refusal when the ticket is not live any more, or the forum is over.
        """
        ticket = self._held()
        ticket.must_allow(CORRECT)
        allowed = FREE + LASTING if may_rename(ticket.edition) else FREE
        person = ticket.attendee
        changed = [name for name in allowed if name in answers and getattr(person, name) != answers[name]]
        if not changed:
            return False
        for name in changed:
            setattr(person, name, answers[name])
        person.save(update_fields=changed)
        log.info("ticket %s: %s corrected by %s", self.pk, ", ".join(changed), by.label)
        if ticket.admits and ON_THE_BADGE & set(changed):
            ticket._tell_of_correction()
        return True

    @transaction.atomic
    def correct_email(self, email: str, *, by: Actor) -> None:
        """Write to its attendee at another address, and send them their ticket again. What went to a wrong address
        opens nothing any more; a slip of paper stays good. The same address changes nothing.

        Raises Refusal when the ticket is not live any more, or the forum is over.
        """
        ticket = self._held()
        ticket.must_allow(EMAIL)
        person = ticket.attendee
        if person.email == email:
            return
        if person.email:
            ticket.replace_secrets()
        person.email = email
        person.save(update_fields=["email"])
        log.info("ticket %s: address corrected by %s", self.pk, by.label)
        Message.queue(f"ticket-{ticket.status}", about=ticket, to=email, language=ticket.order.language)

    @transaction.atomic
    def pass_on(self, person: dict[str, Any], *, before: int, by: Actor) -> Attendee:
        """Let somebody else come with it, at no cost; both are told. `before` is the key of the attendee whom the page
        showed: pressing twice is doing it once.

        Nothing of who came before stays: not their answers, nor what their links and their badge's code opened. Raises
        Refusal when it is too late, or when the ticket has been passed on to somebody else meanwhile.
        """
        ticket = self._held()
        was = ticket.attendee
        if was.pk != before:
            if (was.name, was.email) == (person["name"], person["email"]):
                return was
            raise Refusal(_("This ticket was passed on a moment ago. Please look at it again."))
        ticket.must_allow(REPLACE)
        was.delete()
        now = Attendee.objects.create(ticket=ticket, **person)
        ticket.replace_secrets()
        log.info("ticket %s: passed on by %s", self.pk, by.label)
        language, told = ticket.order.language, {"name": was.name}
        Message.queue("ticket-passed-on", about=ticket, to=was.email, language=language, context=told)
        ticket.tell(f"ticket-{ticket.status}")
        return now

    @transaction.atomic
    def speak_for(self, group: StakeholderGroup, *, by: Actor) -> bool:
        """Let its attendee be of another group; whether there was anything to change. What it holds of quotas by group
        is exchanged with that. A confirmed ticket whose badge looks different by that is mailed again.

        Whom its type is for, who changes it decides. Raises Refusal when the ticket is not live any more, the forum is
        over, the group is of another edition, or no place of a quota that counts the new group is left.
        """
        ticket = self._held()
        ticket.must_allow(EMAIL)
        was = ticket.group
        if group.edition_id != ticket.edition.pk:
            raise Refusal(_("That group belongs to another edition."), field="group")
        if group.pk == was.pk:
            return False
        ticket.group = group
        ticket.save(update_fields=["group"])
        log.info("ticket %s: group changed by %s", self.pk, by.label)
        if ticket.admits and group.public != was.public:
            ticket._tell_of_correction()
        if ticket.holds_place:
            change = ticket.waiting_change
            hold_places_of(ticket, ticket.ticket_type, *([change.to_type] if change else []))
        return True

    def _tell_of_correction(self) -> None:
        ticket, minute = cast("Ticket", self), timezone.now().replace(second=0, microsecond=0)
        Message.queue(
            "ticket-confirmed",
            about=ticket,
            to=ticket.attendee.email,
            language=ticket.order.language,
            key=f"ticket-corrected:{self.pk}:{minute.isoformat()}",
            not_before=minute + timedelta(seconds=90),
        )

    def become(self, ticket_type: TicketType, *, price: int, keeps_voucher: bool, by: Actor) -> None:
        """Be of another type at another price (minor units) from now on, as a TypeChange says; who calls holds the
        order and this ticket, and exchanges its places. It is confirmed when nothing is to be paid for it."""
        ticket = cast("Ticket", self)
        if ticket.voucher and not keeps_voucher:
            Voucher.give_back(ticket)
            ticket.voucher = None
        ticket.ticket_type, ticket.price, ticket.tax_rate = ticket_type, price, ticket_type.tax_rate
        ticket.save(update_fields=["ticket_type", "price", "tax_rate", "voucher"])
        bill_soon(ticket.order_id)
        if ticket.status == Status.RESERVED and price == 0:
            ticket.confirm(by=by)
        else:
            ticket.tell(f"ticket-{ticket.status}")
