"""The nouns of this storey."""

from registration.models.attendee import Attendee
from registration.models.bank_statement import BankStatement
from registration.models.checkout import Checkout
from registration.models.notice import Notice
from registration.models.order import Order
from registration.models.order_placing import Addition
from registration.models.outcome import Outcome
from registration.models.payment import Payment
from registration.models.place_offer import OfferTime, PlaceOffer
from registration.models.price_step import NextPrice, PriceStep
from registration.models.quota import Place, Quota
from registration.models.refund import Refund
from registration.models.said import Said
from registration.models.statement_line import StatementLine
from registration.models.ticket import Ticket
from registration.models.ticket_type import TicketType
from registration.models.voucher import Voucher
from registration.models.waiting_entry import WaitingDecision, WaitingEntry
from registration.models.waiting_list import WaitingList
from registration.models.wish import Wanted, Wish

__all__ = [
    "Addition",
    "Attendee",
    "BankStatement",
    "Checkout",
    "NextPrice",
    "Notice",
    "OfferTime",
    "Order",
    "Outcome",
    "Payment",
    "Place",
    "PlaceOffer",
    "PriceStep",
    "Quota",
    "Refund",
    "Said",
    "StatementLine",
    "Ticket",
    "TicketType",
    "Voucher",
    "WaitingDecision",
    "WaitingEntry",
    "WaitingList",
    "Wanted",
    "Wish",
]
