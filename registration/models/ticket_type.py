from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.models import Day
from forum.models import Edition, StakeholderGroup
from forum.translated import TranslatedField
from registration.models.places_left import PlacesLeft
from registration.models.price_step import NextPrice, PriceStep
from registration.models.taxed import Taxed
from registration.models.ticket_type_queryset import TicketTypeQuerySet

if TYPE_CHECKING:
    from registration.models.place_offer import PlaceOffer
    from registration.models.voucher import Voucher


class TicketType(Taxed, PlacesLeft):
    """What can be had: by which groups, for which days, at which price, until when.

    `price` is in minor units of the edition's currency; it holds when the last of its price steps is over. Where the
    edition's prices are without tax, it is too; what the questions below answer is what somebody pays. No groups
    means all groups; no days, the whole forum.
    """

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="ticket_types", verbose_name=_("edition")
    )
    name = TranslatedField(_("name"))
    description = TranslatedField(_("description"), blank=True)
    groups = models.ManyToManyField(
        StakeholderGroup,
        blank=True,
        related_name="ticket_types",
        verbose_name=_("for the groups"),
        help_text=_("None chosen: for everybody."),
    )
    days = models.ManyToManyField(
        Day,
        blank=True,
        related_name="ticket_types",
        verbose_name=_("admits on"),
        help_text=_("None chosen: the whole forum."),
    )
    price = models.PositiveIntegerField(
        _("price"), default=0, help_text=_("In the smallest unit of the currency: 25000 is 250.00 USD.")
    )
    own_tax_rate = models.PositiveIntegerField(
        _("own tax rate"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(10_000)],
        help_text=_("In percent. Left empty: the one of the edition."),
    )
    is_remote = models.BooleanField(
        _("remote"), default=False, help_text=_("For those who follow from elsewhere.")
    )
    needs_approval = models.BooleanField(
        _("needs approval"), default=False, help_text=_("An organizer says yes before a place is taken.")
    )
    available_from = models.DateTimeField(_("available from"), null=True, blank=True)
    available_until = models.DateTimeField(_("available until"), null=True, blank=True)
    min_per_order = models.PositiveSmallIntegerField(
        _("at least, in one order"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("More than 1: only for delegations."),
    )
    max_per_order = models.PositiveSmallIntegerField(
        _("at most, in one order"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Left empty: no limit but the one of a delegation, 50."),
    )
    is_hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("Shown only to those who have a voucher that names it.")
    )
    is_for_speakers = models.BooleanField(
        _("for speakers"),
        default=False,
        help_text=_(
            "Whoever speaks in a confirmed session gets one by itself: free, of no quota. Nobody else can have it."
        ),
    )
    is_active = models.BooleanField(_("on offer"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TicketTypeQuerySet.as_manager()

    # With which it is seen; no columns.
    voucher: Voucher | None = None
    offer: PlaceOffer | None = None

    class Meta:
        verbose_name = _("ticket type")
        verbose_name_plural = _("ticket types")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["edition"], condition=Q(is_for_speakers=True), name="one_type_for_speakers_an_edition"
            ),
            models.CheckConstraint(
                condition=Q(max_per_order=None) | Q(max_per_order__gte=F("min_per_order")),
                name="ticket_type_most_in_an_order",
            ),
        )

    def __str__(self) -> str:
        return str(self.name)

    def clean(self) -> None:
        if self.available_from and self.available_until and self.available_until <= self.available_from:
            raise ValidationError({"available_until": _("It would end before it begins.")})
        if self.is_for_speakers and self.pk and self.quotas.exists():
            raise ValidationError({"is_for_speakers": _("It shares a quota. Take it out of that one first.")})
        if self.max_per_order is not None and self.max_per_order < self.min_per_order:
            raise ValidationError({"max_per_order": _("That is less than the least.")})

    def seen_with(self, voucher: Voucher | None, offer: PlaceOffer | None = None) -> TicketType:
        """A copy of this type as somebody with `voucher` sees it, if the voucher is for it. Who has an `offer` of it
        needs no approval: what does is offered by an organizer."""
        seen = copy(self)
        seen.voucher = voucher if voucher and voucher.is_for(self) else None
        seen.offer, seen.needs_approval = offer, self.needs_approval and offer is None
        return seen

    def is_for(self, group: StakeholderGroup) -> bool:
        """Whether people of `group` may take it."""
        groups = {allowed.pk for allowed in self.groups.all()}
        return not groups or group.pk in groups

    def is_available_at(self, moment: datetime) -> bool:
        """Whether its own time has begun and is not over at `moment`."""
        begins, ends = self.available_from, self.available_until
        return (begins is None or begins <= moment) and (ends is None or moment < ends)

    @property
    def takes_waiting(self) -> bool:
        """Whether one may wait for a place of it when it is full: for what everybody sees, one by one."""
        return not self.is_hidden and self.min_per_order == 1

    @property
    def over_at(self) -> datetime:
        """The first moment at which nobody can have it any more, as things stand; exclusive."""
        ends = (self.available_until, self.edition.registration_closes_at, self.edition.over_at)
        return min(end for end in ends if end)

    def price_step_at(self, moment: datetime) -> PriceStep | None:
        """The step whose price holds at `moment`; None when its own price does."""
        return next((step for step in self.price_steps.all() if moment < step.until), None)

    def price_at(self, moment: datetime) -> int:
        """What it costs at `moment`, in minor units of the edition's currency."""
        return self.with_tax(self._written_at(moment))

    def _written_at(self, moment: datetime) -> int:
        step = self.price_step_at(moment)
        return step.price if step else self.price

    def offered_at(self, moment: datetime) -> int:
        """What it costs at `moment` with the voucher with which it is seen, in minor units."""
        return self._with_voucher(self._written_at(moment))

    def _with_voucher(self, price: int) -> int:
        return self.with_tax(self.voucher.price_of(price) if self.voucher else price)

    def terms_at(self, moment: datetime) -> str:
        """What somebody agrees to who takes it at `moment`: price, tax, and whether it is only a request."""
        return f"{self.offered_at(moment)}-{self.tax_rate}-{self.needs_approval:d}"

    @property
    def price_step(self) -> PriceStep | None:
        """The step whose price holds now; None when its own price does."""
        return self.price_step_at(timezone.now())

    @property
    def price_until(self) -> datetime | None:
        """Until when the price of now holds, exclusive, and no longer than anybody can have it; None without a step."""
        step = self.price_step
        return min(step.until, self.over_at) if step else None

    @property
    def price_now(self) -> int:
        """What it costs now, in minor units of the edition's currency."""
        return self.price_at(timezone.now())

    @property
    def price_offered(self) -> int:
        """What it costs now with the voucher with which it is seen, in minor units."""
        return self.offered_at(timezone.now())

    @property
    def next_price(self) -> NextPrice | None:
        """What it costs when the step of now is over; None when that does not change, or nobody can have it then."""
        step = self.price_step
        if step is None or step.until >= self.over_at:
            return None
        amount = self.offered_at(step.until)
        return None if amount == self.price_offered else NextPrice(amount, step.until)

    @property
    def has_just_changed_price(self) -> bool:
        """Whether a step was over within the last hour: who is filling in the page may have begun at its price."""
        now = timezone.now()
        over = [step for step in self.price_steps.all() if now - timedelta(hours=1) < step.until <= now]
        return bool(over) and self._with_voucher(over[-1].price) != self.offered_at(now)

    @property
    def terms(self) -> str:
        """What somebody agrees to who takes it now."""
        return self.terms_at(timezone.now())
