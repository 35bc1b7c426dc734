"""A bank's file on its way into an edition: what is in it, told before it is done, and the deed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition
from registration.models import BankStatement, Order, StatementLine
from registration.payments.bank.found import Found
from registration.payments.bank.matching import Matcher
from registration.payments.bank.reading import read


@dataclass
class Plan:
    """What would be taken from a file: lines that are not saved, and how many are known already."""

    found: Found
    lines: list[StatementLine]
    known: int

    @property
    def sure(self) -> int:
        """How many lines leave no doubt."""
        return sum(line.is_sure for line in self.lines)

    @property
    def suggested(self) -> int:
        """For how many more lines an order is suggested."""
        return sum(line.order is not None for line in self.lines) - self.sure

    @property
    def unclear(self) -> int:
        """How many lines are for nobody knows which order."""
        return sum(line.order is None for line in self.lines)


class Upload:
    """One bank's file for one edition."""

    def __init__(self, edition: Edition, data: bytes) -> None:
        self._edition, self._data = edition, data

    def plan(self) -> Plan:
        """What would be taken; nothing is written. Raises Refusal when the file cannot be read, or has no payment."""
        found = read(self._data, self._edition.currency)
        if not found.entries and not found.remarks:
            raise Refusal(_("No money came in by this file: there is no credit in it."))
        known = BankStatement.known((entry.digest for entry in found.entries), self._edition)
        fresh = [entry for entry in found.entries if entry.digest not in known]
        matcher = Matcher(self._edition)
        matches = [matcher.match(entry) for entry in fresh]
        orders = Order.objects.with_tickets().in_bulk({match.order for match in matches if match.order})
        lines = []
        for entry, match in zip(fresh, matches, strict=True):
            order = orders.get(match.order) if match.order else None
            line = StatementLine.of(entry, order=order, found_by=match.found_by, note=match.note)
            line.edition = self._edition
            lines.append(line)
        return Plan(found, lines, len(known))

    def carry_out(self, *, by: Actor) -> BankStatement:
        """Take what is not known yet; nothing is booked. Raises Refusal when all of it is."""
        plan = self.plan()
        if not plan.lines:
            raise Refusal(_("All payments of this file are here already."))
        return BankStatement.take(self._edition, plan.lines, data=self._data, format=plan.found.format, by=by)
