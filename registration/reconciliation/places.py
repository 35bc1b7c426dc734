"""Tickets and places that do not agree: counters, places, ends that did not come, mails that were not written."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.models import Edition
from registration.models import Quota, Ticket, Voucher
from registration.reconciliation.registry import Disagreement, disagreement

ALARM = _("This must never be. Keep a copy of the database, and tell who runs this site.")


@disagreement(_("Quotas that are miscounted"), ALARM)
def quotas(edition: Edition) -> Iterable[Disagreement]:
    """Those whose counter differs from their places."""
    for quota in Quota.objects.miscounted().of_edition(edition).order_by("pk"):
        said = {"name": str(quota), "taken": quota.taken, "held": quota.held}  # type: ignore[attr-defined]
        words = gettext("“%(name)s” counts %(taken)s places, and tickets hold %(held)s.")
        yield Disagreement.at(quota, words % said)


@disagreement(_("Vouchers that are miscounted"), ALARM)
def vouchers(edition: Edition) -> Iterable[Disagreement]:
    """Those whose counter differs from their live tickets."""
    for voucher in Voucher.objects.miscounted().of_edition(edition).order_by("pk"):
        said = {"code": voucher.code, "used": voucher.used, "held": voucher.held}  # type: ignore[attr-defined]
        words = gettext("Voucher %(code)s counts %(used)s uses, and %(held)s live tickets have it.")
        yield Disagreement.at(voucher, words % said)


@disagreement(_("Tickets that hold other places than they should"), ALARM)
def misplaced(edition: Edition) -> Iterable[Disagreement]:
    """Those whose places are not their type's quotas'."""
    for ticket in Ticket.objects.misplaced_in(edition):
        said = {"code": ticket.order.code, "state": ticket.get_status_display()}
        words = gettext(
            "Order %(code)s: a ticket in the state “%(state)s” holds other places than it should."
        )
        yield Disagreement.at(ticket, words % said)


@disagreement(
    _("Confirmed tickets of which nobody was told"),
    _("No mail was ever written to these attendees: write to them, or print a slip from the ticket’s page."),
)
def unmailed(edition: Edition) -> Iterable[Disagreement]:
    """Confirmed, with an address, and without a mail."""
    for ticket in Ticket.objects.unmailed(edition):
        said = {"code": ticket.order.code}
        words = gettext("Order %(code)s: a ticket is confirmed, and no mail was written to its attendee.")
        yield Disagreement.at(ticket, words % said)


@disagreement(
    _("Reservations that should have ended"),
    _("They are ended each minute by a worker: is one running?"),
)
def overdue(edition: Edition) -> Iterable[Disagreement]:
    """Those past their time for longer than the sweep takes."""
    for ticket in Ticket.objects.long_overdue(edition):
        assert ticket.reserved_until is not None
        said = {"code": ticket.order.code, "end": date_format(localtime(ticket.reserved_until), "j M Y, H:i")}
        words = gettext("Order %(code)s: a ticket was reserved until %(end)s, and still is.")
        yield Disagreement.at(ticket, words % said)
