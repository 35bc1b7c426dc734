"""Tickets and the people who come with them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.edition_admin import EditionAdmin, EditionStackedInline, PublicGroupFilter, Sum, Verb, state
from forum.money import price as price_written
from forum.templatetags.components import group as group_drawn
from registration.admin.answers import ShowsAnswers, answers_for
from registration.admin.attendee_list import WithAttendeeList
from registration.admin.badges import WithBadges
from registration.admin.changes import TypeChangeInline
from registration.admin.group_change import ChangesGroup
from registration.admin.requests import ShowsRequests
from registration.models import Attendee, Ticket
from registration.models.ticket_status import Status
from registration.payments import checkouts, refunds

PERSON = ("name", "badge_name", "email", "organisation", "country", "photo_consent")
NEEDS = ("diet", "access_needs", "interpretation")


def _fields_for(request: Any) -> tuple[str, ...]:
    """What somebody needs to take part is for those who arrange it, not for those who book payments."""
    return PERSON + NEEDS if request.user.has_duty(request.edition, "registration", "protection") else PERSON


def _sees_vouchers(request: Any) -> bool:
    """Who knows a code may use it, so it is for those who make and book them."""
    return bool(request.user.has_duty(request.edition, "registration", "finance"))


def _confirm(ticket: Ticket, by: Actor, reason: str) -> None:
    checkouts.close(ticket.order, by=by)  # else it could be paid a second time
    ticket.confirm_by_hand(by=by)


def _to_be_paid_back(ticket: Ticket, user: Any) -> Sum | None:
    """What may be paid back with a cancellation, by those who may move money."""
    edition = ticket.order.edition
    left = sum(payment.refundable for payment in ticket.order.payments.in_currency(edition.currency))
    most = min(ticket.price, left)
    if not most or not user.has_duty(edition, "finance"):
        return None
    return Sum(most, edition.currency, _("To be paid back (0 for nothing)"))


class AttendeeInline(EditionStackedInline):
    """Who walks in with a ticket."""

    model = Attendee
    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    adds = deletes = False

    def get_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return _fields_for(request)


@admin.register(Ticket)
class TicketAdmin(ShowsRequests, ChangesGroup, WithBadges, WithAttendeeList, EditionAdmin):
    """Rights to enter. The state changes by verbs only, each of which tells the attendee."""

    edition_lookup = "order__edition"
    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    adds = deletes = False
    menu_position = 1
    list_display = (
        "attendee_name",
        "order_code",
        "ticket_type",
        "shown_group",
        state,
        "price_written",
        "since",
    )
    list_filter = ("status", "ticket_type", PublicGroupFilter)
    search_fields = (
        "order__code",
        "attendee__name",
        "attendee__badge_name",
        "attendee__email",
        "attendee__organisation",
    )
    search_help_text = _("Code of the order, or part of a name, e-mail or organisation.")
    ordering = ("-status_changed_at", "pk")
    readonly_fields = (
        *("order", "ticket_type", "shown_group", "group", "price_written", "voucher", state),
        *("reserved_until", "status_changed_at", "reason"),
    )
    fields = (
        *(("order", "ticket_type"), ("shown_group", "price_written")),
        *((state, "status_changed_at", "reserved_until"), "reason"),
    )
    inlines = (AttendeeInline, TypeChangeInline)
    verbs = (
        Verb(
            "approve",
            _("Approve"),
            _("Approved; the attendee is told"),
            lambda ticket, by, reason: ticket.approve(by=by),
            applies=lambda ticket: ticket.status == Status.REQUESTED,
        ),
        Verb(
            "decline",
            _("Decline"),
            _("Declined; the attendee is told"),
            lambda ticket, by, reason: ticket.decline(by=by, reason=reason),
            applies=lambda ticket: ticket.status == Status.REQUESTED,
            warning=_("They are told by mail, with the reason."),
            asks_reason=True,
            kind="danger",
        ),
        Verb(
            "confirm",
            _("Confirm: money received"),
            _("Confirmed; the attendee is told"),
            _confirm,
            applies=lambda ticket: ticket.status == Status.RESERVED,
            duties=("registration", "finance"),
            warning=_(
                "For money that is not booked as a payment of its own. A payment that is booked confirms by itself."
            ),
        ),
        Verb(
            "cancel",
            _("Cancel"),
            _("Cancelled; the attendee is told"),
            refunds.cancel,
            applies=lambda ticket: ticket.is_live,
            warning=_(
                "The place goes to others at once, and the attendee is told by mail, also what is paid back. "
                "This cannot be taken back."
            ),
            asks_reason=True,
            money=_to_be_paid_back,
            kind="danger",
        ),
    )

    def get_queryset(self, request: Any) -> Any:
        tickets: Any = super().get_queryset(request)
        return tickets.with_all()

    def get_fields(self, request: Any, obj: Any = None) -> tuple[Any, ...]:
        """The group that somebody chose is for those who protect them; all others see the one that stands for it."""
        fields: tuple[Any, ...] = (*self.fields, *self.fields_of_request(request, obj))
        if _sees_vouchers(request):
            fields += ("voucher",)
        return (*fields, "group") if request.user.has_duty(request.edition, "protection") else fields

    def get_search_fields(self, request: Any) -> tuple[str, ...]:
        return (*self.search_fields, "voucher__code") if _sees_vouchers(request) else self.search_fields

    @admin.display(description=_("attendee"), ordering="attendee__name")
    def attendee_name(self, ticket: Ticket) -> str:
        return ticket.attendee.name

    @admin.display(description=_("order"), ordering="order__code")
    def order_code(self, ticket: Ticket) -> str:
        return ticket.order.code

    @admin.display(description=_("group, as shown"))
    def shown_group(self, ticket: Ticket) -> str:
        return group_drawn(ticket.group.public)

    @admin.display(description=_("since"), ordering="status_changed_at")
    def since(self, ticket: Ticket) -> str:
        return date_format(timezone.localtime(ticket.status_changed_at), "j M Y")

    @admin.display(description=_("price"), ordering="price")
    def price_written(self, ticket: Ticket) -> str:
        return price_written(ticket.price, ticket.order.edition.currency)


@admin.register(Attendee)
class AttendeeAdmin(ShowsAnswers, EditionAdmin):
    """The people who walk in."""

    edition_lookup = "ticket__order__edition"
    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    adds = deletes = False
    menu_position = 2
    list_display = ("name", "organisation", "country", "ticket_type", "ticket_state")
    list_filter = ("ticket__status", "ticket__ticket_type", "photo_consent")
    list_select_related = ("ticket__ticket_type", "ticket__order")
    search_fields = ("name", "badge_name", "email", "organisation", "ticket__order__code")
    search_help_text = _("Part of a name, e-mail or organisation, or the code of the order.")
    readonly_fields = ("ticket", "answers_given", "protected_answers_given")

    def get_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return (*_fields_for(request), *answers_for(request), "ticket")

    @admin.display(description=_("ticket type"))
    def ticket_type(self, attendee: Attendee) -> str:
        return str(attendee.ticket.ticket_type)

    @admin.display(description=_("state"), ordering="ticket__status")
    def ticket_state(self, attendee: Attendee) -> str:
        return state(attendee.ticket)
