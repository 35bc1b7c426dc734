from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import models, transaction
from django.db.models import Case, IntegerField, Prefetch, Value, When
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Message
from forum.money import written
from registration.models.bank_statement import BankStatement
from registration.models.entry import Entry
from registration.models.line_words import InWords
from registration.models.order import Order
from registration.models.payment import Payment

log = logging.getLogger(__name__)


class StatementLineQuerySet(models.QuerySet["StatementLine"]):
    """Credits of an account."""

    def suggested(self) -> StatementLineQuerySet:
        """Those for which an order was found, and that nobody has decided about."""
        return self.filter(status=StatementLine.Status.SUGGESTED)

    def waiting(self) -> StatementLineQuerySet:
        """Those that nobody has decided about."""
        return self.filter(status__in=WAITING)

    def with_order(self) -> StatementLineQuerySet:
        """Each with what its order's balance is made of."""
        return self.select_related("edition", "payment").prefetch_related(
            Prefetch("order", Order.objects.with_tickets())
        )

    def to_be_decided_first(self) -> StatementLineQuerySet:
        """Those that wait before the others, oldest first."""
        ranks = [When(status=status, then=Value(rank)) for rank, status in enumerate(StatementLine.Status)]
        return self.annotate(rank=Case(*ranks, output_field=IntegerField())).order_by(
            "rank", "booked_on", "pk"
        )

    def in_state(self, status: str) -> StatementLineQuerySet:
        """Those in this state."""
        return self.filter(status=status)

    def numbers_by_status(self) -> dict[str, int]:
        """How many there are in each state."""
        return dict(self.order_by().values_list("status").annotate(models.Count("pk")))


