"""How often somebody may try codes of vouchers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from forum import throttle
from forum.http import Request
from registration.forms.vouchers import WithVoucher

UNKNOWN_VOUCHERS = 30
AN_HOUR = timedelta(hours=1)

Form = TypeVar("Form", bound=WithVoucher)


def voucher_tried(request: Request, form_of: Callable[[bool], Form]) -> Form:
    """The form that `form_of` makes when it is told whether one may still try. Who has tried many codes that are none
    gets no further answer about codes for an hour: apart for links, so that a page full of them does not shut out who
    types one. The same code counts once."""
    visitor, what = throttle.visitor(request), f"voucher-{request.method}"
    form = form_of(not throttle.is_used_up(what, visitor, times=UNKNOWN_VOUCHERS))
    if form.has_unknown_voucher:
        this = f"{visitor} {form.voucher_code}"
        if throttle.allows(f"{what}-code", this, times=1, within=AN_HOUR):
            throttle.allows(what, visitor, times=UNKNOWN_VOUCHERS, within=AN_HOUR)
    return form
