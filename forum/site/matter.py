"""What the first page of the back office lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse


@dataclass(frozen=True)
class Matter:
    """Something that needs somebody: what it is, and where to see to it. `kind`: step | warn | bad."""

    text: str
    address: str
    kind: str = "warn"


def listed(name: str, **query: Any) -> str:
    """The address of a list of the back office, narrowed by `query`."""
    return reverse(f"admin:{name}_changelist", query=query or None)
