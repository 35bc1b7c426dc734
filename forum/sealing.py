"""What is kept encrypted: only who has the installation's secret key can read it, a copy of the database cannot.

Each purpose has keys of its own, made from SECRET_KEY and, so that what was sealed before a change of it stays
readable, from SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def vault(purpose: str) -> MultiFernet:
    """What seals with the newest key and opens with all of them. Opening raises InvalidToken when none fits."""
    return MultiFernet(_keys(purpose))


def is_sealed_newly(token: bytes, purpose: str) -> bool:
    """Whether the newest key opens it, so that the former ones are not needed for it."""
    try:
        _keys(purpose)[0].decrypt(token)
    except InvalidToken:
        return False
    return True


def _keys(purpose: str) -> list[Fernet]:
    secrets = map(str, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    return [Fernet(urlsafe_b64encode(sha256(f"{purpose} {secret}".encode()).digest())) for secret in secrets]
