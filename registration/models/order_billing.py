from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import cached_property

from registration.models.bill import Bill, Billed, BillLine, Recipient

if TYPE_CHECKING:
    from registration.models.billing_details import BillingDetails
    from registration.models.invoice import Invoice


class Billing:
    """What an order's invoices say, and what they should; all in minor units of its edition's currency.

    Derived from its tickets, which `Order.objects.with_tickets()` has read, and its invoices.
    """

    tickets: Any
    invoices: Any
    edition: Any
    kept: int

    if TYPE_CHECKING:

        @property
        def balance(self) -> int: ...

        @property
        def total(self) -> int: ...

    @cached_property
    def documents(self) -> list[Invoice]:
        """Its invoices and credit notes, newest first, as they were when it was first asked."""
        return list(self.invoices.all())

    @property
    def details(self) -> BillingDetails | None:
        """What its buyer wrote for the invoice, if anything."""
        return getattr(self, "billing", None)

    @property
    def bill(self) -> Bill:
        """What should be billed now: what is confirmed, and what is kept; what is reserved, when its buyer needs the
        invoice to pay."""
        details = self.details
        is_early = details is not None and details.wanted_at is not None
        lines = {
            BillLine(ticket.pk, ticket.price, ticket.tax_rate)
            for ticket in self.tickets.all()
            if ticket.price and (ticket.admits or (is_early and ticket.is_payable))
        }
        if self.kept:
            lines.add(BillLine(None, self.kept, 0))
        if not lines:
            return Bill()
        return Bill(frozenset(lines), details.recipient if details else Recipient())

    @property
    def standing_invoice(self) -> Invoice | None:
        """The invoice that no credit note has cancelled; there is one at most."""
        cancelled = {document.cancels_id for document in self.documents}
        return next(
            (one for one in self.documents if not one.is_credit_note and one.pk not in cancelled), None
        )

    @property
    def billed(self) -> Billed:
        """What stands billed beside what should be."""
        standing, due = self.standing_invoice, self.bill
        amount = sum(document.worth for document in self.documents)
        stands = standing.bill if standing else Bill()
        is_right = (stands == due and amount == due.total) if self.edition.has_invoices else amount == 0
        return Billed(amount, due.total, is_right)

    @property
    def may_have_invoices(self) -> bool:
        """Whether it has an invoice, or something that one can be issued for."""
        return self.edition.has_invoices and (self.total > 0 or bool(self.documents))

    @property
    def has_invoice_coming(self) -> bool:
        """Whether its newest invoice is about to be issued."""
        if not self.edition.has_invoices:
            return False
        return self.bill.total != sum(document.worth for document in self.documents)

    @property
    def is_settled(self) -> bool:
        """Whether it is at rest: nothing is owed by anybody, and no ticket waits for an answer or for money."""
        tickets = self.tickets.all()
        waiting = any(one.awaited or (one.price and one.is_live and not one.admits) for one in tickets)
        return self.balance == 0 and not waiting

    @property
    def tax(self) -> int:
        """The tax within what its live tickets cost."""
        return sum(
            BillLine(ticket.pk, ticket.price, ticket.tax_rate).tax
            for ticket in self.tickets.all()
            if ticket.is_live
        )
