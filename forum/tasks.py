"""Nudges and sweeps. Each is idempotent: what is to be done stands in the rows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from forum import jobs, patience
from forum.errors import Refusal
from forum.mail import Pointless, compose
from forum.models import Edition, Interest, Job, Message
from forum.models.job import Overtaken

log = logging.getLogger(__name__)


# A sweep does at most this many seconds of work, so that a worker is soon free again for what is urgent. One mail or
# job may take longer than that, but not as long as its lease: the limit interrupts it, and it is tried again.
SWEEP = 20
AT_MOST, BY_FORCE = 100, 115

# Seconds: a try that failed and took longer was one with a slow server. One that is down, or refuses, says so at once
# and holds up nobody.
SLOW = (settings.EMAIL_TIMEOUT or 60) / 2


@shared_task(soft_time_limit=AT_MOST, time_limit=BY_FORCE)
def send_message(pk: int) -> None:
    """Send one mail, unless another process is at it or it has been sent."""
    if patience.mail_server.is_at_an_end:
        return  # it stays due: the sweep comes back to it
    message = Message.objects.select_related("edition").filter(pk=pk).first()
    if message is None or not message.claim():
        return
    begun = time.monotonic()
    if message.expires_at and message.expires_at < timezone.now():
        message.fail("It was not worth sending any more.", context={})
        return
    try:
        compose(message).send()
    except Pointless as reason:
        message.finish(context={}, error=str(reason))
    except SMTPRecipientsRefused as refused:
        _refused(message, list(refused.recipients.values()))
    except SMTPDataError as refused:
        _refused(message, [(refused.smtp_code, refused.smtp_error)])
    except (OSError, SMTPSenderRefused, SoftTimeLimitExceeded) as fault:
        # No server, a slow one, a broken connection: the mail waits (SMTPException is an OSError).
        if time.monotonic() - begun > SLOW:
            patience.mail_server.lose_some(over=pk)
        message.postpone(f"{type(fault).__name__}: {fault}")
    except Exception as fault:
        log.exception("message %s cannot be made", pk)
        message.postpone(f"{type(fault).__name__}: {fault}")
    else:
        patience.mail_server.begin_anew()
        message.finish(context={})


def _refused(message: Message, answers: list[tuple[int, bytes | str]]) -> None:
    # RFC 5321: 4xx is for now, 5xx for good.
    words = [text.decode(errors="replace") if isinstance(text, bytes) else text for _code, text in answers]
    error = "; ".join(f"{code} {text}" for (code, _text), text in zip(answers, words, strict=True))
    if all(code >= 500 for code, _text in answers):
        message.fail(error, context={})
    else:
        message.postpone(error)


@shared_task(soft_time_limit=AT_MOST, time_limit=BY_FORCE)
def sweep_messages() -> None:
    """Send what no nudge reached, and what a dead process left."""
    _sweep(Message.objects.due()[:500], send_message)


def _sweep(due: Iterable[Message | Job], do: Callable[[int], None]) -> None:
    until = time.monotonic() + SWEEP
    for one in due:
        if time.monotonic() > until:
            break
        do(one.pk)


@shared_task
def run_job(pk: int) -> None:
    """Do one job, unless another process is at it or it is done."""
    job = Job.objects.filter(pk=pk).first()
    if job is None or not job.claim():
        return
    try:
        jobs.work(job)
    except Refusal as refusal:
        job.fail(str(refusal))
    except Overtaken:
        pass  # whoever has it now says how it went
    except Exception as fault:
        log.exception("job %s failed", pk)
        job.postpone(type(fault).__name__)  # what it says may name somebody; the log has it
    else:
        job.finish()


@shared_task
def sweep_jobs() -> None:
    """Do the jobs that no nudge reached, and those that a dead process left."""
    _sweep(Job.objects.due()[:50], run_job)


@shared_task
def sweep_results() -> None:
    """Delete the files of jobs after their time, and those that a dead process left behind."""
    for job in Job.objects.outlived():
        job.forget_result()
    Job.sweep_files(older_than=timedelta(hours=1))


@shared_task
def announce_open_registration() -> None:
    """Tell those who left an address, once registration is open."""
    for edition in Edition.objects.published():
        if edition.takes_registrations:
            for interest in Interest.objects.waiting(edition).select_related("edition"):
                interest.tell()
