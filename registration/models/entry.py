from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Entry:
    """One credit as a bank's file tells it. `amount` in minor units of `currency` (ISO 4217), more than nothing.

    `text` is all that may hold an order's code: what the payer wrote, references, the end-to-end id. `where` says
    where in the file it stands.
    """

    where: str
    booked_on: date
    amount: int
    currency: str
    payer: str
    text: str
    bank_reference: str = ""
    turn: int = 1
    """The how-manieth of those that are alike in everything: somebody may pay twice on one day."""

    @property
    def digest(self) -> str:
        """What tells it from all others, in this and in every later file."""
        words = (self.payer, self.text, self.bank_reference)
        said = [" ".join(word.split()).casefold() for word in words]
        parts = [self.booked_on.isoformat(), str(self.amount), self.currency, *said, str(self.turn)]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def in_turn(entries: Iterable[Entry]) -> list[Entry]:
    """The same entries; those that are alike in everything are numbered."""
    seen: Counter[str] = Counter()
    numbered = []
    for entry in entries:
        seen[entry.digest] += 1
        numbered.append(replace(entry, turn=seen[entry.digest]))
    return numbered
