"""Identifiers made by chance: codes that people read aloud, and secrets that open what a code alone does not."""

from __future__ import annotations

import secrets

READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_code() -> str:
    """Make a short readable code of 8 letters and digits, without 0, O, 1, I and L."""
    return "".join(secrets.choice(READABLE) for _ in range(8))


def new_secret() -> str:
    """Make the random part of a link: 22 characters fit for an address, 128 bits."""
    return secrets.token_urlsafe(16)
