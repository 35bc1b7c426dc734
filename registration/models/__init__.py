"""The nouns of this storey."""

from registration.models.answer import Answer, ProtectedAnswer
from registration.models.attendee import Attendee
from registration.models.bank_statement import BankStatement
from registration.models.checkout import Checkout
from registration.models.notice import Notice
from registration.models.order import Order
from registration.models.order_placing import Addition
from registration.models.outcome import Outcome
from registration.models.payment import Payment
from registration.models.price_step import NextPrice, PriceStep
from registration.models.question import Question
from registration.models.question_option import QuestionOption
from registration.models.quota import Place, Quota
from registration.models.refund import Refund
from registration.models.said import Said
from registration.models.statement_line import StatementLine
from registration.models.ticket import Ticket
from registration.models.ticket_type import TicketType
from registration.models.voucher import Voucher
from registration.models.wish import Wanted, Wish

__all__ = [
    "Addition",
    "Answer",
    "Attendee",
    "BankStatement",
    "Checkout",
    "NextPrice",
    "Notice",
    "Order",
    "Outcome",
    "Payment",
    "Place",
    "PriceStep",
    "ProtectedAnswer",
    "Question",
    "QuestionOption",
    "Quota",
    "Refund",
    "Said",
    "StatementLine",
    "Ticket",
    "TicketType",
    "Voucher",
    "Wanted",
    "Wish",
]
