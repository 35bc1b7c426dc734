"""How long to go on asking what may be away: Redis, the mail server. Both delay when they are away, and lose nothing;
but a timeout waited for by every request, or by every worker, would hold up all the rest."""

from __future__ import annotations

import time


class Patience:
    """What this process remembers of something that may be away.

    After `tries` faults in a row it is left alone for `rest` seconds; whoever needs it meanwhile goes on without.
    """

    def __init__(self, *, tries: int, rest: float) -> None:
        self.tries, self.rest = tries, rest
        self.begin_anew()

    def begin_anew(self) -> None:
        """It has answered."""
        self._faults, self._until, self._over = 0, 0.0, object()

    def lose_some(self, *, over: object = None) -> None:
        """It has failed, or let somebody wait until they gave up. What is lost twice in a row over the same thing is
        that thing's fault, and counts once."""
        if over is not None and over == self._over:
            return
        self._faults, self._over = self._faults + 1, over
        if self._faults >= self.tries:
            self.begin_anew()
            self._until = time.monotonic() + self.rest

    @property
    def is_at_an_end(self) -> bool:
        """Whether it is to be left alone just now."""
        return time.monotonic() < self._until


# The queue and the cache are one server. As long as a sweep takes to find what no nudge has reached.
redis = Patience(tries=1, rest=15)

# One slow mail may be its reader's fault. Between two spells of waiting there is time for all that is no mail.
mail_server = Patience(tries=2, rest=120)
