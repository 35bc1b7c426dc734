from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, User
from registration.models.payment import Payment

if TYPE_CHECKING:
    from registration.models.statement_line import StatementLine

log = logging.getLogger(__name__)


class BankStatementQuerySet(models.QuerySet["BankStatement"]):
    """Statements that were brought in."""

    def with_numbers(self) -> BankStatementQuerySet:
        """Each with how many lines it has, how many wait for somebody, and from when until when they are."""
        waiting = Count("lines", filter=Q(lines__status__in=("suggested", "unclear")))
        return self.annotate(
            number=Count("lines"),
            waiting=waiting,
            first_on=Min("lines__booked_on"),
            last_on=Max("lines__booked_on"),
        )

    def of_file(self, data: bytes, edition: Edition) -> BankStatement | None:
        """The one that this very file has become, if it was brought in before."""
        return self.filter(edition=edition, file_hash=hashlib.sha256(data).hexdigest()).first()


class BankStatement(models.Model):
    """What a bank's file told, as an organizer brought it in: its credits, a line each. The file itself is not kept."""

    class Format(models.TextChoices):
        CSV = "csv", _("Table (CSV)")
        CAMT = "camt.053", _("camt.053")

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="bank_statements", editable=False, verbose_name=_("edition")
    )
    uploaded_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("brought in by")
    )
    uploaded_at = models.DateTimeField(_("brought in at"), default=timezone.now, editable=False)
    file_hash = models.CharField(max_length=64, editable=False)
    format = models.CharField(_("format"), max_length=10, choices=Format.choices, editable=False)

    objects = BankStatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        ordering = ("-uploaded_at",)

    def __str__(self) -> str:
        moment = timezone.localtime(self.uploaded_at, self.edition.zone)
        return gettext("Statement of %(day)s") % {"day": date_format(moment, "j F Y, H:i")}

    @classmethod
    @transaction.atomic
    def take(
        cls, edition: Edition, lines: Iterable[StatementLine], *, data: bytes, format: str, by: Actor
    ) -> BankStatement:
        """Keep the lines of a file that are not known yet; nothing is booked. Raises Refusal when all are known."""
        statement = cls.objects.create(
            edition=edition,
            uploaded_by=by.user,
            file_hash=hashlib.sha256(data).hexdigest(),
            format=format,
        )
        # In one order everywhere, so that two who bring in overlapping files do not wait for each other in a circle.
        fresh = sorted(lines, key=lambda line: line.digest)
        for line in fresh:
            line.statement, line.edition = statement, edition
        # Somebody else may bring in the same days at this moment: each line is then taken by one of both.
        statement.lines.bulk_create(fresh, ignore_conflicts=True)
        taken = statement.lines.count()
        if not taken:
            raise Refusal(_("All payments of this file are here already."))
        log.info("bank statement %s: %s lines brought in by %s", statement.pk, taken, by.label)
        return statement

    def book_all_sure(self, *, by: Actor) -> tuple[int, list[tuple[StatementLine, Refusal]]]:
        """Book the lines of which there is no doubt, each for itself: how many were, and which were not any more."""
        booked, refused = 0, []
        for line in self.lines.suggested().with_order():
            if line.is_sure:
                try:
                    line.book(by=by, only_if_sure=True)
                except Refusal as refusal:
                    refused.append((line, refusal))
                else:
                    booked += 1
        return booked, refused

    @staticmethod
    def known(digests: Iterable[str], edition: Edition) -> set[str]:
        """Which of these lines are here already, or were booked for another edition."""
        wanted = list(digests)
        payments = Payment.objects.filter(
            provider=Payment.Provider.BANK_TRANSFER, reference__in=wanted
        ).values_list("reference", flat=True)
        lines = edition.statement_lines.filter(digest__in=wanted).values_list("digest", flat=True)
        return {*payments, *lines}
