"""The whole of it: one file, and all that uses it."""

from __future__ import annotations

from pathlib import Path

from registration.payments.stripe_stand_in.api import Api
from registration.payments.stripe_stand_in.checkouts import Checkouts
from registration.payments.stripe_stand_in.controls import Controls, Troubles
from registration.payments.stripe_stand_in.deliveries import Deliveries
from registration.payments.stripe_stand_in.disputes import Disputes
from registration.payments.stripe_stand_in.errors import Refused
from registration.payments.stripe_stand_in.events import Events
from registration.payments.stripe_stand_in.exchange import Answer, Asked, as_json
from registration.payments.stripe_stand_in.intents import Intents
from registration.payments.stripe_stand_in.pages import Pages
from registration.payments.stripe_stand_in.refunds import Refunds
from registration.payments.stripe_stand_in.store import Store


class StandIn:
    """Stripe's place taken at the address `site`; signs its notices with `secret`, and tells them to `notices`."""

    def __init__(self, file: Path | str, *, site: str, secret: str, notices: str = ""):
        self._store = Store(file)
        if notices:
            self._store.set("notices", notices)
        events = Events(self._store)
        intents = Intents(self._store)
        checkouts = Checkouts(self._store, events, intents, site)
        refunds = Refunds(self._store, events)
        disputes = Disputes(self._store, events)
        troubles = Troubles()
        self.deliveries = Deliveries(
            self._store,
            events,
            secret,
            (checkouts.expire_what_is_due, refunds.settle_what_is_due, disputes.open_what_is_due),
        )
        events.wake = self.deliveries.wake
        self._api = Api(self._store, events, checkouts, refunds, troubles)
        self._pages = Pages(self._store, events, checkouts)
        self._controls = Controls(self._store, events, disputes, troubles, self.deliveries.wake)

    def answer(self, asked: Asked) -> Answer:
        """Answer any request."""
        if asked.path.startswith("/v1/"):
            return self._api.answer(asked)
        if asked.path.startswith("/stand-in/"):
            try:
                return as_json(200, self._controls.do(asked))
            except Refused as refusal:
                return as_json(refusal.status, refusal.body)
        if asked.path == "/healthz":
            return Answer(200, b"ok\n", {"Content-Type": "text/plain"})
        return self._pages.answer(asked)

    def close(self) -> None:
        """Tell no more notices (what is on its way is told after the next start), and let the file go."""
        self.deliveries.stop()
        self._store.close()
