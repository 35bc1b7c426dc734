from __future__ import annotations

from dataclasses import dataclass, field

from registration.models.entry import Entry


@dataclass
class Found:
    """What a file holds: credits, what could not be read and why, and how much there is in it of what is not asked."""

    format: str
    entries: list[Entry] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    went_out: int = 0
    presumed: str = ""
    """The currency that was taken for granted, since the file names none."""


def clean(text: str) -> str:
    """One line without what no database keeps."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
