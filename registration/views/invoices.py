"""An order's invoices: for whoever holds its link."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forum import throttle
from forum.actor import Actor
from forum.http import Request, be_about, private
from forum.outage import may_be_sent_again
from registration.forms import BillingDetailsForm
from registration.invoice_document import invoice_pdf
from registration.models import BillingDetails, Invoice, Order

CHANGES = 5  # each may cost a credit note and an invoice
AN_HOUR = timedelta(hours=1)


def _opened(request: Request, code: str, secret: str) -> Order:
    order = get_object_or_404(Order.objects.with_tickets().with_billing().opened_by(code, secret))
    be_about(request, order.edition)
    return order


@private
@require_safe
def invoice(request: Request, code: str, secret: str, number: str) -> HttpResponse:
    """Give an invoice or credit note of the order as PDF."""
    document = Invoice.objects.numbered(_opened(request, code, secret), number)
    if document is None:
        raise Http404
    return HttpResponse(
        invoice_pdf(document),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{document.number}.pdf"'},
    )


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: Request, code: str, secret: str) -> HttpResponse:
    """Ask whom the invoice is made out to, and issue it anew if there is one already."""
    order = _opened(request, code, secret)
    if not order.may_have_invoices:
        raise Http404
    form = BillingDetailsForm(order, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if throttle.allows("invoice-details", order.code, times=CHANGES, within=AN_HOUR):
            holder = Actor.holder(f"order {order.code}")
            BillingDetails.write(order, form.recipient, is_wanted=form.is_wanted, by=holder)
            issued = Invoice.bring_up_to_date(order, by=holder)
            messages.success(request, _in_words(issued))
            return redirect(order)
        form.add_error(
            None, _("This was changed often just now. Please try again in an hour, or write to us.")
        )
    return render(request, "registration/invoice_details.html", {"order": order, "form": form})


def _in_words(issued: list[Invoice]) -> str:
    if not issued:
        return _("Noted. It stands on your invoice when your payment has arrived.")
    if len(issued) == 1:
        return _("Your invoice is ready below.")
    return _("Your new invoice is ready below. A credit note cancels the one before.")
