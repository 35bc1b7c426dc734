"""The badges of many attendees in one file, printed by a worker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import writing
from forum.errors import Refusal
from forum.models import Edition, Job, User
from registration.badges.card import Badge
from registration.badges.printing import badges_pdf
from registration.models import Ticket
from registration.models.ticket_queryset import TicketQuerySet
from registration.models.ticket_status import Status

KIND = "badges"
STEP = 25  # how many badges are printed between two words about it


class Sorting(models.TextChoices):
    """What lies next to what when the badges come out of the printer."""

    NAME = "name", _("By name: A to Z, then the other scripts one after the other")
    GROUP = "group", _("By stakeholder group, as shown, then by name")


class Batch:
    """What was asked for, and the job that prints it. It knows tickets by their keys; no name is written down."""

    def __init__(self, job: Job, by: User | None = None) -> None:
        """`by` is who asked for it, as far as that is known and needed."""
        self.job, self.by = job, by
        self.sorting = Sorting(job.options["sorting"])

    @classmethod
    def ask(cls, edition: Edition, keys: Iterable[int] | None, *, sorting: Sorting, by: User) -> Batch:
        """Have the badges of these tickets printed; None is everybody. Raises Refusal when nobody would get one."""
        keys = None if keys is None else sorted(set(keys))
        tickets = chosen(edition, keys)
        if not tickets.admitting().exists():
            raise Refusal(_("None of these tickets is confirmed, so none has a badge."))
        options = {"tickets": keys, "sorting": sorting, "by": by.pk, "left_out": left_out(tickets, keys)}
        with transaction.atomic():
            return cls(Job.queue(KIND, edition=edition, options=options), by)

    @classmethod
    def latest(cls, edition: Edition, key: int | None = None) -> list[Batch]:
        """What was asked for in this edition, newest first, ten at most; with `key`, that job's alone, if it is one."""
        jobs = Job.objects.of_kind(KIND, edition)
        found = list(jobs[:10] if key is None else jobs.with_key(key))
        people = User.objects.in_bulk({job.options["by"] for job in found})
        return [cls(job, people.get(job.options["by"])) for job in found]

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """Of the tickets chosen, those that got no badge: their state in words, and how many."""
        return [
            (str(Status(status).label), number) for status, number in self.job.options["left_out"].items()
        ]

    def print(self) -> None:
        """Print it and keep the file. The worker's part; it may be done twice, and each time is a fresh start.

        Raises Refusal when meanwhile none of the tickets is confirmed any more.
        """
        edition, keys = self.job.edition, self.job.options["tickets"]
        assert edition is not None
        tickets = chosen(edition, keys)
        badges = self._sorted(tickets.admitting().with_all())
        if not badges:
            raise Refusal(gettext("None of these tickets is confirmed any more, so none has a badge."))
        self.job.advance(0, len(badges))
        self.job.note(left_out=left_out(tickets, keys))

        def tell(done: int) -> None:
            if done % STEP == 0:
                self.job.advance(done, len(badges))

        written = badges_pdf(badges, tell=tell)
        self.job.advance(len(badges), len(badges))
        self.job.keep(written)

    def _sorted(self, tickets: TicketQuerySet) -> list[Badge]:
        by_group = self.sorting == Sorting.GROUP
        places = []
        for ticket in tickets.iterator(chunk_size=500):
            badge, group = Badge.of(ticket), ticket.group.public
            among_groups = (group.position, group.pk) if by_group else (0, 0)
            places.append((among_groups, writing.place_in_list(badge.name), ticket.pk, badge))
        return [badge for *_place, badge in sorted(places, key=lambda place: place[:3])]


def chosen(edition: Edition, keys: Iterable[int] | None) -> TicketQuerySet:
    """The tickets of this edition with these keys; with None, all of them."""
    tickets = Ticket.objects.of_edition(edition)
    return tickets if keys is None else tickets.among(keys)


def left_out(tickets: TicketQuerySet, keys: Any) -> dict[str, int]:
    """How many of the tickets get no badge, by state. Nobody has chosen those that are not confirmed by “everybody”."""
    if keys is None:
        return {}
    return {
        state: number for state, number in tickets.numbers_by_status().items() if state != Status.CONFIRMED
    }
