"""An order as its own page shows it. Most have neither money nor papers: they are read in two questions."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q

from forum.models import Edition, Message
from forum.prepared import Question as Prepared
from forum.prepared import attach
from registration.models.answer import Answer, ProtectedAnswer
from registration.models.checkout import Checkout
from registration.models.invoice import Invoice
from registration.models.order import Order
from registration.models.payment import Payment
from registration.models.ticket import Ticket
from registration.models.type_change import TypeChange
from registration.models.types_on_offer import days_of_types


def shown_order(code: str, secret: str, known: Edition | None) -> Order | None:
    """The order that code and secret open together, with all that its page shows; None when they open none. `known` is
    an edition that need not be read anew, should it be the order's."""
    mails_about = ContentType.objects.get_for_model(Ticket).pk
    order: Any = next(iter(_ORDER.records(code, secret, mails_about)), None)
    if order is None:
        return None
    if order.has_more:
        order = Order.objects.with_tickets().with_billing().get(pk=order.pk)
    else:
        _read_tickets(order, known)
    return order


def _read_tickets(order: Any, known: Edition | None) -> None:
    if known and known.pk == order.edition_id:
        order.edition = known
    days, by_type = days_of_types(order.edition)
    attach(order.edition, "days", days)
    tickets = _TICKETS.records(order.pk)
    for ticket in tickets:
        ticket.order, ticket.ticket_type.edition = order, order.edition
        attach(ticket.ticket_type, "days", by_type.get(ticket.ticket_type_id, ()))
        attach(ticket, "refunds", ())
        attach(ticket, "type_changes", ())
    attach(order, "tickets", tickets)
    for nothing in ("payments", "checkouts", "invoices"):
        attach(order, nothing, ())


def _order(code: str, secret: str, mails_about: int) -> Any:
    tickets = Ticket.objects.filter(order=OuterRef("pk"))
    theirs, among = {"order": OuterRef("pk")}, {"attendee__ticket__order": OuterRef("pk")}
    more: Any = Q()
    for model in (Payment, Checkout, Invoice):
        more |= Q(Exists(model._default_manager.filter(**theirs)))
    failed = Message.objects.failed().filter(
        about_type=mails_about,
        about_id__in=Ticket.objects.filter(order=OuterRef(OuterRef("pk"))).values("pk"),
    )
    found: Any = Order.objects.opened_by(code, secret).select_related("billing").order_by()
    return found.annotate(
        has_more=more | Q(Exists(TypeChange.objects.filter(ticket__in=tickets))),
        has_failed_mail=Exists(failed),
        has_answers=Exists(Answer.objects.filter(**among)) | Exists(ProtectedAnswer.objects.filter(**among)),
    )


_ORDER = Prepared(_order)
_TICKETS = Prepared(
    lambda order: Ticket.objects.filter(order=order).select_related(
        "attendee", "group__shown_as", "ticket_type"
    )
)
