"""Who does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forum.models import User


@dataclass(frozen=True)
class Actor:
    """Who asks for a deed: a user, the holder of a link, or the system. `label` is fit for a log: it never holds
    a name, an address or a secret.
    """

    label: str
    user: User | None = None

    @classmethod
    def of(cls, user: User) -> Actor:
        """A person who is signed in."""
        return cls(f"user {user.pk}", user)

    @classmethod
    def holder(cls, of: str) -> Actor:
        """Whoever holds a secret link, for instance `Actor.holder("order K7QX2M4P")`."""
        return cls(f"holder of {of}")

    @classmethod
    def system(cls) -> Actor:
        """The product itself: a sweep, a notice, the seed."""
        return cls("system")
