from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What came of something that a provider told us."""

    WAITING = "waiting", _("Not dealt with yet")
    BOOKED = "booked", _("Paid as agreed")
    LATE = "late", _("Paid late; the place was taken again")
    OWED = "owed", _("Paid, but nothing is owed for it: pay it back")
    DIFFERS = "differs", _("Another amount or currency than agreed")
    KNOWN = "known", _("Nothing new")
    PROCESSING = "processing", _("The bank is at work")
    FAILED = "failed", _("The bank said no")
    EXPIRED = "expired", _("The payment page ended unpaid")
    REFUNDED = "refunded", _("Paid back")
    ELSEWHERE = "elsewhere", _("Paid back at the provider itself: see to its ticket")
    NOT_REFUNDED = "not-refunded", _("Could not be paid back")
    EARLY = "early", _("Paid before the ticket was approved")
    DISPUTED = "disputed", _("The payer disputes it: answer at the provider")
    LOST = "lost", _("The dispute is lost: the money is gone")
    UNDISPUTED = "undisputed", _("The dispute is over: the money is yours")
    UNKNOWN = "unknown", _("Of no order of ours")
    NOT_OURS = "not-ours", _("Of something else at the same provider")
    TOO_OLD = "too-old", _("Refused: its time stamp is too old")
    FORGED = "forged", _("Refused: it is not signed by the provider")


NEEDS_SOMEBODY = (
    Outcome.WAITING,
    Outcome.OWED,
    Outcome.DIFFERS,
    Outcome.EARLY,
    Outcome.ELSEWHERE,
    Outcome.NOT_REFUNDED,
    Outcome.DISPUTED,
    Outcome.LOST,
    Outcome.UNKNOWN,
    Outcome.TOO_OLD,
    Outcome.FORGED,
)
