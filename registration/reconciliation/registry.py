"""What may disagree, and how it is found: each kind registers a question of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise

from forum.models import Edition

Words = str | Promise


@dataclass(frozen=True)
class Disagreement:
    """One thing that does not agree, in a sentence, and the record at which to see to it: its model and its key."""

    sentence: str
    model: type[models.Model]
    pk: int

    @classmethod
    def at(cls, record: models.Model, sentence: str) -> Disagreement:
        """One that is seen to at `record`."""
        return cls(sentence, type(record), record.pk)

    @property
    def label(self) -> str:
        """The model in the words of an address: “registration_order”."""
        return f"{self.model._meta.app_label}_{self.model._meta.model_name}"


Find = Callable[[Edition], Iterable[Disagreement]]


@dataclass(frozen=True)
class Kind:
    """A kind of disagreement: its name, what to do about it, and how those of an edition are found."""

    name: Words
    advice: Words
    find: Find


_kinds: list[Kind] = []


def disagreement(name: Words, advice: Words = "") -> Callable[[Find], Find]:
    """Register a kind of disagreement. It is found by one question, however many there are.

    @disagreement(_("Invoices that differ from what is paid"), _("Write a credit note."))
    def invoices(edition: Edition) -> Iterable[Disagreement]:
        for invoice in Invoice.objects.differing(edition):
            yield Disagreement.at(invoice, _("Invoice %(number)s is over …") % {…})
    """

    def register(find: Find) -> Find:
        _kinds.append(Kind(name, advice, find))
        return find

    return register


@dataclass(frozen=True)
class Reconciliation:
    """What was looked at, when, and what did not agree: kinds of which there was none have no disagreements."""

    edition: Edition
    looked_at: datetime
    found: list[tuple[Kind, list[Disagreement]]]

    @classmethod
    def of(cls, edition: Edition) -> Reconciliation:
        """Look now; one question for each kind."""
        looked_at = timezone.now()
        return cls(edition, looked_at, [(kind, list(kind.find(edition))) for kind in _kinds])

    @property
    def disagreeing(self) -> list[tuple[Kind, list[Disagreement]]]:
        """The kinds of which there are some, with all of them."""
        return [(kind, ones) for kind, ones in self.found if ones]

    @property
    def agreeing(self) -> list[Kind]:
        """The kinds of which there is none."""
        return [kind for kind, ones in self.found if not ones]

    @property
    def number(self) -> int:
        """How many disagreements there are in all."""
        return sum(len(ones) for _kind, ones in self.found)

    @property
    def everything_agrees(self) -> bool:
        """Whether there is none."""
        return not self.number
