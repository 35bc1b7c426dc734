"""How Stripe refuses: a status, and an object that says of which type the error is and what parameter it is about."""

from __future__ import annotations

from typing import Any

DOCS = "https://stripe.com/docs/error-codes/"


class Refused(Exception):
    """A request that is not carried out. The wordings are Stripe's, so that what reads them is tried too.

    `is_kept` says that the deed had begun: such an answer is given again to the same idempotency key.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        is_kept: bool = False,
    ):
        super().__init__(message)
        self.status = status
        self.is_kept = is_kept
        named = {"code": code, "doc_url": f"{DOCS}{code.replace('_', '-')}" if code else "", "param": param}
        error = {"message": message, "type": type} | {name: value for name, value in named.items() if value}
        self.body: dict[str, Any] = {"error": error}


def missing(kind: str, id: str, *, param: str = "id", status: int = 404) -> Refused:
    """There is no such record: 404 when the address names it, 400 when a parameter does."""
    return Refused(f"No such {kind}: '{id}'", status=status, code="resource_missing", param=param)
