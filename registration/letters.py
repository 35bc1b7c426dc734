"""The letters of this storey: one for each state of a ticket, those about money, and one that brings lost links.

Each is written when it is sent. What is not true any more by then, or would go to an address that has been corrected
since, is not sent.
"""

from __future__ import annotations

from typing import Any

from forum.mail import Attachment, Content, Pointless, letter
from forum.models import Message
from forum.money import written
from forum.prepared import attach
from registration import guest_letters, letters_to_many  # noqa: F401 - they register their letters
from registration.badges import Badge
from registration.calendar import calendar_of
from registration.models import Order, Payment, Refund, Ticket, TypeChange
from registration.models.ticket_status import Status
from registration.models.types_on_offer import days_of_types
from registration.payments import stripe_checkout


def _ticket(message: Message, *states: Status) -> Ticket:
    """The ticket that a message is about, in one of `states`. Raises Pointless when it is not, or not theirs."""
    ticket = Ticket.objects.told_of_in(message)
    if ticket is None or ticket.status not in states:
        raise Pointless("The ticket is in another state by now.")
    if message.to.casefold() not in {ticket.order.email.casefold(), ticket.attendee.email.casefold()}:
        raise Pointless("The address was corrected meanwhile.")
    return ticket


def _about(message: Message, *states: Status) -> Content:
    """What all letters about a ticket show. Only the buyer's address gets the link of the order."""
    ticket = _ticket(message, *states)
    # One and the same edition: its days, and whether it is the current one, are asked for once.
    ticket.order.edition = ticket.ticket_type.edition = edition = message.edition or ticket.edition
    days, by_type = days_of_types(edition)
    attach(edition, "days", days)
    attach(ticket.ticket_type, "days", by_type.get(ticket.ticket_type_id, ()))
    order = ticket.order
    is_buyer = message.to.casefold() == order.email.casefold()
    context: dict[str, Any] = {
        "ticket": ticket,
        "attendee": ticket.attendee,
        "order": order,
        "is_buyer": is_buyer,
        "pay_by": ticket.reserved_until,
        "pays_online": stripe_checkout.is_offered(),
        "link": edition.link(order.get_absolute_url() if is_buyer else ticket.get_absolute_url()),
        "register_link": edition.link(edition.path("register")),
        "others": is_buyer and Order.objects.is_beside_another(order),
    }
    return Content(context)


@letter("ticket-requested", "registration")
def ticket_requested(message: Message) -> Content:
    """We have your request."""
    return _about(message, Status.REQUESTED)


@letter("ticket-reserved", "registration")
def ticket_reserved(message: Message) -> Content:
    """A place is kept for you until it is paid."""
    return _about(message, Status.RESERVED)


@letter("ticket-approved", "registration")
def ticket_approved(message: Message) -> Content:
    """Your request was answered with yes; it is to be paid now."""
    return _about(message, Status.RESERVED)


@letter("ticket-confirmed", "registration")
def ticket_confirmed(message: Message) -> Content:
    """You are registered: with the badge and the calendar file."""
    content = _about(message, Status.CONFIRMED)
    ticket = content.context["ticket"]
    content.attachments.append(Attachment("forum.ics", calendar_of(ticket), "text/calendar; method=PUBLISH"))
    content.attachments.append(Attachment("badge.pdf", Badge.of(ticket).pdf(), "application/pdf"))
    return content


@letter("speaker-place", "registration")
def speaker_place(message: Message) -> Content:
    """You speak, so you have a place: with the badge and the calendar file."""
    return ticket_confirmed(message)


@letter("ticket-declined", "registration")
def ticket_declined(message: Message) -> Content:
    """Your request was answered with no."""
    return _about(message, Status.DECLINED)


@letter("ticket-expired", "registration")
def ticket_expired(message: Message) -> Content:
    """The time to pay has passed."""
    return _about(message, Status.EXPIRED)


