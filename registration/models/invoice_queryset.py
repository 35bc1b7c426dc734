from __future__ import annotations

from typing import TYPE_CHECKING

from registration.models.issued import IssuedQuerySet

if TYPE_CHECKING:
    from forum.models import Edition
    from registration.models.invoice import Invoice
    from registration.models.order import Order


class InvoiceQuerySet(IssuedQuerySet):
    """Invoices and credit notes."""

    def of_edition(self, edition: Edition) -> InvoiceQuerySet:
        """Those of one edition."""
        return self.filter(edition=edition)

    def standing(self) -> InvoiceQuerySet:
        """The invoices that no credit note has cancelled."""
        return self.filter(kind="invoice", cancelled_by=None)

    def cancelled(self) -> InvoiceQuerySet:
        """The invoices that a credit note has cancelled."""
        return self.filter(kind="invoice", cancelled_by__isnull=False)

    def with_all(self) -> InvoiceQuerySet:
        """Each with what its document and a sheet of them show."""
        return self.select_related("edition", "order", "cancels").prefetch_related("lines")

    def of_order(self, order: Order) -> InvoiceQuerySet:
        """Those of one order, in the order in which they were issued."""
        return self.filter(order=order).order_by("pk")

    def numbered(self, order: Order, number: str) -> Invoice | None:
        """The one of an order that has this number."""
        found: Invoice | None = self.of_order(order).filter(number=number).with_all().first()
        return found

    def in_sequence(self) -> InvoiceQuerySet:
        """In the order of their numbers, invoices first."""
        return self.order_by("edition", "-kind", "count")
