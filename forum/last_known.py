"""What this process knows of the public pages without asking each time, and what it goes by while nobody answers."""

from __future__ import annotations

import hashlib
import logging
import math
import secrets
import time
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.db import Error as DatabaseFault
from django.utils import timezone
from redis.exceptions import RedisError

from forum import patience
from forum.kept_pages import KeptPage, Reading
from forum.models import Edition, PublicChange

log = logging.getLogger(__name__)

ASK_EVERY = 0.5  # seconds; with the time that it takes to make a page, nobody gets one that is a second old
WAIT_FOR_ANOTHER = 0.3  # seconds until somebody else's question counts as unanswered
COMPLAIN_EVERY = 60  # seconds


class LastKnown:
    """The version of the public pages, asked of the database at most twice a second and after each commit of this
    process. One asks, the others wait for its answer; while there is none, what was known last counts."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Know nothing, as a process that has just started."""
        self._reading = Reading(None, math.inf, is_away=False)
        self._asked_at, self._after, self._complained_at = -math.inf, object(), -math.inf
        # What the database said last, after which commit of this process, and whether Redis was told.
        self._version: int | None = None
        self._said_after = PublicChange.last_commit
        self._is_noted = False

    def recent(self) -> Reading | None:
        """What is known now without asking; None when it is time to ask, or the database is away."""
        return self._reading if self._is_recent() and not self._reading.is_away else None

    def reading(self) -> Reading:
        """What is known now. A question never takes longer than the database's own time limits."""
        if self._is_recent():
            return self._reading
        if not self._lock.acquire(timeout=0 if self._reading.is_away else WAIT_FOR_ANOTHER):
            return self._reading._replace(is_away=True)
        try:
            if not self._is_recent():
                self._ask()
            return self._reading
        finally:
            self._lock.release()

    def reading_afresh(self) -> Reading:
        """What is known when the database is asked once more."""
        self._asked_at = -math.inf
        return self.reading()

    def _is_recent(self) -> bool:
        return (
            time.monotonic() - self._asked_at < ASK_EVERY
            and self._after is PublicChange.last_commit
            and (time.time() < self._reading.changes_at or self._reading.is_away)
        )

    def _ask(self) -> None:
        # Noted before asking: what is committed from here on may be missing from the answer.
        asked_at, after, now = time.monotonic(), PublicChange.last_commit, timezone.now()
        known, changes_at, was_away = self._reading
        try:
            version = PublicChange.objects.version()
            if version != known or was_away or now.timestamp() >= changes_at:
                turn = Edition.objects.next_turn(now)
                changes_at = turn.timestamp() if turn else math.inf
        except DatabaseFault as fault:
            self._complain(fault)
            self._reading = Reading(self._newest(), changes_at, is_away=True)
            asked_at = time.monotonic()  # a question that took long is not asked again at once
        else:
            self._version, self._said_after = version, after
            self._is_noted = spare.keep_version(version)
            if was_away:
                log.warning("the database is back")
            self._reading = Reading(version, changes_at, is_away=False)
        self._asked_at, self._after = asked_at, after

    def _newest(self) -> int | str | None:
        """The version to go by while the database cannot be asked; None, and no page is shown, when somebody may have
        changed something since that is known to nobody any more. What was struck out is not to come back."""
        if PublicChange.last_commit is not self._said_after:
            return None
        noted = spare.version()
        if noted is None or noted == self._version:
            return self._version
        return noted if self._is_noted or self._version is None else None

    def _complain(self, fault: Exception) -> None:
        if time.monotonic() - self._complained_at >= COMPLAIN_EVERY:
            self._complained_at = time.monotonic()
            log.warning("the database is away, public pages are shown as they were: %s", str(fault).strip())


class Spare:
    """A copy of what any process has rendered, in Redis: for the one that has to show a page while the database is away
    and never made it, because it was another's turn or it has just started.

    Nothing is read from here while the database answers. Where Redis is away too, or is none, there is no spare.
    """

    KEPT = 6 * 3600  # seconds
    VERSION = "public-version"

    def keep(self, path: str, page: KeptPage) -> None:
        """Keep a copy of the page at this path."""
        kept = page.version, page.until, page.headers, page.packed
        self._ask(lambda: cache.set(self._key(path), kept, self.KEPT))

    def find(self, path: str) -> KeptPage | None:
        """The page at this path as somebody has last kept it."""
        kept = self._ask(lambda: cache.get(self._key(path)))
        return KeptPage(*kept) if kept else None

    def keep_version(self, version: int | str) -> bool:
        """Keep the version that was read last; whether it is kept."""

        def keep() -> bool:
            cache.set(self.VERSION, version, self.KEPT)
            return True

        return bool(self._ask(keep))

    def version(self) -> int | str | None:
        """The version that any process has read last; one that no page has, when something was changed since."""
        return self._ask(lambda: cache.get(self.VERSION))

    def note_a_change(self) -> None:
        """Note that something was changed, before the database is asked for the version that there is now."""
        if settings.PAGE_CACHE:
            self.keep_version(f"changed {secrets.token_hex(8)}")

    @staticmethod
    def _key(path: str) -> str:
        # The stylesheets' addresses, and so the pages, are of this release.
        release = getattr(staticfiles_storage, "manifest_hash", "")
        return f"public-page:{release}:{hashlib.sha256(path.encode()).hexdigest()}"

    @staticmethod
    def _ask(question: Any) -> Any:
        # The demo's cache lies in the very database whose absence this is for.
        if not settings.REDIS_URL or patience.redis.is_at_an_end:
            return None
        try:
            return question()
        except RedisError:
            patience.redis.lose_some()
            return None


last_known, spare = LastKnown(), Spare()
PublicChange.listeners.append(spare.note_a_change)
