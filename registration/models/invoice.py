from __future__ import annotations

import logging
from typing import Any

from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from forum.actor import Actor
from forum.models import Edition
from forum.translated import speaking_mainly
from registration.models.bill import FEE, Bill, Recipient
from registration.models.invoice_line import InvoiceLine
from registration.models.invoice_queryset import InvoiceQuerySet
from registration.models.invoice_series import InvoiceSeries, Kind
from registration.models.issued import Issued
from registration.models.order import Order

log = logging.getLogger(__name__)


class Invoice(Issued):
    """A numbered document: an invoice, or the credit note that cancels one in full. Written once, never changed.

    It keeps all that it shows. Amounts are in minor units of `currency` (ISO 4217) and more than nothing, those of a
    credit note too; `total` includes `tax`. `issued_on` is local to the edition.
    """

    Kind = Kind

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="invoices", verbose_name=_("edition"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="invoices", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    count = models.PositiveIntegerField(_("count"))
    number = models.CharField(_("number"), max_length=60)
    cancels = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="cancelled_by", verbose_name=_("cancels")
    )
    issued_at = models.DateTimeField(_("issued at"))
    issued_on = models.DateField(_("date"))
    due_on = models.DateField(_("to be paid until"), null=True)
    language = models.CharField(_("language"), max_length=12)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.PositiveIntegerField(_("total"))
    tax = models.PositiveIntegerField(_("tax"))
    tax_name = models.CharField(_("name of the tax"), max_length=100, blank=True)
    issuer_name = models.CharField(_("issued by"), max_length=200)
    issuer_address = models.TextField(_("address of the issuer"), blank=True)
    issuer_tax_number = models.CharField(_("tax number of the issuer"), max_length=60, blank=True)
    forum_name = models.CharField(_("forum"), max_length=300)
    contact_email = models.EmailField(_("contact"), max_length=254, blank=True)
    buyer_name = models.CharField(_("buyer"), max_length=200, blank=True)
    buyer_address = models.TextField(_("address of the buyer"), blank=True)
    buyer_country = CountryField(_("country of the buyer"), blank=True)
    buyer_tax_number = models.CharField(_("tax number of the buyer"), max_length=60, blank=True)
    purchase_order = models.CharField(_("purchase order"), max_length=60, blank=True)
    how_to_pay = models.TextField(_("how to pay"), blank=True)

    objects: Any = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices and credit notes")
        ordering = ("-issued_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["edition", "kind", "count"], name="invoice_count_is_given_once"),
            models.UniqueConstraint(fields=["edition", "number"], name="invoice_number_is_given_once"),
            models.CheckConstraint(
                condition=models.Q(kind="credit-note", cancels__isnull=False)
                | models.Q(kind="invoice", cancels=None),
                name="credit_note_cancels_an_invoice",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def is_credit_note(self) -> bool:
        """Whether it cancels an invoice."""
        return self.kind == Kind.CREDIT_NOTE

    @property
    def net(self) -> int:
        """The total without tax."""
        return self.total - self.tax

    @property
    def worth(self) -> int:
        """What it adds to what is billed: less than nothing for a credit note."""
        return -self.total if self.is_credit_note else self.total

    @property
    def bill(self) -> Bill:
        """What it bills, and whom."""
        recipient = Recipient(
            self.buyer_name,
            self.buyer_address,
            str(self.buyer_country),
            self.buyer_tax_number,
            self.purchase_order,
        )
        return Bill(frozenset(line.bill_line for line in self.lines.all()), recipient)

    @classmethod
    @transaction.atomic
    def bring_up_to_date(cls, order: Order, *, by: Actor) -> list[Invoice]:
        """Issue what `order` calls for, and give it: nothing, an invoice, a credit note, or both.

        When what is billed is not what should be, the invoice is cancelled in full, and another one issued if
        something is left. Doing it again changes nothing. Nothing happens while the edition has no invoices. Locks
        are the order's and then those of the numbers, and are held as briefly as they can be.
        """
        order = Order.objects.held(order.pk)
        due, standing = order.bill, order.standing_invoice
        if not order.edition.has_invoices or (standing.bill if standing else Bill()) == due:
            return []
        issued = []
        if standing:
            issued.append(cls._cancel(standing))
        if due.lines:
            issued.append(cls._bill(order, due))
        for document in issued:
            log.info("order %s: %s %s issued by %s", order.code, document.kind, document.number, by.label)
        return issued

    @classmethod
    def _cancel(cls, invoice: Invoice) -> Invoice:
        own = {"id", "kind", "count", "number", "cancels", "issued_at", "issued_on", "due_on", "how_to_pay"}
        same = [field.attname for field in cls._meta.concrete_fields if field.name not in own]
        copied = {name: getattr(invoice, name) for name in same}
        note = cls._issue(Kind.CREDIT_NOTE, invoice.edition, cancels=invoice, **copied)
        for line in invoice.lines.all():
            fields = {"position": line.position, "ticket_id": line.ticket_id, "text": line.text}
            amounts = {"price": line.price, "tax_rate": line.tax_rate, "tax": line.tax}
            InvoiceLine.objects.create(invoice=note, **fields, **amounts)
        return note

    @classmethod
    def _bill(cls, order: Order, due: Bill) -> Invoice:
        edition, recipient, is_owed = order.edition, due.recipient, order.paid < due.total
        names = {ticket.pk: ticket.ticket_type.name for ticket in order.tickets.all()}
        lines = sorted(due.lines, key=lambda line: (line.ticket is None, line.ticket or 0))
        with translation.override(order.language), speaking_mainly(edition.main_language):
            invoice = cls._issue(
                Kind.INVOICE,
                edition,
                order=order,
                language=order.language,
                currency=edition.currency,
                total=due.total,
                tax=sum(line.tax for line in lines),
                tax_name=str(edition.tax_name)[:100],
                issuer_name=edition.issuer_name,
                issuer_address=edition.issuer_address,
                issuer_tax_number=edition.issuer_tax_number,
                forum_name=str(edition.name)[:300],
                contact_email=edition.contact_email,
                buyer_name=recipient.name,
                buyer_address=recipient.address,
                buyer_country=recipient.country,
                buyer_tax_number=recipient.tax_number,
                purchase_order=recipient.purchase_order,
                due_on=order.pay_by.astimezone(edition.zone).date() if is_owed and order.pay_by else None,
                how_to_pay=str(edition.payment_instructions) if is_owed else "",
            )
            for position, line in enumerate(lines, 1):
                text = str(FEE) if line.ticket is None else str(names[line.ticket])[:400]
                fields = {"price": line.price, "tax_rate": line.tax_rate, "tax": line.tax}
                InvoiceLine.objects.create(
                    invoice=invoice, position=position, ticket_id=line.ticket, text=text, **fields
                )
        return invoice

    @classmethod
    def _issue(cls, kind: str, edition: Edition, **fields: Any) -> Invoice:
        count = InvoiceSeries.take(edition, kind)
        now = timezone.now()  # after the number, which is waited for: a later number has no earlier date
        return cls.objects.create(
            **{**fields, "edition": edition, "kind": kind, "count": count},
            number=f"{edition.prefixes[kind]}{count:04}",
            issued_at=now,
            issued_on=now.astimezone(edition.zone).date(),
        )
