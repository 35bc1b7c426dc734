"""What Stripe does not have, below /stand-in/: for tests, and for whoever tries things out.

DELETE /stand-in/everything                         forget everything
PUT    /stand-in/notices      url=…                 tell notices to this address from now on (empty: only record)
POST   /stand-in/notices/ID                         tell this event once more
POST   /stand-in/disputes     payment_intent=…      let its payer dispute a payment
POST   /stand-in/disputes/ID  status=…              it is under_review, won or lost
POST   /stand-in/clock        seconds=…             move the clock ahead
POST   /stand-in/troubles     kind=…&times=…        the next requests to the API go wrong:
         refuse (500), limit (429), wait (seconds=… before the deed), lose (done, but the answer is lost);
         path=… only below this path
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from registration.payments.stripe_stand_in.disputes import Disputes
from registration.payments.stripe_stand_in.errors import Refused
from registration.payments.stripe_stand_in.events import Events
from registration.payments.stripe_stand_in.exchange import Asked
from registration.payments.stripe_stand_in.parameters import choice, decoded, request, text, whole
from registration.payments.stripe_stand_in.store import Store, public

of_notices = request({"url": lambda value, name: str(value)}, required=("url",))
of_dispute = request({"payment_intent": text()}, required=("payment_intent",))
of_decision = request({"status": choice("under_review", "won", "lost")}, required=("status",))
of_clock = request({"seconds": whole()}, required=("seconds",))
of_troubles = request(
    {
        "kind": choice("limit", "lose", "refuse", "wait"),
        "times": whole(1),
        "seconds": whole(0, 600),
        "path": text(),
    },
    required=("kind",),
)


@dataclass
class Trouble:
    """Something that goes wrong, so many times more."""

    kind: str = ""
    times: int = 1
    seconds: int = 0
    path: str = "/v1/"

    def refuse(self) -> None:
        """Raises Refused when this is the trouble: Stripe's own fault, or too many requests."""
        if self.kind == "refuse":
            raise Refused(
                "Sorry, there was a problem. We have already been notified.", status=500, type="api_error"
            )
        if self.kind == "limit":
            raise Refused(
                "Request rate limit exceeded. Learn more about rate limits here: https://stripe.com/docs/rate-limits.",
                status=429,
                code="rate_limit",
            )

    def wait(self) -> None:
        """Take one's time."""
        if self.kind == "wait":
            time.sleep(self.seconds)

    @property
    def loses(self) -> bool:
        return self.kind == "lose"


class Troubles:
    """What was asked to go wrong, and has not gone wrong yet. A restart ends all of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Trouble] = []

    def add(self, trouble: Trouble) -> None:
        """Let this happen to the next requests."""
        with self._lock:
            self._waiting.append(trouble)

    def clear(self) -> None:
        """Let all go well again."""
        with self._lock:
            self._waiting.clear()

    def count(self) -> int:
        """How many have not begun."""
        with self._lock:
            return sum(trouble.times for trouble in self._waiting)

    def next(self, path: str) -> Trouble:
        """What happens to this request; mostly nothing."""
        with self._lock:
            for trouble in self._waiting:
                if path.startswith(trouble.path):
                    trouble.times -= 1
                    if not trouble.times:
                        self._waiting.remove(trouble)
                    return trouble
        return Trouble()


class Controls:
    """Carries out what is asked for below /stand-in/."""

    def __init__(
        self,
        store: Store,
        events: Events,
        disputes: Disputes,
        troubles: Troubles,
        wake: Callable[[], None],
    ):
        self._store = store
        self._events = events
        self._disputes = disputes
        self._troubles = troubles
        self._wake = wake

    def do(self, asked: Asked) -> dict[str, Any]:
        """Do it, and say what is so now. Raises Refused."""
        given = decoded(asked.body.decode(errors="replace"))
        match asked.method, *asked.path.removeprefix("/stand-in/").split("/"):
            case "DELETE", "everything":
                self._store.forget_everything()
                self._troubles.clear()
            case "PUT", "notices":
                self._store.set("notices", of_notices(given)["url"])
            case "POST", "notices", id:
                return {"told": self._events.tell(self._store.find("event", id))}
            case "POST", "disputes":
                return public(self._disputes.open(of_dispute(given)["payment_intent"]))
            case "POST", "disputes", id:
                return public(self._disputes.decide(id, of_decision(given)["status"]))
            case "POST", "clock":
                ahead = int(self._store.setting("ahead", "0")) + of_clock(given)["seconds"]
                self._store.set("ahead", str(ahead))
                self._wake()
            case "POST", "troubles":
                self._troubles.add(Trouble(**of_troubles(given)))
            case _:
                raise Refused("There is no such control.", status=404)
        return {
            "notices": self._store.setting("notices"),
            "now": self._store.now(),
            "troubles": self._troubles.count(),
        }
