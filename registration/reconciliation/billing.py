"""Invoices that are not what the tickets call for."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.models import Edition
from registration.models import wrongly_billed
from registration.reconciliation.registry import Disagreement, disagreement


@disagreement(
    _("Orders whose invoices differ from their tickets"),
    _("Within some minutes this puts itself right. What stays here is to be told to who runs the machine."),
)
def invoices(edition: Edition) -> Iterable[Disagreement]:
    """Not billed yet, or billed otherwise than the tickets cost."""
    for order in wrongly_billed().of_edition(edition):
        said = gettext("Order %(code)s has other invoices than it should have.")
        yield Disagreement.at(order, said % {"code": order.code})
