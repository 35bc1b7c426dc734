"""How a file tells one record from another: by guid, by number, by slug; and what is made where it does not."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Hashable, Iterable, Iterator
from itertools import count
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from agenda.frab.programme import EVERYWHERE
from agenda.frab.texts import line
from forum.numbers import MOST

K = TypeVar("K", bound=Hashable)

_SALT = "agenda.frab.identity"
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


def secret_guid(*parts: Any) -> UUID:
    """The same, made with the installation's secret: guids are published, and of a name nobody else may find out
    whether a guid was made from it. Another installation makes another one."""
    said = "/".join(line(part) for part in parts)
    return UUID(bytes=salted_hmac(_SALT, said, algorithm="sha256").digest()[:16], version=4)


def everywhere() -> set[str]:
    """What stands for all rooms in a file of our own, in any of our languages."""
    found = {EVERYWHERE}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(_("All rooms"))
    return found


def told_apart(names: Iterable[tuple[K, str]], taken: Iterable[str]) -> dict[K, str]:
    """The names by their keys, each once and none that is `taken`: of two that are called the same the second gets a
    number."""
    found: dict[K, str] = {}
    used = set(taken)
    for key, name in names:
        told = next(one for one in _with_numbers(name) if one not in used)
        used.add(told)
        found[key] = told
    return found


def _with_numbers(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})".strip() for number in count(2))


def is_told_apart(name: str, from_: str) -> bool:
    """Whether `name` is another one with such a number."""
    return re.fullmatch(r" ?\(\d+\)", name.removeprefix(from_)) is not None and name.startswith(from_)


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
