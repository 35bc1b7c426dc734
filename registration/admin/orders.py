"""Orders and the money that was received for them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.edition_admin import EditionAdmin, EditionForm, EditionTabularInline, pill, state
from forum.edition_admin.forms import MoneyField
from forum.money import price as price_written
from forum.money import written
from registration.models import Order, Payment, Ticket


class TicketInline(EditionTabularInline):
    """The tickets of an order; what can be done to one stands on its own page."""

    model = Ticket
    duties_to_view = ("registration", "finance", "protection")
    adds = changes = deletes = False
    fields = ("attendee", "ticket_type", state, "price_written")
    readonly_fields = ("attendee", "ticket_type", state, "price_written")

    def get_queryset(self, request: Any) -> Any:
        tickets: Any = super().get_queryset(request)
        return tickets.with_all()

    @admin.display(description=_("attendee"))
    def attendee(self, ticket: Ticket) -> str:
        address = reverse("admin:registration_ticket_change", args=[ticket.pk])
        return format_html('<a href="{}">{}</a>', address, ticket.attendee)

    @admin.display(description=_("price"))
    def price_written(self, ticket: Ticket) -> str:
        return price_written(ticket.price, ticket.order.edition.currency)


class PaymentInline(EditionTabularInline):
    """The money received for an order."""

    model = Payment
    duties_to_view = ("registration", "finance")
    adds = changes = deletes = False
    fields = ("amount_written", "provider", "reference", "received_at")
    readonly_fields = ("amount_written",)

    @admin.display(description=_("amount"))
    def amount_written(self, payment: Payment) -> str:
        return written(payment.amount, payment.currency)


@admin.register(Order)
class OrderAdmin(EditionAdmin):
    """Purchases. A mistyped address is set right here, and the mails go again."""

    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    adds = deletes = False
    menu_position = 0
    list_display = ("code", "email", "tickets_written", "total_written", "balance_written", "placed_at")
    list_filter = ("tickets__status", "language")
    search_fields = ("code", "email", "tickets__attendee__name")
    search_help_text = _("Code, or part of an e-mail or an attendee’s name.")
    date_hierarchy = "placed_at"
    fields = (
        "code",
        "email",
        ("total_written", "paid_written", "balance_written"),
        "language",
        "placed_at",
        "agreed",
    )
    readonly_fields = (
        "code",
        "total_written",
        "paid_written",
        "balance_written",
        "language",
        "placed_at",
        "agreed",
    )
    inlines = (TicketInline, PaymentInline)

    def get_queryset(self, request: Any) -> Any:
        orders: Any = super().get_queryset(request)
        return orders.with_tickets()

    def save_model(self, request: Any, obj: Order, form: Any, change: bool) -> None:
        if "email" in form.changed_data:
            Order.objects.get(pk=obj.pk).correct_email(obj.email, by=Actor.of(request.user))
            messages.info(
                request, gettext("The mails go to the new address. The old links open nothing any more.")
            )

    @admin.display(description=_("tickets"))
    def tickets_written(self, order: Order) -> str:
        return format_html_join(
            " ", "{}", ((pill(ticket.status, ticket.get_status_display()),) for ticket in order.tickets.all())
        )

    @admin.display(description=_("total"))
    def total_written(self, order: Order) -> str:
        return written(order.total, order.edition.currency)

    @admin.display(description=_("received"))
    def paid_written(self, order: Order) -> str:
        return written(order.paid, order.edition.currency)

    @admin.display(description=_("still to be paid"))
    def balance_written(self, order: Order) -> str:
        return written(order.balance, order.edition.currency) if order.balance else "–"

    @admin.display(description=_("agreed to"))
    def agreed(self, order: Order) -> str:
        return ", ".join(str(version) for version in order.agreed_to.all()) or "–"


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
class PaymentAdmin(EditionAdmin):
    """Money received: booked once, never changed. Booking confirms the tickets that it pays for."""

    form = PaymentForm
    edition_lookup = "order__edition"
    duties_to_view = ("registration",)
    duties_to_change = ("finance",)
    changes = deletes = False
    menu_position = 3
    list_display = ("order", "amount_written", "provider", "reference", "received_at")
    list_filter = ("provider",)
    list_select_related = ("order",)
    search_fields = ("order__code", "reference", "order__email")
    search_help_text = _("Code of the order, reference, or part of an e-mail.")
    date_hierarchy = "received_at"
    fields = ("order", "amount", "provider", "reference")
    autocomplete_fields = ("order",)

    def get_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return (
            self.fields
            if obj is None
            else ("order", "amount_written", "provider", "reference", "received_at")
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

    @admin.display(description=_("amount"), ordering="amount")
    def amount_written(self, payment: Payment) -> str:
        return written(payment.amount, payment.currency)
