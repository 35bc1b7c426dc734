"""Money received and paid back, and what the providers told us."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.edition_admin import EditionAdmin, EditionForm, EditionTabularInline, Sum, Verb, state
from forum.edition_admin.forms import MoneyField
from forum.money import written
from registration.admin.disputes import DisputeInline, disputes_said
from registration.admin.money_page import ShowsMoney
from registration.models import Notice, Payment, Refund


class RefundInline(EditionTabularInline):
    """What was paid back of a payment."""

    model = Refund
    duties_to_view = ("registration", "finance")
    adds = changes = deletes = False
    fields = ("amount_written", state, "reason", "created_at", "error")
    readonly_fields = ("amount_written", state)

    @admin.display(description=_("amount"))
    def amount_written(self, refund: Refund) -> str:
        return written(refund.amount, refund.payment.currency)


class PaymentForm(EditionForm):
    """Money that came, in the edition's currency."""

    class Meta:
        model = Payment
        exclude = ("currency",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.edition and not self.instance.currency:
            self.instance.currency = self.edition.currency


@admin.register(Payment)
class PaymentAdmin(ShowsMoney, EditionAdmin):
    """Money received: booked once, never changed. Booking confirms the tickets that it pays for."""

    form = PaymentForm
    edition_lookup = "order__edition"
    duties_to_view = ("registration",)
    duties_to_change = ("finance",)
    changes = deletes = False
    menu_position = 3
    list_display = (
        *("order", "amount_written", "refunded_written", "disputed"),
        *("provider", "reference", "received_at"),
    )
    list_filter = ("provider", "disputes__status")
    list_select_related = ("order",)
    search_fields = ("order__code", "reference", "order__email")
    search_help_text = _("Code of the order, reference, or part of an e-mail.")
    date_hierarchy = "received_at"
    fields = ("order", "amount", "provider", "reference")
    autocomplete_fields = ("order",)

    inlines = (RefundInline, DisputeInline)
    verbs = (
        Verb(
            "refund",
            _("Pay back"),
            _("It is being paid back; the buyer is told"),
            lambda payment, by, reason, amount: Refund.ask(payment, amount=amount, by=by, reason=reason),
            applies=lambda payment: payment.refundable > 0,
            warning=_(
                "Stripe sends it back the way it came. What came another way you transfer yourself: this writes "
                "it down and tells the buyer. No ticket is cancelled by it."
            ),
            asks_reason=True,
            money=lambda payment, user: Sum(payment.refundable, payment.currency, _("Amount")),
            singly=True,
            kind="danger",
        ),
    )

    def get_inlines(self, request: Any, obj: Any = None) -> Any:
        return self.inlines if obj else ()

    def get_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return (
            self.fields
            if obj is None
            else ("order", "amount_written", "refunded_written", "provider", "reference", "received_at")
        )

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        return super().get_readonly_fields(request, obj) if obj else []

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "amount":
            currency = request.edition.currency
            return MoneyField(currency=currency, label=_("Amount"), help_text=currency)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_choice_field(db_field, request, **kwargs)
        field.choices = [
            (value, words) for value, words in Payment.Provider.choices if value != Payment.Provider.STRIPE
        ]
        return field

    def save_model(self, request: Any, obj: Payment, form: Any, change: bool) -> None:
        booked = Payment.book(
            obj.order,
            provider=obj.provider,
            reference=obj.reference,
            amount=obj.amount,
            currency=obj.order.edition.currency,
            by=Actor.of(request.user),
        )
        obj.pk, obj.currency = booked.pk, booked.currency

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("refunds", "disputes")

    @admin.display(description=_("paid back"))
    def refunded_written(self, payment: Payment) -> str:
        return written(payment.refunded, payment.currency) if payment.refunded else "–"

    @admin.display(description=_("disputed"))
    def disputed(self, payment: Payment) -> str:
        return disputes_said(payment)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_written(self, payment: Payment) -> str:
        return written(payment.amount, payment.currency)


@admin.register(Refund)
class RefundAdmin(EditionAdmin):
    """Money paid back. It is asked for at a payment, or with a cancellation; what failed is tried again here."""

    edition_lookup = "payment__order__edition"
    duties_to_view = ("registration",)
    duties_to_change = ("finance",)
    adds = changes = deletes = False
    menu_position = 4
    list_display = ("order_code", "amount_written", state, "created_at", "finished_at", "short_error")
    list_filter = ("status",)
    list_select_related = ("payment__order",)
    search_fields = ("payment__order__code", "payment__order__email", "reference")
    search_help_text = _("Code of the order, reference, or part of an e-mail.")
    date_hierarchy = "created_at"
    readonly_fields = (state, "amount_written")
    fields = (
        *("payment", "ticket", "amount_written", state, "reason", "asked_by", "created_at", "finished_at"),
        *("reference", "attempts", "error"),
    )
    verbs = (
        Verb(
            "again",
            _("Try again"),
            _("It is tried again"),
            lambda refund, by, reason: refund.again(),
            applies=lambda refund: refund.status == Refund.Status.FAILED,
        ),
    )

    @admin.display(description=_("order"), ordering="payment__order__code")
    def order_code(self, refund: Refund) -> str:
        return refund.payment.order.code

    @admin.display(description=_("amount"), ordering="amount")
    def amount_written(self, refund: Refund) -> str:
        return written(refund.amount, refund.payment.currency)

    @admin.display(description=_("error"))
    def short_error(self, refund: Refund) -> str:
        return refund.error[:120] + "…" if len(refund.error) > 120 else refund.error


@admin.register(Notice)
class NoticeAdmin(EditionAdmin):
    """What providers told us unasked, and what came of it. What needs somebody stays open until it was seen to."""

    duties_to_view = ("registration",)
    duties_to_change = ("finance",)
    adds = changes = deletes = False
    menu_position = 5
    list_display = ("received_at", "outcome", "order", "amount_written", "kind", "times", "settled_at")
    list_filter = ("outcome", ("settled_at", admin.EmptyFieldListFilter))
    list_select_related = ("order",)
    search_fields = ("order__code", "reference")
    search_help_text = _("Code of the order, or reference.")
    date_hierarchy = "received_at"
    readonly_fields = ("amount_written",)
    fields = (
        *("outcome", "order", "amount_written", "provider", "kind", "reference", "times"),
        *("received_at", "settled_at"),
    )
    verbs = (
        Verb(
            "settle",
            _("Seen to"),
            _("Noted as seen to"),
            lambda notice, by, reason: notice.settle(by=by),
            applies=lambda notice: notice.needs_somebody,
        ),
    )

    @admin.display(description=_("amount"), ordering="amount")
    def amount_written(self, notice: Notice) -> str:
        return "–" if notice.amount is None else written(notice.amount, notice.currency)
