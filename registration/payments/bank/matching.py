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
        self._owing: dict[tuple[int, str], list[_Owing]] = defaultdict(list)
        for order in Order.objects.of_edition(edition).awaiting_money().with_tickets():
            if order.is_payable:
                owing = _Owing(order)
                for word in owing.words:
                    self._owing[order.balance, word].append(owing)

    def match(self, entry: Entry) -> Match:
        """The order that this seems to be for."""
        signs = _signs(f"{entry.text} {entry.payer}")
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
        if entry.currency != self._edition.currency:
            return Match()
        words = _words(entry.payer or entry.text)
        near = {
            owing.order.pk: owing
            for word in {*words, "".join(words), "".join(reversed(words))}
            for owing in self._owing.get((entry.amount, word), ())
        }
        for found_by, resembles in ((FoundBy.NAME, _Owing.is_named), (FoundBy.EMAIL, _Owing.is_addressed)):
            found = [owing.order for owing in near.values() if resembles(owing, entry, words)]
            if len(found) == 1:
                return Match(found[0].pk, found_by)
            if found:
                codes = ", ".join(sorted(order.code for order in found))
                return Match(
                    note=_("Several orders wait for this amount from a similar name: %(codes)s.")
                    % {"codes": codes[:200]}
                )
        return Match()


class _Owing:
    """An order that waits for money, and the words by which its people may be known."""

    def __init__(self, order: Order) -> None:
        self.order = order
        people = [ticket.attendee for ticket in order.tickets.all()]
        self._names = [_words(person.name) for person in people]
        self._addresses = [_address(email) for email in {order.email, *(person.email for person in people)}]
        written = [word for words in (*self._names, *self._addresses) for word in words if len(word) > 1]
        self.words = {*written, *("".join(parts) for parts in self._addresses)} - {""}

    def is_named(self, entry: Entry, words: list[str]) -> bool:
        """Whether an attendee's name is the payer's; where the bank names no payer, whether it stands in the text."""
        if entry.payer:
            return any(_are_alike(name, words) for name in self._names)
        return any(len(name) > 1 and set(name) <= set(words) for name in self._names)

    def is_addressed(self, entry: Entry, words: list[str]) -> bool:
        """Whether an address is made of the payer's name: somchai.w, wongsak_somchai, somchaiwongsak."""
        return bool(entry.payer) and any(_is_made_of(parts, words) for parts in self._addresses)


def _address(email: str) -> list[str]:
    """The words of an address's own part."""
    local = email.partition("@")[0].partition("+")[0].casefold()
    return [part for part in re.split(r"[\W\d_]+", local) if part]


def _is_made_of(parts: list[str], words: list[str]) -> bool:
    if sum(map(len, parts)) < SHORTEST:
        return False
    if "".join(parts) in {"".join(words), "".join(reversed(words))}:
        return True
    is_spelled = any(part in words and len(part) > 2 for part in parts)
    return is_spelled and all(_fits(part, words) for part in parts)


def are_alike(name: str, other: str) -> bool:
    """Whether two ways of writing a name may be one person's: words in another order, initials, accents, a slip."""
    return _are_alike(_words(name), _words(other))


def _are_alike(ours: list[str], theirs: list[str]) -> bool:
    if len(ours) < 2 or len(theirs) < 2:
        return bool(ours) and ours == theirs and len(ours[0]) >= SHORTEST
    if not any(len(word) > 1 for word in {*ours} & {*theirs}):
        return False
    both = SequenceMatcher(None, " ".join(sorted(ours)), " ".join(sorted(theirs)))
    if both.quick_ratio() >= ALIKE and both.ratio() >= ALIKE:
        return True
    fewer, more = sorted((ours, theirs), key=len)
    return all(_fits(word, more) for word in fewer)


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
