"""The organizers' side of registration."""

from registration.admin import offers, orders, tickets

__all__ = ["offers", "orders", "tickets"]
