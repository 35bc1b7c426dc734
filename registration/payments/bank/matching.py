"""Which order a credit is for: by the code in its text, else by its amount and who paid."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from forum import writing
from forum.models import Edition
from registration.models import Order, StatementLine
from registration.models.entry import Entry

ALIKE = 0.86  # how much two names must have in common, of 1
SHORTEST = 5  # letters; a shorter part of an e-mail address says nothing
_LOOK_ALIKE = str.maketrans(
    {
        **dict.fromkeys("OQD", "0"),
        **dict.fromkeys("ILJT7", "1"),
        **dict.fromkeys("Z", "2"),
        **dict.fromkeys("S", "5"),
        **dict.fromkeys("G", "6"),
        **dict.fromkeys("B", "8"),
        **dict.fromkeys("V", "U"),
    }
)
FoundBy = StatementLine.FoundBy


@dataclass(frozen=True)
class Match:
    """The order that a credit seems to be for, how it was found, or a word about why none is named."""

    order: int | None = None
    found_by: str = ""
    note: str = ""


class Matcher:
    """Finds orders of one edition. What it knows of them is read once; it is good for one file."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._keys = Order.objects.keys_by_code(edition)
        self._misread: dict[str, set[str]] = defaultdict(set)
        for code in self._keys:
            self._misread[code.translate(_LOOK_ALIKE)].add(code)
        self._lengths = {len(code) for code in self._keys}
        self._owing: dict[int, list[Order]] = defaultdict(list)
        for order in Order.objects.of_edition(edition).awaiting_money().with_tickets():
            if order.is_payable:
                self._owing[order.balance].append(order)

    def match(self, entry: Entry) -> Match:
        """The order that this seems to be for."""
        signs = _signs(entry.text)
        if codes := {word for word in self._windows(signs) if word in self._keys}:
            return self._by_code(codes, FoundBy.CODE)
        plain = signs.translate(_LOOK_ALIKE)
        if codes := {code for word in self._windows(plain) for code in self._misread.get(word, ())}:
            return self._by_code(codes, FoundBy.MISREAD)
        return self._by_amount(entry)

    def _windows(self, signs: str) -> Iterable[str]:
        return (signs[at : at + length] for length in self._lengths for at in range(len(signs) - length + 1))

    def _by_code(self, codes: set[str], found_by: str) -> Match:
        if len(codes) > 1:
            named = ", ".join(sorted(codes))
            return Match(note=_("It names several orders: %(codes)s.") % {"codes": named})
        return Match(self._keys[codes.pop()], found_by)

    def _by_amount(self, entry: Entry) -> Match:
        owing = self._owing.get(entry.amount, []) if entry.currency == self._edition.currency else []
        for found_by, resembles in ((FoundBy.NAME, _by_name), (FoundBy.EMAIL, _by_email)):
            found = [order for order in owing if resembles(order, entry)]
            if len(found) == 1:
                return Match(found[0].pk, found_by)
            if found:
                codes = ", ".join(order.code for order in found)
                return Match(
                    note=_("Several orders wait for this amount from a similar name: %(codes)s.")
                    % {"codes": codes}
                )
        return Match()


def _by_name(order: Order, entry: Entry) -> bool:
    """Whether an attendee's name is the payer's; where the bank names no payer, whether it stands in the text."""
    names = [ticket.attendee.name for ticket in order.tickets.all()]
    if entry.payer:
        return any(are_alike(name, entry.payer) for name in names)
    written = set(_words(entry.text))
    return any(len(words := _words(name)) > 1 and written.issuperset(words) for name in names)


def _by_email(order: Order, entry: Entry) -> bool:
    """Whether the address's own part is made of the payer's name: somchai.w, or wongsak_somchai."""
    return any(
        _address_is_of(email, entry.payer)
        for email in {order.email, *(ticket.attendee.email for ticket in order.tickets.all())}
    )


def _address_is_of(email: str, name: str) -> bool:
    local = email.partition("@")[0].partition("+")[0].casefold()
    parts = [part for part in re.split(r"[\W\d_]+", local) if part]
    words = _words(name)
    if sum(map(len, parts)) < SHORTEST or not words:
        return False
    spelled = any(part in words and len(part) > 2 for part in parts)
    initials = {word[0] for word in words}
    fits = all(part in words or (len(part) == 1 and part in initials) for part in parts)
    return (spelled and fits) or "".join(parts) in {"".join(words), "".join(reversed(words))}


def are_alike(name: str, other: str) -> bool:
    """Whether two ways of writing a name may be one person's: words in another order, initials, accents, a slip."""
    ours, theirs = _words(name), _words(other)
    if len(ours) < 2 or len(theirs) < 2:
        return bool(ours) and ours == theirs and len(ours[0]) >= SHORTEST
    if SequenceMatcher(None, " ".join(sorted(ours)), " ".join(sorted(theirs))).ratio() >= ALIKE:
        return True
    fewer, more = sorted((ours, theirs), key=len)
    return all(_fits(word, more) for word in fewer) and any(word in more and len(word) > 2 for word in fewer)


def _fits(word: str, others: list[str]) -> bool:
    """Whether a word stands among others, or its initial, or the word that it is the initial of."""
    if len(word) == 1:
        return any(other.startswith(word) for other in others)
    return word in others or word[0] in others


def _words(name: str) -> list[str]:
    """The words of a name without titles, accents and case."""
    plain = unicodedata.normalize("NFKD", " ".join(writing.without_titles(name.replace(",", " ")))).casefold()
    kept = "".join(sign for sign in plain if not ("\u0300" <= sign <= "\u036f"))
    return [word for word in re.split(r"[\s.\-/]+", kept) if word]


def _signs(text: str) -> str:
    """The letters and digits that a code may be among: spaces, hyphens and line breaks do not part it."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())
