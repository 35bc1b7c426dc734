"""The organizers' side of registration."""

from registration.admin import bank, guests, money, offers, orders, tickets, vouchers

__all__ = ["bank", "guests", "money", "offers", "orders", "tickets", "vouchers"]
