"""What the worker does for registration: sweeps, reminders, refunds, badges, answers whose time is over."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.jobs import job
from forum.models import Edition, Job, User
from registration import attendee_list
from registration.badges import batch
from registration.models import (
    Announcement,
    BulkRefund,
    Checkout,
    Guest,
    Invoice,
    InvoiceSeries,
    Order,
    PlaceOffer,
    Question,
    Quota,
    Refund,
    SpeakerPlace,
    Ticket,
    TicketType,
    TypeChange,
    Voucher,
    WaitingList,
    announcement,
    bulk_refund,
    wrongly_billed,
)
from registration.models.answer import answers_to, seal_anew, sweep_files
from registration.models.overdue import expire_if_overdue
from registration.payments import checkouts, in_bulk, refunds
from registration.payments.answers import Unreachable

log = logging.getLogger(__name__)

PATIENCE = 5  # pages; a provider that answers for none of so many is away


@shared_task
def sweep_reservations() -> None:
    """Expire the reservations past their time, and the changes of type whose difference was not paid."""
    for ticket in Ticket.objects.overdue().select_related("order__edition", "attendee"):
        expire_if_overdue(ticket)
    for change in TypeChange.objects.overdue().with_ticket():
        with contextlib.suppress(Refusal):  # the money, or somebody else, was faster
            change.lapse(by=Actor.system())


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


@shared_task
def sweep_guests() -> None:
    """End the invitations whose time to answer has passed, and remind those whose time ends in some days, once each."""
    Guest.objects.lapse()
    for guest in Guest.objects.to_be_reminded().select_related("edition")[:500]:
        with suppress(Refusal):  # they answered, or an organizer reminded them, a moment ago
            guest.remind(by=Actor.system())


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


@shared_task
def sweep_speaker_places() -> None:
    """Give a place to everybody who speaks and has none yet."""
    for ticket_type in TicketType.objects.for_speakers():
        for speaker in SpeakerPlace.objects.lacking(ticket_type):
            try:
                SpeakerPlace.give(speaker, ticket_type, by=Actor.system())
            except Exception:
                log.exception("speaker %s cannot be given a place", speaker.pk)


@shared_task
def bill_order(pk: int) -> None:
    """Issue what an order calls for: an invoice, a credit note, both, or nothing."""
    order = Order.objects.filter(pk=pk).first()
    if order:
        Invoice.bring_up_to_date(order, by=Actor.system())


@shared_task(soft_time_limit=250, time_limit=290)
def sweep_invoices() -> None:
    """Issue what no nudge led to."""
    for order in wrongly_billed():
        try:
            Invoice.bring_up_to_date(order, by=Actor.system())
        except Exception:
            log.exception("order %s cannot be billed", order.pk)


@job(batch.KIND)
def print_badges(job: Job) -> None:
    """Print the badges of many attendees in one file."""
    batch.Batch(job).print()


@job(announcement.KIND)
def send_announcement(job: Job) -> None:
    """Queue the mails of an announcement."""
    if isinstance(job.about, Announcement):
        job.about.queue_mails(job.advance)


@job(bulk_refund.KIND)
def pay_many_back(job: Job) -> None:
    """Carry out a bulk refund."""
    if isinstance(job.about, BulkRefund):
        in_bulk.carry_out(job.about, job.advance)


@job(attendee_list.KIND)
def write_attendee_list(job: Job) -> None:
    """Write all attendees of an edition into one sheet."""
    attendee_list.AttendeeList(job, User.objects.filter(pk=job.options["by"]).first()).write()


@shared_task
def compare_counters() -> None:
    """Raise an alarm for each quota whose counter differs from its places, each voucher whose counter differs from its
    tickets, each ticket and place offer whose places are wrong, and each series of numbers that has a gap."""
    for quota in Quota.objects.miscounted():
        log.error("quota %s counts %s places and holds %s", quota.pk, quota.taken, quota.held)  # type: ignore[attr-defined]
    for voucher in Voucher.objects.miscounted():
        log.error("voucher %s counts %s uses and has %s", voucher.pk, voucher.used, voucher.held)  # type: ignore[attr-defined]
    for ticket in Ticket.objects.misplaced():
        log.error("ticket %s, %s, holds other places than its type's quotas", ticket.pk, ticket.status)
    for series in InvoiceSeries.objects.broken():
        given, documents = series.last, series.documents  # type: ignore[attr-defined]
        log.error("invoice series %s has given %s numbers to %s documents", series.pk, given, documents)
    for offer in PlaceOffer.objects.misplaced():
        log.error("offer %s, %s, holds other places than its type's quotas", offer.pk, offer.status)


@shared_task
def sweep_answers() -> None:
    """Delete the answers whose last day is over, and files that no answer has; seal anew what an old key sealed."""
    for question in Question.objects.outlived():
        number = answers_to(question).forget()
        log.info("question %s: %s answers deleted, since their time is over", question.pk, number)
    sweep_files(older_than=timezone.now() - timedelta(hours=1))
    if settings.SECRET_KEY_FALLBACKS and (number := seal_anew()):
        log.info("%s protected answers sealed with the newest key", number)
