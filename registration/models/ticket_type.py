from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.models import Day
from forum.models import Edition, StakeholderGroup
from forum.translated import TranslatedField, TranslatedRecords
from registration.models.quota import Quota


class TicketTypeQuerySet(TranslatedRecords, models.QuerySet["TicketType"]):
    """What can be had."""

    def on_offer(self, edition: Edition) -> TicketTypeQuerySet:
        """What somebody may choose in `edition` now, with the groups that may."""
        now = timezone.now()
        begun = Q(available_from=None) | Q(available_from__lte=now)
        not_over = Q(available_until=None) | Q(available_until__gt=now)
        offered = self.filter(begun, not_over, edition=edition, is_active=True)
        return offered.prefetch_related("groups")

    def with_places(self) -> TicketTypeQuerySet:
        """Each with the days it admits on, and the quotas that say how many places are left."""
        return self.prefetch_related("days", Prefetch("quotas", Quota.objects.with_overdue()))

    def as_it_is(self, known: TicketType) -> TicketType | None:
        """One of them that was read a while ago, read anew."""
        return self.filter(pk=known.pk).first()


class TicketType(models.Model):
    """What can be had: by which groups, for which days, at which price, until when.

    `price` is in minor units of the edition's currency. No groups means all groups; no days, the whole forum.
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
    is_remote = models.BooleanField(
        _("remote"), default=False, help_text=_("For those who follow from elsewhere.")
    )
    needs_approval = models.BooleanField(
        _("needs approval"), default=False, help_text=_("An organizer says yes before a place is taken.")
    )
    available_from = models.DateTimeField(_("available from"), null=True, blank=True)
    available_until = models.DateTimeField(_("available until"), null=True, blank=True)
    is_active = models.BooleanField(_("on offer"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TicketTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket type")
        verbose_name_plural = _("ticket types")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return str(self.name)

    def clean(self) -> None:
        if self.available_from and self.available_until and self.available_until <= self.available_from:
            raise ValidationError({"available_until": _("It would end before it begins.")})

    def is_for(self, group: StakeholderGroup) -> bool:
        """Whether people of `group` may take it."""
        groups = {allowed.pk for allowed in self.groups.all()}
        return not groups or group.pk in groups

    @property
    def terms(self) -> str:
        """What somebody agrees to who takes it: the price, and whether it is only a request."""
        return f"{self.price}-{self.needs_approval:d}"

    @property
    def left(self) -> int | None:
        """How many places are left in the scarcest of its quotas; None when nothing limits it.

        A reading, not a promise: `Place.take` decides.
        """
        free = [quota.free for quota in self.quotas.all() if quota.size is not None]
        return min(free) if free else None

    @property
    def left_in_words(self) -> str:
        """`many`, `few` or `none`: exact numbers would tell who else comes."""
        left = self.left
        if left is None or left > 10:
            return "many"
        return "few" if left > 0 else "none"
