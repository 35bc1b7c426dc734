"""How often something may be asked for. Counted in the cache that all processes share."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from redis.exceptions import RedisError

from forum import patience

log = logging.getLogger(__name__)

# Of this process, for the time without Redis.
_own = LocMemCache("throttle", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


def allows(what: str, who: str, *, times: int, within: timedelta) -> bool:
    """Count this attempt of `who` at `what`; whether it is one of the first `times` in the running window.

    The window begins with the first attempt. `who` is kept as a digest only, and as long as the window. While Redis
    is away each process counts for itself.
    """
    key = _key(what, who)
    if not patience.redis.is_at_an_end:
        try:
            return _count(cache, key, within) <= times
        except RedisError as fault:
            patience.redis.lose_some()
            log.warning("%s is counted here: %s: %s", what, type(fault).__name__, fault)
    return _count(_own, key, within) <= times


def is_used_up(what: str, who: str, *, times: int) -> bool:
    """Whether `who` has tried so often that `allows` would say no, without counting this look."""
    key = _key(what, who)
    if not patience.redis.is_at_an_end:
        try:
            return int(cache.get(key, 0)) >= times
        except RedisError as fault:
            patience.redis.lose_some()
            log.warning("%s is looked up here: %s: %s", what, type(fault).__name__, fault)
    return int(_own.get(key, 0)) >= times


def _key(what: str, who: str) -> str:
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{who.casefold()}".encode()).hexdigest()[:32]
    return f"throttle:{what}:{digest}"


def _count(cache: BaseCache, key: str, within: timedelta) -> int:
    """Count one attempt more, and give which of its window it is."""
    if cache.add(key, 1, int(within.total_seconds())):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # the window closed between the two calls
        return 1


def visitor(request: HttpRequest) -> str:
    """The address that a request comes from, as the outermost of our proxies saw it when there are some.

    Each proxy adds an entry to X-Forwarded-For; what a visitor writes there stands before ours and counts for nothing.
    """
    entries = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
    if 0 < settings.PROXIES <= len(entries) and entries[-settings.PROXIES]:
        return entries[-settings.PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))
