"""What kinds of job there are; registered by the apps that own them."""

from __future__ import annotations

from collections.abc import Callable

from forum.models import Job

_kinds: dict[str, Callable[[Job], None]] = {}


def job(kind: str) -> Callable[[Callable[[Job], None]], Callable[[Job], None]]:
    """Register how a kind of job is done. It may be done twice when a worker dies, so it must bear that.

    It raises Refusal when the work cannot succeed however often it is tried.
    """

    def register(work: Callable[[Job], None]) -> Callable[[Job], None]:
        _kinds[kind] = work
        return work

    return register


def work(job: Job) -> None:
    """Do a job. Raises KeyError for an unknown kind, and whatever the work raises."""
    _kinds[job.kind](job)
