"""What the worker does for registration: sweeps, reminders, refunds, badges."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from celery import shared_task

from forum.actor import Actor
from forum.jobs import job
from forum.models import Edition, Job
from registration.badges import batch
from registration.models import Checkout, Order, PlaceOffer, Quota, Refund, Ticket, Voucher, WaitingList
from registration.models.overdue import expire_if_overdue
from registration.payments import checkouts, refunds
from registration.payments.answers import Unreachable

log = logging.getLogger(__name__)

PATIENCE = 5  # pages; a provider that answers for none of so many is away


@shared_task
def sweep_reservations() -> None:
    """Expire the reservations past their time."""
    for ticket in Ticket.objects.overdue().select_related("order__edition", "attendee"):
        expire_if_overdue(ticket)


@shared_task
def offer_free_places(edition_pk: int) -> None:
    """Offer what is free in an edition to those who wait for it, and end the offers past their time."""
    if edition := Edition.objects.filter(pk=edition_pk).first():
        WaitingList(edition).pass_on(by=Actor.system())


@shared_task
def sweep_waiting_lists() -> None:
    """Do the same wherever somebody waits or a place is kept: nudges get lost, and time passes without one."""
    for edition in WaitingList.editions():
        WaitingList(edition).pass_on(by=Actor.system())


@shared_task
def sweep_reminders() -> None:
    """Remind those whose time to pay ends in some days, once each."""
    for order in Order.objects.to_be_reminded().with_tickets():
        order.remind()


@shared_task(soft_time_limit=50, time_limit=55)
def sweep_checkouts() -> None:
    """Ask how the payment pages ended whose time has passed, and end those that would pay what is not owed any more.

    Only then do the reservations behind them expire.
    """
    _ask_about(checkout for checkout in Checkout.objects.open().with_order() if checkout.is_to_be_closed)


@shared_task(soft_time_limit=500, time_limit=550)
def sweep_slow_banks() -> None:
    """Ask what became of the payments at which a bank is at work: what it told may have got lost."""
    _ask_about(Checkout.objects.processing().with_order())


def _ask_about(pages: Iterable[Checkout]) -> None:
    in_vain = 0
    for checkout in pages:
        try:
            checkouts.end(checkout, by=Actor.system())
        except Unreachable as fault:
            log.warning("checkout %s cannot be ended now: %s", checkout.pk, fault)
            in_vain += 1
            if in_vain == PATIENCE:
                break
        except Exception:
            log.exception("checkout %s cannot be ended", checkout.pk)


@shared_task(soft_time_limit=100, time_limit=115)
def send_refund(pk: int) -> None:
    """Pay back, unless another process is at it or it is done."""
    refund = Refund.objects.with_payment().filter(pk=pk).first()
    if refund and refund.claim():
        refunds.send(refund)


@shared_task
def sweep_refunds() -> None:
    """Send the refunds that no nudge reached, and those that a dead process left."""
    for refund in Refund.objects.due():
        send_refund(refund.pk)


@job(batch.KIND)
def print_badges(job: Job) -> None:
    """Print the badges of many attendees in one file."""
    batch.Batch(job).print()


@shared_task
def compare_counters() -> None:
    """Raise an alarm for each quota whose counter differs from its places, each voucher whose counter differs from its
    tickets, and each ticket and place offer whose places are wrong."""
    for quota in Quota.objects.miscounted():
        log.error("quota %s counts %s places and holds %s", quota.pk, quota.taken, quota.held)  # type: ignore[attr-defined]
    for voucher in Voucher.objects.miscounted():
        log.error("voucher %s counts %s uses and has %s", voucher.pk, voucher.used, voucher.held)  # type: ignore[attr-defined]
    for ticket in Ticket.objects.misplaced():
        log.error("ticket %s, %s, holds other places than its type's quotas", ticket.pk, ticket.status)
    for offer in PlaceOffer.objects.misplaced():
        log.error("offer %s, %s, holds other places than its type's quotas", offer.pk, offer.status)
