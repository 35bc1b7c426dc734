"""The organizers' side of registration."""

from registration.admin import bank, invoices, money, offers, orders, tickets, vouchers

__all__ = ["bank", "invoices", "money", "offers", "orders", "tickets", "vouchers"]
