"""Payments that their payers take back by way of their banks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from forum.edition_admin import EditionAdmin, EditionTabularInline, pill
from forum.money import written
from registration.models import Dispute, Payment


@admin.display(description=_("state"), ordering="status")
def dispute_state(dispute: Dispute) -> str:
    """How it stands, as a word in a colour."""
    is_bad = dispute.needs_answer or dispute.status == Dispute.Status.LOST
    kind = "failed" if is_bad else "queued" if dispute.holds_money else "sent"
    return pill(kind, dispute.get_status_display())


@admin.display(description=_("amount"), ordering="amount")
def dispute_amount(dispute: Dispute) -> str:
    """How much is disputed."""
    return written(dispute.amount, dispute.currency)


def disputes_said(payment: Payment) -> str:
    """How the disputes of a payment stand, each with the way to it."""
    return (
        format_html_join(
            " ",
            '<a href="{}">{}</a>',
            (
                (reverse("admin:registration_dispute_change", args=[dispute.pk]), dispute_state(dispute))
                for dispute in payment.disputes.all()
            ),
        )
        or "–"
    )


class DisputeInline(EditionTabularInline):
    """What the payer of a payment disputes."""

    model = Dispute
    duties_to_view = ("registration", "finance")
    adds = changes = deletes = False
    fields = (dispute_state, dispute_amount, "reason", "due_by", "opened_at")
    readonly_fields = (dispute_state, dispute_amount)


@admin.register(Dispute)
class DisputeAdmin(EditionAdmin):
    """Disputes, as the provider tells them. They are answered on the provider's own page, by the day it says."""

    edition_lookup = "payment__order__edition"
    duties_to_view = ("registration",)
    duties_to_change = ("finance",)
    adds = changes = deletes = False
    menu_position = 5
    list_display = ("order_code", dispute_amount, dispute_state, "reason", "due_by", "opened_at")
    list_filter = ("status",)
    list_select_related = ("payment__order",)
    search_fields = ("payment__order__code", "payment__order__email", "reference")
    search_help_text = _("Code of the order, reference, or part of an e-mail.")
    readonly_fields = (dispute_state, dispute_amount)
    fields = (
        *("payment", dispute_amount, dispute_state, "reason", "is_withdrawn", "due_by"),
        *("opened_at", "told_at", "reference"),
    )

    @admin.display(description=_("order"), ordering="payment__order__code")
    def order_code(self, dispute: Dispute) -> str:
        return dispute.payment.order.code

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("payment__order")
