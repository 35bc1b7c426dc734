"""The organizers' side of registration."""

from registration.admin import (
    announcements,
    bank,
    bulk_refunds,
    changes,
    disputes,
    guests,
    invoices,
    money,
    offers,
    orders,
    questions,
    quotas,
    tickets,
    vouchers,
    waiting,
)

__all__ = [
    "announcements",
    "bank",
    "bulk_refunds",
    "changes",
    "disputes",
    "guests",
    "invoices",
    "money",
    "offers",
    "orders",
    "questions",
    "quotas",
    "tickets",
    "vouchers",
    "waiting",
]
