from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.models import Message

if TYPE_CHECKING:
    from registration.models.checkout import Checkout
    from registration.models.payment import Payment


class Owing:
    """What an order costs and what came for it; all in minor units of its edition's currency.

    Derived from its tickets, payments and refunds, which `Order.objects.with_tickets()` has read.
    """

    tickets: Any
    payments: Any
    checkouts: Any
    edition: Any
    kept: int
    pk: int
    email: str
    language: str

    @property
    def total(self) -> int:
        """What its live tickets cost, with what becoming a dearer type costs them, and what is kept for those that were
        given up, in minor units."""
        live = [ticket for ticket in self.tickets.all() if ticket.is_live]
        return sum(ticket.price + ticket.awaited for ticket in live) + self.kept

    @property
    def requested(self) -> int:
        """What of that is only requested, and costs nothing before somebody says yes, in minor units."""
        return sum(ticket.price for ticket in self.tickets.all() if ticket.is_requested)

    @property
    def received(self) -> int:
        """What came in for it, in minor units. Money in another currency than the edition's does not count."""
        return sum(payment.amount for payment in self._payments)

    @property
    def refunded(self) -> int:
        """What was paid back of it, is about to be, or was taken back by its payer for good, in minor units."""
        return sum(payment.refunded + payment.lost for payment in self._payments)

    @property
    def paid(self) -> int:
        """What was received for it and kept, in minor units."""
        return self.received - self.refunded

    @property
    def _payments(self) -> list[Payment]:
        return [payment for payment in self.payments.all() if payment.currency == self.edition.currency]

    @property
    def balance(self) -> int:
        """What is still to be paid now, in minor units; negative when more came than that."""
        return self.total - self.requested - self.paid

    @property
    def overpaid(self) -> int:
        """What was received beyond all that it costs, or will when its requests are answered with yes, and was not paid
        back; in minor units."""
        return max(0, self.paid - self.total)

    @property
    def is_payable(self) -> bool:
        """Whether money is waited for."""
        is_off = self.edition.is_over or self.edition.cancelled_at is not None
        tickets = self.tickets.all()
        return not is_off and self.balance > 0 and any(one.is_payable or one.awaited for one in tickets)

    @property
    def owes_only_differences(self) -> bool:
        """Whether all that is owed is for tickets that become dearer ones, so that no place depends on it."""
        return not any(ticket.is_payable for ticket in self.tickets.all())

    def must_owe_nothing_else(self) -> None:
        """Raise Refusal when something is owed for a ticket that was confirmed without its money: the order would ask
        for it together with what comes on top."""
        awaited = sum(one.price if one.is_payable else one.awaited for one in self.tickets.all())
        if self.balance > awaited:
            raise Refusal(
                _("The payment for this order is noted elsewhere. To change its tickets, write to %(email)s.")
                % {"email": self.edition.contact_email}
            )

    @property
    def pay_by(self) -> datetime | None:
        """Until when money is waited for; None when none is."""
        tickets = self.tickets.all()
        times = [ticket.reserved_until for ticket in tickets if ticket.is_payable]
        times += [ticket.waiting_change.pay_by for ticket in tickets if ticket.awaited]
        return min((until for until in times if until), default=None)

    def remind(self) -> None:
        """Remind its buyer by mail, once for each end of it, that the time to pay ends; nothing when no money is waited
        for, or when it may be on its way through a payment page."""
        if self.is_payable and self.checkout is None and self.pay_by:
            Message.queue(
                "payment-reminder",
                about=self,  # type: ignore[arg-type]
                to=self.email,
                language=self.language,
                edition=self.edition,
                key=f"payment-reminder:{self.pk}:{self.pay_by:%Y%m%d%H%M}",
                lasts=self.pay_by - timezone.now(),
            )

    @property
    def checkout(self) -> Checkout | None:
        """The payment page through which money may still come for it; None when none is open."""
        return next((checkout for checkout in self.checkouts.all() if checkout.is_open), None)
