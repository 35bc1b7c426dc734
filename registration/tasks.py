"""What the worker does for registration: sweeps, reminders, refunds, badges, answers whose time is over."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from forum.actor import Actor
from forum.jobs import job
from forum.models import Job
from registration.badges import batch
from registration.models import Checkout, Order, Question, Quota, Refund, Ticket, Voucher
from registration.models.answer import answers_to, seal_anew, sweep_files
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
    tickets, and each ticket whose places are wrong."""
    for quota in Quota.objects.miscounted():
        log.error("quota %s counts %s places and holds %s", quota.pk, quota.taken, quota.held)  # type: ignore[attr-defined]
    for voucher in Voucher.objects.miscounted():
        log.error("voucher %s counts %s uses and has %s", voucher.pk, voucher.used, voucher.held)  # type: ignore[attr-defined]
    for ticket in Ticket.objects.misplaced():
        log.error("ticket %s, %s, holds other places than its type's quotas", ticket.pk, ticket.status)


@shared_task
def sweep_answers() -> None:
    """Delete the answers whose last day is over, and files that no answer has; seal anew what an old key sealed."""
    for question in Question.objects.outlived():
        number = answers_to(question).forget()
        log.info("question %s: %s answers deleted, since their time is over", question.pk, number)
    sweep_files(older_than=timezone.now() - timedelta(hours=1))
    if settings.SECRET_KEY_FALLBACKS and (number := seal_anew()):
        log.info("%s protected answers sealed with the newest key", number)
