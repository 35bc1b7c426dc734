"""The organizers' side of registration."""

from registration.admin import bank, money, offers, orders, tickets, vouchers, waiting

__all__ = ["bank", "money", "offers", "orders", "tickets", "vouchers", "waiting"]
