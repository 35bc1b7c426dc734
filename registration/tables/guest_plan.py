"""A table of guests on its way into an edition: which rows can be invited and which not, and why."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.fields import AddressField, LineField, LinesField
from forum.models import Edition, StakeholderGroup
from registration.models import Guest, Ticket, TicketType
from registration.tables.columns import Columns, Named, languages_of, plain
from registration.tables.reading import read

# What a cell shows when its formula went wrong.
BROKEN = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell: its row as a spreadsheet numbers it, the heading of its column, and why."""

    row: int
    column: str
    why: str


@dataclass(frozen=True)
class Defaults:
    """What holds for rows that say nothing of their own, and the moment until which all may answer."""

    group: StakeholderGroup | None = None
    ticket_type: TicketType | None = None
    message: str = ""
    answer_by: datetime | None = None


@dataclass
class Plan:
    """What would be done: guests that are not saved, each with the number of its row, and the faults of other rows."""

    columns: Columns
    guests: list[tuple[int, Guest]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many rows have a fault."""
        return len({fault.row for fault in self.faults})

    @property
    def fingerprint(self) -> str:
        """Tells this plan from another: who would be invited, and to what."""
        told = [
            (
                row,
                guest.email,
                guest.name,
                guest.group_id,
                guest.ticket_type_id,
                guest.language,
                guest.message,
            )
            for row, guest in self.guests
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()


class _Bad(Exception):
    """A cell cannot be used; `args[0]` says why."""


class Sheet:
    """One table for one edition."""

    def __init__(self, edition: Edition, data: bytes, defaults: Defaults | None = None) -> None:
        self._edition, self._data, self._defaults = edition, data, defaults or Defaults()
        self._groups = Named(edition.groups.select_related("shown_as"))
        self._types = Named(TicketType.objects.open_to_guests(edition))
        self._languages = languages_of(edition)
        self._fields = {
            "name": LineField(max_length=200),
            "email": AddressField(),
            "message": LinesField(max_length=1000, required=False),
        }

    def plan(self) -> Plan:
        """What would be done; nothing is written. Raises Refusal when the file is no table with names and addresses."""
        (_number, headings), *rows = read(self._data)
        plan = Plan(Columns(headings))
        if not rows:
            raise Refusal(_("There is nobody in this file: below the headings it is empty."))
        seen: dict[str, int] = {}
        for number, cells in rows:
            said, faults = self._read(plan.columns, number, cells)
            email = said["email"].lower() if "email" in said else ""
            if email and (why := self._why_not(email, seen)):
                faults.append(Fault(number, self._heading(plan, "email"), why))
            if email:
                seen.setdefault(email, number)
            plan.faults += faults
            if not faults:
                plan.guests.append((number, self._guest(said)))
        return plan

    def carry_out(self, plan: Plan, *, by: Actor) -> int:
        """Invite the guests of a plan, all or none; how many they are. Raises Refusal as `Guest.invite` does."""
        Guest.invite([guest for _row, guest in plan.guests], by=by)
        return len(plan.guests)

    def _guest(self, said: dict[str, Any]) -> Guest:
        return Guest(edition=self._edition, answer_by=self._defaults.answer_by, **said)

    def _heading(self, plan: Plan, column: str) -> str:
        return plan.columns.headings.get(column, "–")

    def _read(self, columns: Columns, number: int, cells: list[str]) -> tuple[dict[str, Any], list[Fault]]:
        said: dict[str, Any] = {}
        faults = []
        readers = {
            **dict.fromkeys(("name", "email", "message"), self._typed),
            "group": self._group,
            "ticket_type": self._ticket_type,
            "language": self._language,
        }
        for column, reader in readers.items():
            written = columns.cell(cells, column)
            try:
                if written in BROKEN:
                    raise _Bad(_("A formula went wrong here: %(error)s") % {"error": written})
                if written.startswith("="):
                    raise _Bad(_("This is a formula. Write what it is to say."))
                said[column] = reader(column, written)
            except _Bad as bad:
                faults.append(Fault(number, columns.headings.get(column, "–"), str(bad)))
        kind, group = said.get("ticket_type"), said.get("group")
        if kind and group and not kind.is_for(group):
            why = _("“%(type)s” is not for the group “%(group)s”.") % {"type": kind, "group": group}
            faults.append(Fault(number, columns.headings.get("ticket_type", "–"), why))
        return said, faults

    def _typed(self, column: str, written: str) -> str:
        if column != "message" and not written:
            raise _Bad(_("Nothing stands here."))
        try:
            typed: str = self._fields[column].clean(written)
        except ValidationError as fault:
            raise _Bad(" ".join(fault.messages)) from None
        return typed or self._defaults.message if column == "message" else typed

    def _group(self, _column: str, written: str) -> StakeholderGroup:
        if not written and self._defaults.group:
            return self._defaults.group
        return self._one(self._groups.find(written), written, _("There is no group “%(name)s”."))

    def _ticket_type(self, _column: str, written: str) -> TicketType:
        if not written and self._defaults.ticket_type:
            return self._defaults.ticket_type
        return self._one(
            self._types.find(written), written, _("There is no ticket type “%(name)s” to be had.")
        )

    def _one(self, found: list[Any], written: str, none: str) -> Any:
        if not written:
            raise _Bad(_("Nothing stands here, and none was chosen for all."))
        if not found:
            raise _Bad(none % {"name": written[:60]})
        if len(found) > 1:
            raise _Bad(
                _("Several are called “%(name)s”. Write a name that only one has.") % {"name": written[:60]}
            )
        return found[0]

    def _language(self, _column: str, written: str) -> str:
        if not written:
            return self._edition.main_language
        code = self._languages.get(plain(written))
        if code is None:
            raise _Bad(_("The edition is not offered in “%(name)s”.") % {"name": written[:60]})
        return code

    def _why_not(self, email: str, seen: dict[str, int]) -> str:
        if email in seen:
            return _("The same address stands in row %(row)s.") % {"row": seen[email]}
        if email in self._invited:
            return _("Invited already.")
        if email in self._registered:
            return _("Registered already.")
        return ""

    @cached_property
    def _invited(self) -> set[str]:
        return Guest.objects.of_edition(self._edition).live().addresses()

    @cached_property
    def _registered(self) -> set[str]:
        return Ticket.objects.live().addresses_in(self._edition)
