from __future__ import annotations

from datetime import timedelta

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition
from registration.models.order import Order
from registration.models.outcome import NEEDS_SOMEBODY, Outcome
from registration.models.payment import Payment

A_MOMENT = timedelta(minutes=5)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """What providers told us."""

    def open(self) -> NoticeQuerySet:
        """Those that somebody has to see to, and nobody has."""
        waiting = Q(outcome=Outcome.WAITING, received_at__gt=timezone.now() - A_MOMENT)
        return self.filter(outcome__in=NEEDS_SOMEBODY, settled_at=None).exclude(waiting)

    def refused_lately(self, provider: str, outcome: str) -> NoticeQuerySet:
        """What was refused so since a day ago, and nobody has seen to."""
        a_day_ago = timezone.now() - timedelta(days=1)
        return self.filter(
            provider=provider, outcome=outcome, reference="", settled_at=None, received_at__gt=a_day_ago
        )


class Notice(models.Model):
    """What a provider told us unasked (a webhook call), and what came of it.

    One record however often it comes. Its content is not kept: it names people. `amount` in minor units of `currency`.
    One that is refused, since it is not signed or too old, has no reference: nothing in it is to be believed.
    """

    edition = models.ForeignKey(
        Edition,
        models.CASCADE,
        null=True,
        related_name="notices",
        editable=False,
        verbose_name=_("edition"),
    )
    order = models.ForeignKey(
        Order, models.CASCADE, null=True, related_name="notices", editable=False, verbose_name=_("order")
    )
    provider = models.CharField(
        _("provider"), max_length=20, choices=Payment.Provider.choices, editable=False
    )
    reference = models.CharField(_("reference"), max_length=200, blank=True, editable=False)
    kind = models.CharField(_("what it tells"), max_length=80, blank=True, editable=False)
    amount = models.PositiveIntegerField(_("amount"), null=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3, blank=True, editable=False)
    outcome = models.CharField(
        _("what came of it"),
        max_length=14,
        choices=Outcome.choices,
        default=Outcome.WAITING,
        editable=False,
    )
    times = models.PositiveIntegerField(_("times it came"), default=1, editable=False)
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    settled_at = models.DateTimeField(_("seen to at"), null=True, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-received_at",)
        indexes = (models.Index(fields=["outcome", "settled_at"], name="notice_open"),)
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~Q(reference=""), name="notice_kept_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_provider_display()} · {self.get_outcome_display()}"

    @property
    def needs_somebody(self) -> bool:
        """Whether an organizer has to see to it, and none has."""
        return self.outcome in NEEDS_SOMEBODY and self.settled_at is None

    @classmethod
    @transaction.atomic
    def keep(cls, *, provider: str, reference: str, kind: str) -> Notice:
        """Write down that it came, or that it came again."""
        notice, is_new = cls.objects.get_or_create(
            provider=provider, reference=reference, defaults={"kind": kind[:80]}
        )
        if not is_new:
            cls.objects.filter(pk=notice.pk).update(times=F("times") + 1)
            notice.times += 1
        return notice

    @classmethod
    def refuse(cls, *, provider: str, outcome: Outcome) -> Notice:
        """Write down that something came which is not to be believed; in one record a day, however often it comes."""
        today = cls.objects.refused_lately(provider, outcome)
        if today.update(times=F("times") + 1):
            return today.latest("pk")
        return cls.objects.create(provider=provider, outcome=outcome, edition=Edition.objects.current())

    def conclude(
        self, outcome: Outcome, *, order: Order | None = None, amount: int | None = None, currency: str = ""
    ) -> None:
        """Write down what came of it. What concerns no order is shown to the organizers of the current edition.

        When the same notice is dealt with twice at once, the one that found nothing new has nothing to say.
        """
        before = (Outcome.WAITING,) if outcome == Outcome.KNOWN else (Outcome.WAITING, Outcome.KNOWN)
        Notice.objects.filter(pk=self.pk, outcome__in=before).update(
            outcome=outcome,
            order=order,
            amount=amount,
            currency=currency,
            edition=order.edition if order else Edition.objects.current(),
        )
        self.refresh_from_db()

    def settle(self, *, by: Actor) -> None:
        """Note that somebody has seen to it. Raises Refusal when there is nothing to see to."""
        if not Notice.objects.open().filter(pk=self.pk).update(settled_at=timezone.now()):
            raise Refusal(_("Nothing has to be seen to here."))
