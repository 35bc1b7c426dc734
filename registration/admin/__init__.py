"""The organizers' side of registration."""

from registration.admin import bank, changes, money, offers, orders, tickets, vouchers

__all__ = ["bank", "changes", "money", "offers", "orders", "tickets", "vouchers"]
