"""Finding the orders whose invoices are not what they should be: for the sweep, and for who compares."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from registration.models.billing_details import BillingDetails
from registration.models.invoice import Invoice
from registration.models.invoice_line import InvoiceLine
from registration.models.invoice_queryset import InvoiceQuerySet
from registration.models.order import Order
from registration.models.order_queryset import OrderQuerySet
from registration.models.ticket import Ticket
from registration.models.ticket_status import Status


def wrongly_billed() -> OrderQuerySet:
    """The orders for which `Invoice.bring_up_to_date` has something to issue, at editions that have invoices.

    It says in one question what `order.billed.is_right` says of one order; a test holds the two together.
    """
    early = Q(status=Status.RESERVED, order__billing__wanted_at__isnull=False)
    billable = Ticket.objects.filter(Q(status=Status.CONFIRMED) | early, price__gt=0)
    standing = InvoiceLine.objects.filter(invoice__in=Invoice.objects.standing())
    said = standing.filter(ticket=OuterRef("pk"), price=OuterRef("price"), tax_rate=OuterRef("tax_rate"))
    so = billable.filter(pk=OuterRef("ticket"), price=OuterRef("price"), tax_rate=OuterRef("tax_rate"))
    unbilled = billable.filter(~Exists(said), order=OuterRef("pk"))
    overbilled = standing.filter(~Exists(so), invoice__order=OuterRef("pk"), ticket__isnull=False)
    fees = standing.filter(invoice__order=OuterRef("pk"), ticket=None).order_by().values("invoice__order")
    fee = Coalesce(Subquery(fees.annotate(sum=Sum("price")).values("sum")), 0)
    wrong = Exists(unbilled) | Exists(overbilled) | ~Q(fee=F("kept")) | Exists(_made_out_to_somebody_else())
    return Order.objects.exclude(edition__issuer_name="").alias(fee=fee).filter(wrong).order_by("placed_at")


def _made_out_to_somebody_else() -> InvoiceQuerySet:
    same = BillingDetails.objects.filter(
        order=OuterRef("order"),
        name=OuterRef("buyer_name"),
        address=OuterRef("buyer_address"),
        country=OuterRef("buyer_country"),
        tax_number=OuterRef("buyer_tax_number"),
        purchase_order=OuterRef("purchase_order"),
    )
    known = BillingDetails.objects.filter(order=OuterRef("order"))
    standing: InvoiceQuerySet = Invoice.objects.standing()
    return standing.filter(Exists(known), ~Exists(same), order=OuterRef("pk"))
