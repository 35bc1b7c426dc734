"""The organizers' side of registration."""

from registration.admin import money, offers, orders, tickets, vouchers

__all__ = ["money", "offers", "orders", "tickets", "vouchers"]
