"""The organizers' side of registration."""

from registration.admin import money, offers, orders, tickets

__all__ = ["money", "offers", "orders", "tickets"]
