"""What a provider answers, and how it fails to."""

from __future__ import annotations

from dataclasses import dataclass

from registration.models import Said


class Unreachable(Exception):
    """Stripe cannot be asked just now; later it may."""


class Broken(Unreachable):
    """Stripe broke over the question, and would repeat that under the same key for a day."""


class AskedOtherwise(Exception):
    """The same key was used before, for something else."""


class Forged(Exception):
    """A notice that Stripe has not signed."""


class TooOld(Exception):
    """A notice that was signed long ago: perhaps somebody repeats what they have overheard."""


@dataclass(frozen=True)
class SaidOfRefund:
    """What Stripe says about a refund. `key` is its name with us; `payment` the reference of the money."""

    reference: str
    payment: str
    amount: int
    currency: str
    is_done: bool
    key: str = ""
    round: int = 0
    reason: str = ""


@dataclass(frozen=True)
class SaidOfDispute:
    """What Stripe says about a dispute. `due_by`, `opened_at` and `told_at` in seconds since 1970, 0 for none;
    `movements` is how often money has moved because of it, `is_withdrawn` whether it is gone by now."""

    reference: str
    payment: str
    amount: int
    currency: str
    reason: str
    status: str
    movements: int
    is_withdrawn: bool
    due_by: int
    opened_at: int
    told_at: int


@dataclass(frozen=True)
class Told:
    """A notice that Stripe has signed. `said` is None for kinds that are of no concern here."""

    reference: str
    kind: str
    said: Said | SaidOfRefund | SaidOfDispute | None