@letter("ticket-cancelled", "registration")
def ticket_cancelled(message: Message) -> Content:
    """Your ticket was cancelled."""
    return _about(message, Status.CANCELLED)


@letter("ticket-passed-on", "registration")
def ticket_passed_on(message: Message) -> Content:
    """Somebody else comes with your ticket. To who came before, whose name is nowhere else any more."""
    if "name" not in message.context:
        raise Pointless("It was sent before, and what it said is not kept.")
    return Content({"name": message.context["name"]})


def _about_money(order: Order, message: Message, **context: Any) -> Content:
    """What letters about money show; they go to the buyer only."""
    if message.to.casefold() != order.email.casefold():
        raise Pointless("The address was corrected meanwhile.")
    return Content({"order": order, "link": order.edition.link(order.get_absolute_url()), **context})


@letter("payment-late", "registration")
def payment_late(message: Message) -> Content:
    """Money came, and no ticket waits for it."""
    payment = message.about
    if not isinstance(payment, Payment) or payment.order.is_live:
        raise Pointless("A ticket stands against the money by now.")
    return _about_money(payment.order, message, amount=written(payment.amount, payment.currency))


def _about_what_is_owed(key: int, message: Message, **context: Any) -> Content:
    """What letters show that ask for money: how much, until when, and how."""
    order = Order.objects.with_tickets().get(pk=key)
    if not order.is_payable or order.checkout is not None:
        raise Pointless("No money is waited for any more, or it may be under way.")
    return _about_money(
        order,
        message,
        pay_by=order.pay_by,
        pays_online=stripe_checkout.is_offered(),
        is_buyer=True,
        **context,
    )


@letter("payment-short", "registration")
def payment_short(message: Message) -> Content:
    """Money came, and it is less than is owed."""
    payment = message.about
    if not isinstance(payment, Payment):
        raise Pointless("The payment is not there any more.")
    amount = written(payment.amount, payment.currency)
    return _about_what_is_owed(payment.order_id, message, amount=amount)


@letter("payment-reminder", "registration")
def payment_reminder(message: Message) -> Content:
    """The time to pay ends in some days."""
    if not isinstance(message.about, Order):
        raise Pointless("The order is not there any more.")
    return _about_what_is_owed(message.about.pk, message)


@letter("order-state", "registration")
def order_state(message: Message) -> Content:
    """How an order of several people stands, for its buyer."""
    if not isinstance(message.about, Order):
        raise Pointless("The order is not there any more.")
    order = Order.objects.with_tickets().get(pk=message.about.pk)
    waits_for_money = order.is_payable and order.checkout is None
    return _about_money(
        order,
        message,
        tickets=order.tickets.all(),
        waits_for_money=waits_for_money,
        pay_by=order.pay_by,
        pays_online=stripe_checkout.is_offered(),
        is_buyer=True,
    )


@letter("type-change-lapsed", "registration")
def type_change_lapsed(message: Message) -> Content:
    """The difference for another ticket was not paid in time."""
    change = message.about
    if not isinstance(change, TypeChange) or change.status != change.Status.LAPSED:
        raise Pointless("It did not lapse after all.")
    return _about_money(change.ticket.order, message, change=change, ticket=change.ticket)


@letter("refund", "registration")
def refund(message: Message) -> Content:
    """Money is on its way back."""
    refund = message.about
    if not isinstance(refund, Refund) or not refund.counts:
        raise Pointless("It was not paid back after all.")
    amount = written(refund.amount, refund.payment.currency)
    return _about_money(refund.payment.order, message, refund=refund, amount=amount)


@letter("order-links", "registration")
def order_links(message: Message) -> Content:
    """The links of the live orders of the address that the mail goes to."""
    orders = list(Order.objects.of_address(message.to).live().with_tickets())
    if not orders:
        raise Pointless("No order of this address is live any more.")
    return Content({"orders": [(order, order.edition.link(order.get_absolute_url())) for order in orders]})
