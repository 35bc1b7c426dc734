"""What the domain says when it declines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refusal(Exception):
    """The domain declines, with a translated reason fit to show to the person who asked.

    `field` names the form field that the reason belongs to, when there is one.
    """

    def __init__(self, reason: str | _StrPromise, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field

    def __str__(self) -> str:
        return str(self.reason)
