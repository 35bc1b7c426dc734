"""The organizers' side of registration."""

from registration.admin import bank, money, offers, orders, questions, tickets, vouchers

__all__ = ["bank", "money", "offers", "orders", "questions", "tickets", "vouchers"]