class StatementLine(InWords, models.Model):
    """One credit of a bank statement, and the order that it seems to be for.

    suggested ◀─give─ unclear      both ──book──▶ booked, or ──ignore──▶ ignored ──take_up──▶ unclear

    `amount` in minor units of `currency` (ISO 4217). `digest` is what tells it from all other lines, and the reference
    of its payment: the same line of a second file is the same line, and twice is once.
    """

    class Status(models.TextChoices):
        SUGGESTED = "suggested", _("Suggested")
        UNCLEAR = "unclear", _("Unclear")
        BOOKED = "booked", _("Booked")
        IGNORED = "ignored", _("Left aside")

    class FoundBy(models.TextChoices):
        CODE = "code", _("its code")
        MISREAD = "misread", _("its code, misread")
        NAME = "name", _("amount and name")
        EMAIL = "email", _("amount and e-mail")
        HAND = "hand", _("an organizer")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="statement_lines", editable=False)
    statement = models.ForeignKey(BankStatement, models.CASCADE, related_name="lines", editable=False)
    booked_on = models.DateField(_("date"), editable=False)
    amount = models.PositiveIntegerField(_("amount"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    payer = models.CharField(_("payer"), max_length=200, blank=True, editable=False)
    text = models.CharField(_("text"), max_length=1000, blank=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, editable=False)
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        null=True,
        related_name="statement_lines",
        editable=False,
        verbose_name=_("order"),
    )
    found_by = models.CharField(max_length=10, choices=FoundBy.choices, blank=True, editable=False)
    payment = models.OneToOneField(
        Payment,
        models.PROTECT,
        null=True,
        related_name="statement_line",
        editable=False,
        verbose_name=_("payment"),
    )
    note = models.CharField(_("note"), max_length=300, blank=True, editable=False)

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a bank statement")
        verbose_name_plural = _("lines of bank statements")
        ordering = ("booked_on", "pk")
        constraints = (
            models.UniqueConstraint(fields=["edition", "digest"], name="statement_line_taken_once"),
        )

    def __str__(self) -> str:
        return f"{self.booked_on:%Y-%m-%d} · {written(self.amount, self.currency)}"

    @classmethod
    def of(cls, entry: Entry, *, order: Order | None, found_by: str, note: str) -> StatementLine:
        """An entry as a line, not saved yet, with the order that it seems to be for."""
        return cls(
            booked_on=entry.booked_on,
            amount=entry.amount,
            currency=entry.currency,
            payer=entry.payer,
            text=entry.text,
            digest=entry.digest,
            status=cls.Status.SUGGESTED if order else cls.Status.UNCLEAR,
            order=order,
            found_by=found_by,
            note=note[:300],
        )

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has decided about it yet."""
        return self.status in WAITING

    @transaction.atomic
    def give(self, code: str, *, by: Actor) -> None:
        """Say which order it is for. Raises Refusal when none has this code, or when it is decided already."""
        order = Order.objects.coded("".join(sign for sign in code.upper() if sign.isalnum()))
        if order is None or order.edition_id != self.edition_id:
            raise Refusal(_("There is no order with this code."), field="code")
        self._move(WAITING, to=self.Status.SUGGESTED, by=by, order=order, found_by=self.FoundBy.HAND, note="")

    @transaction.atomic
    def book(self, *, by: Actor, only_if_sure: bool = False) -> Payment:
        """Book it for its order, and tell the buyer what is missing if it is less than is owed.

        Raises Refusal when it has no order, when somebody has decided about it meanwhile, when it was booked for
        another edition's order, or, `only_if_sure`, when there is a doubt by now.
        """
        if self.order_id is None:
            raise Refusal(_("Say first which order this is for."), field="code")
        order = Order.objects.held(self.order_id)
        mine = StatementLine.objects.select_for_update().get(pk=self.pk)
        mine.order = order if mine.order_id == order.pk else None
        if mine.order is None or not mine.is_waiting:
            raise Refusal(_("Somebody has decided about this line meanwhile."))
        if only_if_sure and not mine.is_sure:
            raise Refusal(_("There is a doubt about this line by now: look at it again."))
        Payment.receive(
            order,
            provider=Payment.Provider.BANK_TRANSFER,
            reference=self.digest,
            amount=self.amount,
            currency=self.currency,
            by=by,
            received_at=self.edition.midnight(self.booked_on),
        )
        payment = Payment.objects.of_provider(Payment.Provider.BANK_TRANSFER, self.digest)
        if payment is None or payment.order_id != order.pk:
            raise Refusal(_("This money is booked for another order already."))
        self._move(WAITING, to=self.Status.BOOKED, by=by, payment=payment)
        self._tell_what_is_missing(payment)
        return payment

    def _tell_what_is_missing(self, payment: Payment) -> None:
        order = Order.objects.with_tickets().get(pk=payment.order_id)
        if order.is_payable and payment.currency == order.edition.currency:
            Message.queue(
                "payment-short",
                about=payment,
                to=order.email,
                language=order.language,
                edition=order.edition,
                key=f"payment-short:{payment.pk}",
            )

    @transaction.atomic
    def ignore(self, *, by: Actor, reason: str = "") -> None:
        """Leave it aside: it is for no order. Who paid and what they wrote is forgotten, for it is not our business.

        Raises Refusal when it is decided already.
        """
        kept = "".join(sign for sign in reason if sign.isprintable())[:300]
        aside = {"order": None, "found_by": "", "payer": "", "text": "", "note": kept}
        self._move(WAITING, to=self.Status.IGNORED, by=by, **aside)

    @transaction.atomic
    def take_up(self, *, by: Actor) -> None:
        """Let it wait again, after it was left aside. Raises Refusal when it is not."""
        self._move((self.Status.IGNORED,), to=self.Status.UNCLEAR, by=by, note="")

    def _move(self, allowed: Iterable[str], *, to: str, by: Actor, **fields: object) -> None:
        changed = {"status": to, **fields}
        if not StatementLine.objects.filter(pk=self.pk, status__in=allowed).update(**changed):
            raise Refusal(_("Somebody has decided about this line meanwhile."))
        log.info("statement line %s: %s by %s", self.pk, to, by.label)
        for name, value in changed.items():
            setattr(self, name, value)


WAITING = (StatementLine.Status.SUGGESTED, StatementLine.Status.UNCLEAR)
