"""Reconciliation: every disagreement between money, tickets, places, and what providers and the bank say."""

from registration.reconciliation import billing, money, places
from registration.reconciliation.registry import Disagreement, Reconciliation, disagreement

__all__ = ["Disagreement", "Reconciliation", "billing", "disagreement", "money", "places"]
