from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.models import Edition
from registration.models import ledger_sql
from registration.models.dispute import Dispute
from registration.models.payment import Payment
from registration.models.refund import Refund


class Standing(TextChoices):
    """How an order's money stands; what a list of orders can be narrowed to."""

    OWING = "owing", _("Something is still to be paid")
    OVERPAID = "overpaid", _("Too much was paid")
    KEPT = "kept", _("Something is kept")

    @property
    def sql(self) -> str:
        """The question for the keys of such orders of an edition."""
        return {"owing": ledger_sql.OWING, "overpaid": ledger_sql.OVERPAID, "kept": ledger_sql.KEPT}[self]


@dataclass(frozen=True)
class Figures:
    """Sums of money, in minor units of the edition's currency.

    They add up: `agreed + kept + too_much - due - requested == received - refunded`.
    """

    tickets: int = 0
    """How many live ones."""
    agreed: int = 0
    """What these cost."""
    due: int = 0
    """What is still to be paid."""
    requested: int = 0
    """What is to be paid when somebody says yes to the requests among them."""
    too_much: int = 0
    """What was received beyond all that, and is to be paid back or kept."""
    kept: int = 0
    refunded: int = 0
    """What was paid back, is about to be, or was taken back by payers for good."""

    @property
    def received(self) -> int:
        """All that came in."""
        return self.agreed + self.kept + self.too_much - self.due - self.requested + self.refunded

    def __add__(self, other: Figures) -> Figures:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Figures(*(one + another for one, another in pairs))


@dataclass(frozen=True)
class Flow:
    """Money that moved, in minor units of one currency: how many payments, what came, what went back."""

    payments: int = 0
    received: int = 0
    refunded: int = 0

    def __add__(self, other: Flow) -> Flow:
        return Flow(
            self.payments + other.payments, self.received + other.received, self.refunded + other.refunded
        )


@dataclass(frozen=True)
class Line:
    """What the figures are about, by its key, if it has one, and in words."""

    key: Any
    name: str
    figures: Any


class Ledger:
    """The money of an edition: in all, by ticket type, by group as others see it, by provider, by day.

    An order's money falls to its tickets by one rule, in whole minor units, so that every table adds up to the same
    totals as the orders do. What was paid and is not kept goes to the live tickets in the order of their keys, to those
    that are only requested after the others, to each up to its price: what one of them lacks is due for it, or will be
    when the request is answered with yes. What is kept, what came too much, and what even the kept
    money lacks, falls to the order's first ticket that is not live any more, else to its first one. What was paid back
    falls to the ticket with whose cancellation it was, else to that same first one. An order without any ticket is a
    line “Without a ticket”.

    Money in another currency than the edition's counts nowhere, and stands in `foreign` alone.
    """

    def __init__(self, edition: Edition) -> None:
        """Read it; six questions, however many orders there are."""
        self.edition, self.currency = edition, edition.currency
        shares = _shares(edition)
        types = {one.pk: str(one) for one in edition.ticket_types.all()}
        groups = {one.pk: str(one) for one in edition.groups.all()}
        self.total: Figures = sum((figures for _kind, _group, figures in shares), Figures())
        self.by_type = _lines(types, ((kind, figures) for kind, _group, figures in shares))
        self.by_group = _lines(groups, ((group, figures) for _kind, group, figures in shares))
        flows = list(_flows(edition))
        ours = [(day, provider, flow) for day, provider, currency, flow in flows if currency == self.currency]
        self.moved: Flow = sum((flow for _day, _provider, flow in ours), Flow())
        self.by_provider = _lines(
            {str(one.value): str(one.label) for one in Payment.Provider},
            ((provider, flow) for _day, provider, flow in ours),
            Flow(),
        )
        by_day: defaultdict[date, Flow] = defaultdict(Flow)
        for day, _provider, flow in ours:
            by_day[day] += flow
        self.by_day = sorted(by_day.items())
        foreign: defaultdict[str, Flow] = defaultdict(Flow)
        for _day, _provider, currency, flow in flows:
            if currency != self.currency:
                foreign[currency] += flow
        self.foreign = sorted(foreign.items())


def _shares(edition: Edition) -> list[tuple[int | None, int | None, Figures]]:
    """The figures of each ticket type and group, as shown, that occur together."""
    with connection.cursor() as cursor:
        cursor.execute(ledger_sql.SHARES, [edition.pk])
        return [(kind, group, Figures(*map(int, sums))) for kind, group, *sums in cursor.fetchall()]


def _lines(names: dict[Any, str], sums: Iterable[tuple[Any, Any]], zero: Any = None) -> list[Line]:
    """A line for each name that has figures, in the order of the names; what belongs to none of them comes last."""
    added: dict[Any, Any] = {}
    for key, figures in sums:
        added[key] = added.get(key, zero or Figures()) + figures
    known = [Line(key, name, added.pop(key)) for key, name in names.items() if key in added]
    return known + [Line(None, gettext("Without a ticket"), figures) for figures in added.values()]


def _flows(edition: Edition) -> Iterable[tuple[date, str, str, Flow]]:
    """What moved: on which day in the edition's time zone, by which provider, in which currency."""
    for day, provider, currency, number, amount in Payment.objects.sums_by_day(edition):
        yield day, provider, currency, Flow(number, amount, 0)
    for day, provider, currency, amount in Refund.objects.sums_by_day(edition):
        yield day, provider, currency, Flow(0, 0, amount)
    for day, provider, currency, amount in Dispute.objects.lost_by_day(edition):
        yield day, provider, currency, Flow(0, 0, amount)


@dataclass(frozen=True)
class Account:
    """An order whose money does not agree with its tickets; all in minor units of the edition's currency."""

    pk: int
    code: str
    live: int
    """What its live tickets cost."""
    confirmed: int
    """What its confirmed tickets cost."""
    kept: int
    paid: int
    """What came and did not go back."""

    @classmethod
    def disagreeing(cls, edition: Edition) -> list[Account]:
        """Those of which too much was paid, or too little for confirmed tickets, or all, and that still wait."""
        with connection.cursor() as cursor:
            cursor.execute(ledger_sql.DISAGREEING, [edition.pk])
            return [cls(pk, code, *map(int, sums)) for pk, code, *sums in cursor.fetchall()]

    @property
    def lacking(self) -> int:
        """What confirmed tickets lack."""
        return max(0, self.confirmed + self.kept - self.paid)

    @property
    def too_much(self) -> int:
        """What was paid beyond what is owed."""
        return max(0, self.paid - self.live - self.kept)
