"""The nouns of this storey."""

from registration.models.announcement import Announcement
from registration.models.answer import Answer, ProtectedAnswer
from registration.models.attendee import Attendee
from registration.models.bank_statement import BankStatement
from registration.models.bill import Billed, Recipient
from registration.models.billing_check import wrongly_billed
from registration.models.billing_details import BillingDetails
from registration.models.bulk_plan import BulkPlan
from registration.models.bulk_refund import BulkRefund
from registration.models.bulk_refund_part import BulkRefundPart
from registration.models.checkout import Checkout
from registration.models.dispute import Dispute
from registration.models.guest import Guest
from registration.models.invoice import Invoice
from registration.models.invoice_line import InvoiceLine
from registration.models.invoice_series import InvoiceSeries
from registration.models.ledger import Account, Figures, Flow, Ledger, Standing
from registration.models.notice import Notice
from registration.models.order import Order
from registration.models.order_placing import Addition
from registration.models.outcome import Outcome
from registration.models.payment import Payment
from registration.models.place import Place
from registration.models.place_offer import OfferTime, PlaceOffer
from registration.models.price_step import NextPrice, PriceStep
from registration.models.question import Question
from registration.models.question_option import QuestionOption
from registration.models.quota import Quota
from registration.models.refund import Refund
from registration.models.refund_rule import RefundRule
from registration.models.said import Said
from registration.models.set_aside import SetAside
from registration.models.settlement import Settlement
from registration.models.speaker_place import SpeakerPlace
from registration.models.statement_line import StatementLine
from registration.models.ticket import Ticket
from registration.models.ticket_type import TicketType
from registration.models.type_change import TypeChange
from registration.models.type_offer import TypeOffer
from registration.models.voucher import Voucher
from registration.models.waiting_entry import WaitingDecision, WaitingEntry
from registration.models.waiting_list import WaitingList
from registration.models.wish import Wanted, Wish

__all__ = [
    "Account",
    "Addition",
    "Announcement",
    "Answer",
    "Attendee",
    "BankStatement",
    "Billed",
    "BillingDetails",
    "BulkPlan",
    "BulkRefund",
    "BulkRefundPart",
    "Checkout",
    "Dispute",
    "Figures",
    "Flow",
    "Guest",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "Ledger",
    "NextPrice",
    "Notice",
    "OfferTime",
    "Order",
    "Outcome",
    "Payment",
    "Place",
    "PlaceOffer",
    "PriceStep",
    "ProtectedAnswer",
    "Question",
    "QuestionOption",
    "Quota",
    "Recipient",
    "Refund",
    "RefundRule",
    "Said",
    "SetAside",
    "Settlement",
    "SpeakerPlace",
    "Standing",
    "StatementLine",
    "Ticket",
    "TicketType",
    "TypeChange",
    "TypeOffer",
    "Voucher",
    "WaitingDecision",
    "WaitingEntry",
    "WaitingList",
    "Wanted",
    "Wish",
    "wrongly_billed",
]
