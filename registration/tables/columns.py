"""Which column of a table holds what, and what its cells name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from forum import cldr, languages
from forum.errors import Refusal
from forum.models import Edition, StakeholderGroup
from registration.models import TicketType

TEMPLATE = ("Name", "E-mail", "Group", "Ticket", "Language", "Message")

NAMES: dict[str, str] = {
    "name": "name | full name | guest | guest name | attendee | participant",
    "email": "email | e mail | mail | email address | e mail address | address",
    "group": "group | stakeholder group | stakeholders | constituency",
    "ticket_type": "ticket | ticket type | type of ticket | type",
    "language": "language | lang | language of the mail",
    "message": "message | personal message | note | text",
}

Record = TypeVar("Record", StakeholderGroup, TicketType)


def plain(words: str) -> str:
    """Words without case, signs and doubled blanks, to compare what people write for the same thing."""
    kept = re.sub(
        r"[^\w\u0e00-\u0e7f\u1000-\u109f]+|_+", " ", unicodedata.normalize("NFKC", words).casefold()
    )
    return " ".join(kept.split())


GUESTS = {plain(name): column for column, names in NAMES.items() for name in names.split("|")}


class Columns:
    """Where a table holds what: `places` by our names, `headings` as they stand there, `unknown` what is not read.

    `known` says which column a heading means, by its `plain` words. Raises Refusal when two hold the same, or one of
    those `needed` is missing.
    """

    def __init__(
        self,
        headings: list[str],
        known: Mapping[str, str] = GUESTS,
        needed: Mapping[str, Any] | None = None,
    ) -> None:
        self.places: dict[str, int] = {}
        self.headings: dict[str, str] = {}
        self.unknown: list[str] = []
        for place, heading in enumerate(headings):
            column = known.get(plain(heading))
            if column and column in self.places:
                twice = _("Two columns hold the same: “%(one)s” and “%(other)s”. Take one out.")
                raise Refusal(twice % {"one": self.headings[column], "other": heading})
            if column:
                self.places[column], self.headings[column] = place, heading
            elif heading:
                self.unknown.append(heading[:60])
        needed = {"name": _("Name"), "email": _("E-mail")} if needed is None else needed
        if not needed.keys() <= self.places.keys():
            said = _("The first row has to name the columns, at the least: %(needed)s. It reads: %(row)s")
            words = ", ".join(str(one) for one in needed.values())
            raise Refusal(said % {"needed": words, "row": ", ".join(filter(None, headings))[:200] or "–"})

    def cell(self, row: list[str], column: str) -> str:
        """What a row says in a column; empty when there is no such column or cell."""
        place = self.places.get(column)
        return row[place] if place is not None and place < len(row) else ""


class Named(Generic[Record]):
    """Records by the names that people write for them: in any language, and the short name of a group."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._by_name: dict[str, dict[int, Record]] = {}
        for record in records:
            titles: Any = record.name
            names = [*titles.values(), getattr(record, "slug", "")]
            for name in filter(None, map(plain, names)):
                self._by_name.setdefault(name, {})[record.pk] = record

    def find(self, written: str) -> list[Record]:
        """Those with this name: none, one, or several of which nobody can tell which is meant."""
        return list(self._by_name.get(plain(written), {}).values())


def languages_of(edition: Edition) -> dict[str, str]:
    """The code of each language that an edition is offered in, by its code and its names."""
    named: dict[str, str] = {}
    for code in edition.offered:
        for name in (code, languages.own_name(code), cldr.language_name(code)):
            named[plain(name)] = code
    return named
