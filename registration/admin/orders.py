"""Orders, with all that belongs to them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.edition_admin import EditionAdmin, EditionTabularInline, Sum, Verb, pill, state
from forum.edition_admin.searching import found_once
from forum.money import price as price_written
from forum.money import written
from registration.admin.bulk_refunds import PaysBackInBulk
from registration.admin.by_hand import RegistersByHand
from registration.admin.disputes import disputes_said
from registration.admin.invoices import InvoiceInline
from registration.admin.money_page import StandingFilter
from registration.models import Checkout, Notice, Order, Payment, Ticket
from registration.models.ticket_status import Status


class TicketInline(EditionTabularInline):
    """The tickets of an order; what can be done to one stands on its own page."""

    model = Ticket
    duties_to_view = ("registration", "finance", "protection")
    adds = changes = deletes = False
    fields = ("attendee_link", "ticket_type", state, "price_written")
    readonly_fields = ("attendee_link", "ticket_type", state, "price_written")

    def get_queryset(self, request: Any) -> Any:
        tickets: Any = super().get_queryset(request)
        return tickets.with_all()

    @admin.display(description=_("attendee"))
    def attendee_link(self, ticket: Ticket) -> str:
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
    fields = ("amount_written", "refunded_written", "disputed", "provider", "reference", "received_at")
    readonly_fields = ("amount_written", "refunded_written", "disputed")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("refunds", "disputes")

    @admin.display(description=_("amount"))
    def amount_written(self, payment: Payment) -> str:
        address = reverse("admin:registration_payment_change", args=[payment.pk])
        return format_html('<a href="{}">{}</a>', address, written(payment.amount, payment.currency))

    @admin.display(description=_("paid back"))
    def refunded_written(self, payment: Payment) -> str:
        return written(payment.refunded, payment.currency) if payment.refunded else "–"

    @admin.display(description=_("disputed"))
    def disputed(self, payment: Payment) -> str:
        return disputes_said(payment)


class CheckoutInline(EditionTabularInline):
    """The pages on which an order was, or may be, paid online."""

    model = Checkout
    duties_to_view = ("registration", "finance")
    adds = changes = deletes = False
    fields = (state, "amount_written", "created_at", "expires_at", "reference")
    readonly_fields = (state, "amount_written")

    @admin.display(description=_("amount"))
    def amount_written(self, checkout: Checkout) -> str:
        return written(checkout.amount, checkout.currency)


class NoticeInline(EditionTabularInline):
    """What the provider told us about an order."""

    model = Notice
    duties_to_view = ("registration", "finance")
    adds = changes = deletes = False
    fields = ("kind", "outcome", "received_at", "times")


class TicketStateFilter(admin.SimpleListFilter):
    """By the state of one of their tickets."""

    title = _("state")
    parameter_name = "tickets__status__exact"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(words)) for value, words in Status.choices]

    def queryset(self, request: Any, queryset: Any) -> Any:
        wanted = self.value()
        return queryset.with_ticket_in(wanted) if wanted in Status.values else queryset


def _unquoted(bit: str) -> str:
    return unescape_string_literal(bit) if bit.startswith(('"', "'")) and bit[0] == bit[-1] else bit


class OrderList(ChangeList):
    """The list of orders. When it is narrowed by words or a filter, the months above it are left out: each time they
    take two questions over all that was found."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_narrowed = bool(self.query or self.has_active_filters)
        if is_narrowed and not any(name.startswith("placed_at__") for name in self.params):
            self.date_hierarchy = None


@admin.register(Order)
class OrderAdmin(RegistersByHand, PaysBackInBulk, EditionAdmin):
    """Purchases. A mistyped address is set right here, and the mails go again."""

    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    adds = deletes = False
    menu_position = 0
    list_display = ("code", "email", "tickets_written", "total_written", "balance_written", "placed_at")
    list_filter = (TicketStateFilter, StandingFilter, "language")
    search_fields = ("code", "email", "tickets__attendee__name")
    search_help_text = _("Code, or part of an e-mail or an attendee’s name.")
    date_hierarchy = "placed_at"
    fields = (
        "code",
        "email",
        ("total_written", "received_written", "refunded_written", "balance_written"),
        "language",
        "placed_at",
        "agreed",
    )
    readonly_fields = (
        "code",
        "total_written",
        "received_written",
        "refunded_written",
        "balance_written",
        "language",
        "placed_at",
        "agreed",
    )
    verbs = (
        Verb(
            "keep",
            _("Keep the rest"),
            _("It is kept"),
            lambda order, by, reason, amount: order.keep(amount, by=by),
            applies=lambda order: order.overpaid > 0,
            warning=_(
                "Money that no ticket stands against any more, and that you do not pay back: a cancellation fee for "
                "instance. To pay it back, open the payment instead."
            ),
            money=lambda order, user: Sum(order.overpaid, order.edition.currency, _("Amount")),
            singly=True,
            duties=("finance",),
        ),
    )
    inlines = (TicketInline, PaymentInline, InvoiceInline, CheckoutInline, NoticeInline)

    def get_changelist(self, request: Any, **kwargs: Any) -> type[ChangeList]:
        return OrderList

    def get_queryset(self, request: Any) -> Any:
        orders: Any = super().get_queryset(request)
        is_list = request.resolver_match.url_name == "registration_order_changelist"
        return orders.with_state() if is_list else orders.with_tickets()

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        # Django would join the tickets, and then sort out the orders that were found more than once, column by column.
        if not search_term:
            return queryset, False
        found = queryset.about(_unquoted(bit) for bit in smart_split(search_term))
        return found_once(queryset, found), False

    def save_model(self, request: Any, obj: Order, form: Any, change: bool) -> None:
        if "email" in form.changed_data:
            order = Order.objects.get(pk=obj.pk)
            had_none = not order.email
            order.correct_email(obj.email, by=Actor.of(request.user))
            if had_none:
                messages.info(request, gettext("The mails go to this address now. A slip stays good."))
            else:
                said = gettext("The mails go to the new address. The old links open nothing any more.")
                messages.info(request, said)

    @admin.display(description=_("tickets"))
    def tickets_written(self, order: Order) -> str:
        return format_html_join(
            " ", "{}", ((pill(ticket.status, ticket.get_status_display()),) for ticket in order.tickets.all())
        )

    @admin.display(description=_("total"))
    def total_written(self, order: Order) -> str:
        return written(order.total, order.edition.currency)

    @admin.display(description=_("received"))
    def received_written(self, order: Order) -> str:
        return written(order.received, order.edition.currency)

    @admin.display(description=_("paid back"))
    def refunded_written(self, order: Order) -> str:
        return written(order.refunded, order.edition.currency) if order.refunded else "–"

    @admin.display(description=_("still to be paid"))
    def balance_written(self, order: Order) -> str:
        if order.overpaid:
            return gettext("%(amount)s too much") % {
                "amount": written(order.overpaid, order.edition.currency)
            }
        return written(order.balance, order.edition.currency) if order.balance else "–"

    @admin.display(description=_("agreed to"))
    def agreed(self, order: Order) -> str:
        return ", ".join(str(version) for version in order.agreed_to.all()) or "–"
