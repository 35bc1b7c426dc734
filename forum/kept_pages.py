"""Pages as finished bytes: how one is kept and answered with, and the shelf of all that this process has."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

import brotli  # type: ignore[import-untyped]
from django.http import HttpResponse
from django.utils.http import parse_etags

# The quality of brotli that costs as much as gzip's usual one, and saves a sixth of its bytes.
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "identity": lambda body: body,
}
BUDGET = 64 * 2**20  # bytes, for each process
OVERHEAD = 2_000  # bytes that a page weighs beside its bodies


class Reading(NamedTuple):
    """What this process knows of the public pages: their version, None when nobody can say it; the next moment
    (seconds since 1970) at which they change by the clock; whether the database is away."""

    version: int | str | None
    changes_at: float
    is_away: bool


def listed(header: str) -> set[str]:
    """The names in a header that is a list of names, in small letters."""
    return {name.strip().lower() for name in header.split(",")} - {""}


@lru_cache(maxsize=500)
def best_encoding(accepted: str) -> str:
    """The best way of ours to pack a body for a client that sends this Accept-Encoding. Source: RFC 9110, 12.5.3."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _semicolon, weight = part.partition(";")
        try:
            weights[name.strip()] = float(weight.partition("=")[2] or 1)
        except ValueError:
            weights[name.strip()] = 0
    others = weights.get("*", 0)
    return next((name for name in ("br", "gzip") if weights.get(name, others) > 0), "identity")


class Answer(NamedTuple):
    """What is sent: the status, the headers, the body."""

    status: int
    headers: dict[str, str]
    body: bytes


class KeptPage:
    """The answer 200 of one address, in all encodings that somebody has asked for; `weight`: what they take, in bytes.

    `headers` are those of the answer as it left all other middleware, `packed` is its body in brotli; `version` is no
    newer than what the page shows, and from `until` (seconds since 1970) on the page is another one by the clock.
    """

    def __init__(self, version: int | str, until: float, headers: dict[str, str], packed: bytes) -> None:
        self.version, self.until, self.headers, self.packed = version, until, headers, packed
        self.weight = OVERHEAD + len(packed)
        self._etag = f'W/"{hashlib.sha256(packed).hexdigest()[:24]}"'
        self._answers: dict[str, Answer] = {}
        of_the_body = {"Content-Type", "Content-Language"}
        kept_on = {name: value for name, value in headers.items() if name not in of_the_body}
        self._not_modified = Answer(304, {**kept_on, "ETag": self._etag}, b"")

    @classmethod
    def of(cls, response: HttpResponse, version: int | str, until: float) -> KeptPage:
        """Keep what a view has answered. What depended on the visitor's language or encoding does no more."""
        dropped = {"content-length", "content-encoding", "etag"}
        headers = {name: value for name, value in response.items() if name.lower() not in dropped}
        varies = listed(headers.get("Vary", "")) - {"accept-language"}
        headers["Vary"] = ", ".join(sorted(varies | {"accept-encoding"}))
        headers.setdefault(
            "Cache-Control", "no-cache"
        )  # keep it, and ask each time: the answer is 304 or new
        return cls(version, until, headers, PACKED["br"](response.content))

    def is_good(self, reading: Reading) -> bool:
        """Whether it may be shown: nothing was changed since it was made, and its time is not over. While the database
        is away, that its time is over is borne."""
        return self.version == reading.version and (reading.is_away or time.time() < self.until)

    def answer(self, environ: dict[str, Any]) -> Answer:
        """The answer to a GET or HEAD: the body as the client can read it, or 304 when it has it already."""
        tags = environ.get("HTTP_IF_NONE_MATCH", "")
        if tags and self._is_among(parse_etags(tags)):
            return self._not_modified
        encoding = best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        answer = self._answers.get(encoding) or self._packed_as(encoding)
        return answer if environ["REQUEST_METHOD"] == "GET" else answer._replace(body=b"")

    def _packed_as(self, encoding: str) -> Answer:
        body = self.packed if encoding == "br" else PACKED[encoding](brotli.decompress(self.packed))
        how = {} if encoding == "identity" else {"Content-Encoding": encoding}
        headers = {**self.headers, **how, "ETag": self._etag, "Content-Length": str(len(body))}
        self._answers[encoding] = Answer(200, headers, body)
        if encoding != "br":
            self.weight += len(body)
        return self._answers[encoding]

    def _is_among(self, tags: list[str]) -> bool:
        return tags == ["*"] or self._etag in {tag if tag.startswith("W/") else f"W/{tag}" for tag in tags}


class Shelf:
    """The pages that this process keeps, by path; when they are heavier than `budget` bytes, those go first that were
    not asked for the longest."""

    def __init__(self, budget: int) -> None:
        self.budget, self.weight = budget, 0
        self._pages: OrderedDict[str, KeptPage] = OrderedDict()
        self._weights: dict[str, int] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def clear(self) -> None:
        """Keep nothing any more."""
        with self._lock:
            self._pages.clear()
            self._weights.clear()
            self.weight = 0

    def find(self, path: str) -> KeptPage | None:
        """The page of this path."""
        with self._lock:
            page = self._pages.get(path)
            if page is not None:
                self._pages.move_to_end(path)
                if page.weight != self._weights[path]:  # somebody asked for another encoding meanwhile
                    self._weigh(path, page.weight)
            return page

    def put(self, path: str, page: KeptPage) -> None:
        """Lay a page on the shelf, in the place of an older one."""
        with self._lock:
            self._pages[path] = page
            self._pages.move_to_end(path)
            self._weigh(path, page.weight)

    def _weigh(self, path: str, weight: int) -> None:
        self.weight += weight - self._weights.get(path, 0)
        self._weights[path] = weight
        while self.weight > self.budget:
            oldest, _page = self._pages.popitem(last=False)
            self.weight -= self._weights.pop(oldest)


shelf = Shelf(BUDGET)
