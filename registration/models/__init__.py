"""The nouns of this storey."""

from registration.models.attendee import Attendee
from registration.models.order import Order
from registration.models.payment import Payment
from registration.models.quota import Place, Quota
from registration.models.ticket import Ticket
from registration.models.ticket_type import TicketType
from registration.models.wish import Wish

__all__ = ["Attendee", "Order", "Payment", "Place", "Quota", "Ticket", "TicketType", "Wish"]
