from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The state of a ticket; see Ticket."""

    REQUESTED = "requested", _("Requested")
    RESERVED = "reserved", _("Reserved")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


# Said to who holds an order; the first one that fits one of its tickets counts.
IN_WORDS = {
    Status.CONFIRMED: _("You are registered"),
    Status.RESERVED: _("A place is kept for you"),
    Status.REQUESTED: _("We have your request"),
    Status.DECLINED: _("We could not say yes"),
    Status.EXPIRED: _("The time to pay has passed"),
    Status.CANCELLED: _("This registration was cancelled"),
}

LIVE = (Status.REQUESTED, Status.RESERVED, Status.CONFIRMED)
HOLDING = (Status.RESERVED, Status.CONFIRMED)
