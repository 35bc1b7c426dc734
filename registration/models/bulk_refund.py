from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Job
from forum.translated import TranslatedField
from registration.models.bulk_plan import BulkPlan, What
from registration.models.order import Order
from registration.models.order_queryset import OrderQuerySet
from registration.models.ticket import Ticket

log = logging.getLogger(__name__)

KIND = "bulk-refund"


class BulkRefundQuerySet(models.QuerySet["BulkRefund"]):
    """Decisions to pay many back."""

    def with_numbers(self) -> BulkRefundQuerySet:
        """Each with how many orders it has (`number`), how many of them are done (`done`), what was sent back
        (`sent_back`) and what people have, or had, to pay (`for_hands`), in minor units."""
        return self.annotate(
            number=Count("parts"),
            done=Count("parts", filter=Q(parts__done_at__isnull=False)),
            sent_back=Coalesce(Sum("parts__refunded"), 0),
            for_hands=Coalesce(Sum("parts__by_hand"), 0),
        )


class BulkRefund(models.Model):
    """One decision to pay many orders back; of a forum that is cancelled, their tickets are given up with it.

    Each order is a part of it, carried out in a transaction of its own by a worker, once. `share` in per cent of what
    was paid, for `What.SHARE` only.
    """

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="bulk_refunds", editable=False, verbose_name=_("edition")
    )
    what = models.CharField(_("what"), max_length=5, choices=What.choices, editable=False)
    share = models.PositiveSmallIntegerField(_("share in per cent"), default=100, editable=False)
    reason = TranslatedField(_("reason"), blank=True, long=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("asked for by"),
    )
    asked_at = models.DateTimeField(_("asked for at"), default=timezone.now, editable=False)

    objects = BulkRefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk refund")
        verbose_name_plural = _("bulk refunds")
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["edition"], condition=Q(what="forum"), name="a_forum_is_cancelled_once"
            ),
        )

    def __str__(self) -> str:
        return str(self.get_what_display())

    @property
    def cancels(self) -> bool:
        """Whether tickets are given up with it."""
        return self.what == What.FORUM

    @property
    def job(self) -> Job | None:
        """The work that it is."""
        return Job.objects.of_kind(KIND, self.edition).filter(about_id=self.pk).first()

    @property
    def actor(self) -> Actor:
        """Who does it, while a worker is at it."""
        return Actor.of(self.asked_by) if self.asked_by else Actor.system()

    def refunds_by_status(self) -> list[tuple[str, str, int]]:
        """How many refunds came of it, by their state and that in words; states without any are left out."""
        counted = self.refunds.order_by("status").values_list("status").annotate(Count("pk"))
        words = dict(self.refunds.model.Status.choices)
        return [(status, str(words[status]), number) for status, number in counted]

    @staticmethod
    def of_forum(edition: Edition) -> BulkRefund | None:
        """The one by which the forum was cancelled, if it was."""
        return edition.bulk_refunds.filter(what=What.FORUM).first()

    # --- before ----------------------------------------------------------------------------------------------------

    @staticmethod
    def plan_of_forum(edition: Edition) -> BulkPlan:
        """What cancelling the forum would do."""
        return BulkPlan.of(_with_money(_to_be_ended(edition), edition), What.FORUM, currency=edition.currency)

    @staticmethod
    def plan_of_orders(edition: Edition, keys: Iterable[int], what: str, share: int = 100) -> BulkPlan:
        """What paying these orders back would do; those of another edition do not count."""
        orders = Order.objects.of_edition(edition).filter(pk__in=list(keys)).order_by("pk")
        return BulkPlan.of(_with_money(orders, edition), what, currency=edition.currency, share=share)

    # --- deciding --------------------------------------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def cancel_forum(cls, edition: Edition, *, reason: dict[str, str], by: Actor, seen: str) -> BulkRefund:
        """Say that the forum does not take place: nobody can register or pay any more, and a worker gives up all
        tickets and sends the money back.

        `seen` is the digest of the plan that was shown. Raises Refusal when it is another one by now, when no reason
        is given, or when this was done already.
        """
        edition = Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
        if not any(text.strip() for text in reason.values()):
            raise Refusal(_("Say why: everybody reads it in their mail."), field="reason")
        if cls.of_forum(edition):
            raise Refusal(_("This forum is being cancelled already."))
        cls._refuse_unless(seen, cls.plan_of_forum(edition))
        if edition.cancelled_at is None or edition.cancelled_at > timezone.now():
            edition.cancelled_at = timezone.now()
            edition.save(update_fields=["cancelled_at"])
        return cls._begin(edition, what=What.FORUM, reason=reason, by=by)

    @classmethod
    @transaction.atomic
    def pay_back(
        cls,
        edition: Edition,
        keys: Iterable[int],
        *,
        what: What,
        share: int = 100,
        reason: dict[str, str],
        by: Actor,
        seen: str,
    ) -> BulkRefund:
        """Pay these orders back, while their tickets stay as they are.

        Raises Refusal when another plan was `seen` than it is by now, or when nobody gets anything.
        """
        Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)  # the same page, pressed twice
        plan = cls.plan_of_orders(edition, keys, what, share)
        if not plan.amounts:
            raise Refusal(_("Nothing is to be paid back for these orders."))
        cls._refuse_unless(seen, plan)
        bulk = cls._begin(edition, what=what, share=share, reason=reason, by=by)
        bulk.parts.bulk_create(
            bulk.parts.model(bulk=bulk, order_id=pk, amount=amount) for pk, amount in plan.amounts.items()
        )
        return bulk

    @staticmethod
    def _refuse_unless(seen: str, plan: BulkPlan) -> None:
        if seen != plan.digest:
            raise Refusal(_("The numbers have changed meanwhile. Look at them again before you confirm."))

    @classmethod
    def _begin(cls, edition: Edition, *, by: Actor, **fields: object) -> BulkRefund:
        bulk = cls.objects.create(edition=edition, asked_by=by.user, **fields)
        Job.queue(KIND, about=bulk)
        log.info("bulk refund %s, %s: asked for by %s", bulk.pk, bulk.what, by.label)
        return bulk

    # --- carrying out ----------------------------------------------------------------------------------------------

    def gather(self) -> list[int]:
        """The keys of the parts that wait. Of a cancelled forum, an order that was just being placed is added."""
        if self.cancels:
            known = self.parts.values("order")
            late = _to_be_ended(self.edition).exclude(pk__in=known).values_list("pk", flat=True)
            self.parts.bulk_create(
                (self.parts.model(bulk=self, order_id=pk) for pk in late), ignore_conflicts=True
            )
        return list(self.parts.waiting().order_by("pk").values_list("pk", flat=True))


def _to_be_ended(edition: Edition) -> OrderQuerySet:
    """The orders with a ticket that may still lead somebody in, or with money that nothing stands against."""
    orders = Order.objects.of_edition(edition)
    live = Ticket.objects.live().filter(order=OuterRef("pk"))
    return orders.filter(Exists(live) | Q(pk__in=orders.overpaid().values("pk"))).order_by("pk")


def _with_money(orders: OrderQuerySet, edition: Edition) -> list[Order]:
    found = list(orders.prefetch_related("tickets__type_changes", "payments__refunds", "payments__disputes"))
    for order in found:
        order.edition = edition
    return found
