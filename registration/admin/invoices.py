"""Invoices and credit notes, to look at and to hand on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from forum.edition_admin import EditionAdmin, EditionTabularInline
from forum.http import private
from forum.money import rate_written, written
from registration.exports import invoices_csv
from registration.invoice_document import invoice_pdf
from registration.models import Invoice, InvoiceLine


def _pdf_link(invoice: Invoice) -> str:
    address = reverse("admin:registration_invoice_pdf", args=[invoice.pk])
    return format_html('<a href="{}">PDF<span class="visually-hidden"> {}</span></a>', address, invoice)


def _worth(amount: int, invoice: Invoice) -> str:
    sign = "−" if invoice.is_credit_note and amount else ""
    return f"{sign}{written(amount, invoice.currency)}"


class StandingFilter(admin.SimpleListFilter):
    """Invoices that stand, and those that a credit note has cancelled."""

    title = _("invoices")
    parameter_name = "invoices"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("standing", _("That stand")), ("cancelled", _("That are cancelled"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "standing":
            return queryset.standing()
        return queryset.cancelled() if self.value() == "cancelled" else queryset


class InvoiceInline(EditionTabularInline):
    """The documents of an order."""

    model = Invoice
    duties_to_view = ("finance",)
    adds = changes = deletes = False
    fields = ("number_link", "kind", "issued_on", "total_written", "pdf")
    readonly_fields = ("number_link", "total_written", "pdf")

    @admin.display(description=_("number"))
    def number_link(self, invoice: Invoice) -> str:
        address = reverse("admin:registration_invoice_change", args=[invoice.pk])
        return format_html('<a href="{}">{}</a>', address, invoice)

    @admin.display(description=_("total"))
    def total_written(self, invoice: Invoice) -> str:
        return _worth(invoice.total, invoice)

    @admin.display(description=_("document"))
    def pdf(self, invoice: Invoice) -> str:
        return _pdf_link(invoice)


class LineInline(EditionTabularInline):
    """The lines of a document."""

    model = InvoiceLine
    duties_to_view = ("finance",)
    adds = changes = deletes = False
    fields = ("text", "net_written", "rate", "tax_written", "price_written")
    readonly_fields = ("net_written", "rate", "tax_written", "price_written")

    @admin.display(description=_("without tax"))
    def net_written(self, line: InvoiceLine) -> str:
        return written(line.net, line.invoice.currency)

    @admin.display(description=_("tax rate"))
    def rate(self, line: InvoiceLine) -> str:
        return rate_written(line.tax_rate)

    @admin.display(description=_("tax"))
    def tax_written(self, line: InvoiceLine) -> str:
        return written(line.tax, line.invoice.currency)

    @admin.display(description=_("amount"))
    def price_written(self, line: InvoiceLine) -> str:
        return written(line.price, line.invoice.currency)


@admin.register(Invoice)
class InvoiceAdmin(EditionAdmin):
    """Invoices and credit notes. They are issued by themselves, and never changed: what changes in an order leads to a
    credit note and another invoice."""

    duties_to_view = ("finance",)
    adds = changes = deletes = False
    menu_position = 2
    list_display = (
        *(
            "number",
            "kind",
            "issued_on",
            "order",
            "buyer",
            "net_written",
            "tax_written",
            "total_written",
            "pdf",
        ),
    )
    list_filter = ("kind", StandingFilter)
    list_select_related = ("order",)
    search_fields = ("number", "order__code", "buyer_name", "buyer_tax_number", "purchase_order")
    search_help_text = _(
        "Number, code of the order, or part of the buyer’s name, tax or purchase order number."
    )
    date_hierarchy = "issued_on"
    actions = ("export",)
    inlines = (LineInline,)
    fields = (
        *("number", "kind", "cancels", "order", ("issued_on", "due_on"), "pdf"),
        *("buyer_name", "buyer_address", "buyer_country", "buyer_tax_number", "purchase_order"),
        ("net_written", "tax_written", "total_written"),
        *("issuer_name", "issuer_address", "issuer_tax_number"),
    )
    readonly_fields = ("pdf", "net_written", "tax_written", "total_written")

    def get_urls(self) -> list[Any]:
        pdf = self.admin_site.admin_view(private(self.pdf_view))
        return [path("<int:pk>/pdf/", pdf, name="registration_invoice_pdf"), *super().get_urls()]

    def pdf_view(self, request: Any, pk: int) -> HttpResponse:
        """Give a document as PDF."""
        if request.edition is None or not self.has_view_permission(request):
            raise PermissionDenied
        invoices: Any = self.get_queryset(request)
        invoice = invoices.with_all().filter(pk=pk).first()
        if invoice is None:
            raise Http404
        answer = HttpResponse(invoice_pdf(invoice), content_type="application/pdf")
        answer.headers["Content-Disposition"] = f'attachment; filename="{invoice.number}.pdf"'
        return answer

    @admin.action(description=_("Give me the lines as a sheet (CSV)"), permissions=["view"])
    def export(self, request: Any, invoices: Any) -> HttpResponse:
        """Give the chosen documents, one of their lines a line, with tax, for the accountant."""
        lines = invoices_csv(invoices.with_all().in_sequence())
        answer = HttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="invoices.csv"'
        return answer

    @admin.display(description=_("buyer"), ordering="buyer_name")
    def buyer(self, invoice: Invoice) -> str:
        return invoice.buyer_name or "–"

    @admin.display(description=_("net"))
    def net_written(self, invoice: Invoice) -> str:
        return _worth(invoice.net, invoice)

    @admin.display(description=_("tax"), ordering="tax")
    def tax_written(self, invoice: Invoice) -> str:
        return _worth(invoice.tax, invoice)

    @admin.display(description=_("gross"), ordering="total")
    def total_written(self, invoice: Invoice) -> str:
        return _worth(invoice.total, invoice)

    @admin.display(description=_("document"))
    def pdf(self, invoice: Invoice) -> str:
        return _pdf_link(invoice)
