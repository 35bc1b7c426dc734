"""A request and its answer, free of how they travel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request: the path without its query, the query as it was sent, headers with small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is answered. `is_lost` closes the connection instead, as a broken network does."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_lost: bool = False


def as_json(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """Stripe indents its answers by two."""
    body = json.dumps(content, indent=2, ensure_ascii=False).encode()
    return Answer(status, body, {"Content-Type": "application/json", **(headers or {})})
