"""How a file tells one record from another: by guid, by number, by slug; and what is made where it does not."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from agenda.frab.texts import line
from forum.numbers import MOST

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_SHORT = re.compile(r"[\w-]{22}", re.ASCII)


def guid_in(value: Any) -> UUID | None:
    """The guid that a file gives. Early frab wrote its 16 bytes in base64; of anything else a guid is made."""
    text = line(value)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        pass
    if _SHORT.fullmatch(text):
        try:
            return UUID(bytes=base64.urlsafe_b64decode(f"{text}=="))
        except (binascii.Error, ValueError):
            pass
    return uuid5(NAMESPACE_URL, f"guid:{text}")


def made_guid(*parts: Any) -> UUID:
    """A guid made from what a file says, the same each time it is read."""
    return uuid5(NAMESPACE_URL, "/".join(line(part) for part in parts))


def number_in(value: Any) -> int | None:
    """The number that a file gives, if it is one that can be kept."""
    text = line(value)
    return int(text) if re.fullmatch(r"\d{1,10}", text, re.ASCII) and 0 < int(text) <= MOST else None


def slug_in(value: Any, acronym: str, number: int | None) -> str:
    """The slug that a file gives, without the acronym and number that stand before it by custom; none if it is not
    fit for an address here. Early frab put room, time and the names of all persons into it, joined by `_-_`: who has
    not agreed to be named in public must not be named by an address either.
    """
    text = line(value).lower().removeprefix(f"{acronym}-{number}-")
    return text if _SLUG.fullmatch(text) and "_-_" not in text else ""


def written_slug(slug: str, acronym: str, number: int | None) -> str:
    """The slug as both formats want it: acronym-number-slug."""
    return re.sub(r"[^a-z0-9_-]", "", f"{acronym}-{number}-{slug}".lower()).rstrip("-_")
