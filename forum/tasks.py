"""Nudges and sweeps. Each is idempotent: what is to be done stands in the rows."""

from __future__ import annotations

import logging
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from celery import shared_task
from django.utils import timezone

from forum import jobs
from forum.errors import Refusal
from forum.mail import Pointless, compose
from forum.models import Edition, Interest, Job, Message

log = logging.getLogger(__name__)


@shared_task
def send_message(pk: int) -> None:
    """Send one mail, unless another process is at it or it has been sent."""
    message = Message.objects.select_related("edition").filter(pk=pk).first()
    if message is None or not message.claim():
        return
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
    except (OSError, SMTPSenderRefused) as fault:
        # No server, a slow one, a broken connection: the mail waits (SMTPException is an OSError).
        message.postpone(f"{type(fault).__name__}: {fault}")
    except Exception as fault:
        log.exception("message %s cannot be made", pk)
        message.postpone(f"{type(fault).__name__}: {fault}")
    else:
        message.finish(context={})


def _refused(message: Message, answers: list[tuple[int, bytes | str]]) -> None:
    # RFC 5321: 4xx is for now, 5xx for good.
    words = [text.decode(errors="replace") if isinstance(text, bytes) else text for _code, text in answers]
    error = "; ".join(f"{code} {text}" for (code, _text), text in zip(answers, words, strict=True))
    if all(code >= 500 for code, _text in answers):
        message.fail(error, context={})
    else:
        message.postpone(error)


@shared_task
def sweep_messages() -> None:
    """Send what no nudge reached, and what a dead process left."""
    for message in Message.objects.due()[:500]:
        send_message(message.pk)


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
    except Exception as fault:
        log.exception("job %s failed", pk)
        job.postpone(f"{type(fault).__name__}: {fault}")
    else:
        job.finish()


@shared_task
def sweep_jobs() -> None:
    """Do the jobs that no nudge reached, and those that a dead process left."""
    for job in Job.objects.due()[:50]:
        run_job(job.pk)


@shared_task
def announce_open_registration() -> None:
    """Tell those who left an address, once registration is open."""
    for edition in Edition.objects.published():
        if edition.takes_registrations:
            for interest in Interest.objects.waiting(edition).select_related("edition"):
                interest.tell()
