"""Reconciliation: every disagreement between money, tickets, places, and what providers and the bank say."""

from registration.reconciliation import money, places
from registration.reconciliation.registry import Disagreement, Reconciliation, disagreement

__all__ = ["Disagreement", "Reconciliation", "disagreement", "money", "places"]
