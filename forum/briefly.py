"""What many pages show and what seldom changes, remembered by each process for a second.

In a crowd it is then read once a second, not once for each visitor; whoever changes it sees that a second later. Only
for what is shown. What decides something (whether there is a place, at which price, what is agreed to) is asked of the
database by whoever decides it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

SECONDS, AT_MOST = 1.0, 500
P = ParamSpec("P")
Answer = TypeVar("Answer")

_page: ContextVar[dict[Hashable, Any] | None] = ContextVar("page", default=None)
_kept: dict[Hashable, tuple[float, Any]] = {}


def recall(what: Hashable, read: Callable[[], Answer]) -> Answer:
    """What `read()` answered when it was last asked for `what`, if that was less than a second ago; else ask it.

    `what` says all that the answer depends on. Nobody may change the answer: all threads share it.
    """
    page, now = _page.get(), time.monotonic()
    since, answer = _kept.get(what, (0.0, None))
    if page is not None and what in page:
        return cast(Answer, page[what])
    if page is not None or now - since >= SECONDS:
        answer = read()
        if len(_kept) >= AT_MOST:
            _kept.clear()
        _kept[what] = now, answer
        if page is not None:
            page[what] = answer
    return answer


def remembered(read: Callable[P, Answer]) -> Callable[P, Answer]:
    """Let `read` be called for the same arguments once a second only; see `recall`."""

    @wraps(read)
    def remembering(*args: P.args, **kwargs: P.kwargs) -> Answer:
        return recall((read, args, *sorted(kwargs.items())), lambda: read(*args, **kwargs))

    return remembering


@contextmanager
def afresh() -> Iterator[None]:
    """Read everything anew within this block, each thing once: it makes something that is shown for longer than a
    moment."""
    token = _page.set({})
    try:
        yield
    finally:
        _page.reset(token)


def once_a_page(what: Hashable, read: Callable[[], Answer]) -> Answer:
    """What `read()` answers, asked once within a block of `afresh`; outside of one it is asked each time."""
    return read() if _page.get() is None else recall(what, read)


def forget() -> None:
    """Read everything anew from now on, in this process."""
    _kept.clear()
