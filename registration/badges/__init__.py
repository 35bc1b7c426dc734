"""The badge: a printed card, made from a ticket at the moment of printing; and many of them in one file."""

from registration.badges.card import Badge, Face
from registration.badges.printing import badges_pdf

__all__ = ["Badge", "Face", "badges_pdf"]
