from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, ClassVar, Self

from celery import current_app
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum import patience

log = logging.getLogger(__name__)

# RFC 5321, 4.5.4.1: who sends mail goes on trying for four to five days. A server may well be away over a weekend.
PAUSES = [timedelta(minutes=minutes) for minutes in (0.25, 1, 5, 15, 60, *[240] * 24)]
LATE = timedelta(minutes=10)


class DeferredQuerySet(models.QuerySet[Any]):
    """Work that outlives the request."""

    def due(self) -> Self:
        """What waits and whose time has come, and what was begun by a process that died: its lease ran out."""
        now = timezone.now()
        waiting = Q(status="queued", due_at__lte=now)
        abandoned = Q(status=self.model.WORKING, leased_until__lt=now)
        return self.filter(waiting | abandoned).order_by("urgency", "due_at")

    def late(self) -> Self:
        """What has been waiting for longer than it should: it was tried and put off, or nobody is there to do it."""
        return self.filter(status="queued", created_at__lt=timezone.now() - LATE)

    def failed(self) -> Self:
        """What was given up, and waits for a person."""
        return self.filter(status="failed")


class Deferred(models.Model):
    """A row that stands for work: written with what it follows from, done by a worker, picked up by a sweep when
    the nudge got lost. A worker holds it by a lease, so that a killed one loses nothing.
    """

    WORKING: ClassVar[str]
    DONE: ClassVar[str]
    LEASE: ClassVar[timedelta] = timedelta(minutes=2)
    TASK: ClassVar[str]

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    urgency = models.PositiveSmallIntegerField(_("urgency"), default=5, editable=False)
    due_at = models.DateTimeField(_("due at"), default=timezone.now, editable=False)
    leased_until = models.DateTimeField(_("leased until"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)

    status: Any

    class Meta:
        abstract = True

    def nudge(self) -> None:
        """Ask a worker, once this transaction is committed, to do it now. A broker that is down delays, no more."""
        transaction.on_commit(self._send_nudge)

    def _send_nudge(self) -> None:
        self._ask_a_worker(self.TASK, self.pk, priority=self.urgency)

    @classmethod
    def _ask_a_worker(cls, task: str, *about: Any, priority: int) -> None:
        if patience.redis.is_at_an_end:
            return
        try:
            current_app.send_task(task, args=about, priority=priority)
        except Exception:
            patience.redis.lose_some()
            name = cls._meta.model_name
            log.warning("no nudge for %s %s; the sweep will find it", name, about, exc_info=True)

    def claim(self) -> bool:
        """Take it for this process. Of two rivals one gets True; so does who comes after a lease ran out.

        A process that ends in the middle is a fault like any other: the lease is never shorter than the pause after
        such a try would be. What has ended processes over all the pauses is given up; in a short while any mail may
        have been in hand each time a machine failed, through no fault of its own.
        """
        now = timezone.now()
        mine = self._rows().filter(
            Q(status="queued", due_at__lte=now) | Q(status=self.WORKING, leased_until__lt=now), pk=self.pk
        )
        won = mine.update(status=self.WORKING, leased_until=now + self.LEASE, attempts=F("attempts") + 1)
        if not won:
            return False
        self.refresh_from_db(fields=["status", "leased_until", "attempts", "error"])
        if self.attempts > len(PAUSES) + 1:
            self.fail(self.error or "Each process that began it ended before it was done.")
            return False
        pause = PAUSES[min(self.attempts, len(PAUSES)) - 1]
        if pause > self.LEASE:
            self._note(leased_until=now + pause)
        return True

    def finish(self, **fields: Any) -> None:
        """Note that it is done, and whatever else is to be kept of it."""
        self._note(
            **{
                "status": self.DONE,
                "finished_at": timezone.now(),
                "leased_until": None,
                "error": "",
                **fields,
            }
        )

    def postpone(self, error: str) -> None:
        """Put it back after a passing fault, with a growing pause; after the last pause it has failed."""
        if self.attempts > len(PAUSES):
            self.fail(error)
        else:
            due_at = timezone.now() + PAUSES[self.attempts - 1]
            self._note(status="queued", due_at=due_at, leased_until=None, error=error[:2000])

    def fail(self, error: str, **fields: Any) -> None:
        """Give it up, and note whatever else is to be kept; an organizer sees why and can have it done again."""
        self._note(
            **{
                "status": "failed",
                "finished_at": timezone.now(),
                "leased_until": None,
                "error": error[:2000],
                **fields,
            }
        )

    def again(self) -> None:
        """Do it once more from the start, now."""
        fresh = {
            "status": "queued",
            "due_at": timezone.now(),
            "leased_until": None,
            "attempts": 0,
            "error": "",
        }
        if self._write(fresh, of=self._rows().filter(pk=self.pk).exclude(status=self.WORKING)):
            self.nudge()

    def _note(self, **fields: Any) -> bool:
        # Only who holds the lease may say how it went: somebody slower was overtaken, and knows less.
        mine = self._rows().filter(pk=self.pk, status=self.WORKING, attempts=self.attempts)
        is_mine = self._write(fields, of=mine)
        if not is_mine:
            log.warning("%s %s was taken over meanwhile", self._meta.model_name, self.pk)
        return is_mine

    def _write(self, fields: dict[str, Any], *, of: Any) -> bool:
        written = of.update(**fields)
        if written:
            for name, value in fields.items():
                setattr(self, name, value)
        return bool(written)

    def _rows(self) -> Any:
        return type(self)._default_manager
