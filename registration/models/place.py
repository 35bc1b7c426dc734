from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registration.models.nudging import offer_what_is_free
from registration.models.quota import Quota
from registration.models.quota_hold import hold_quotas
from registration.models.shares import Share, are_by_group, shares_of

if TYPE_CHECKING:
    from registration.models.ticket import Ticket


class PlaceQuerySet(models.QuerySet["Place"]):
    """Places taken."""

    def counted(self) -> PlaceQuerySet:
        """Those that are among the quota's own; extra ones come on top."""
        return self.filter(is_extra=False)

    def free(self, edition_id: int) -> None:
        """Give them, all of one edition, back, in primary-key order of the quotas; who waits for one is told of it."""
        hold_quotas(edition_id)
        for place in self.order_by("quota_id"):
            deleted, _by_model = self.model._default_manager.filter(pk=place.pk).delete()
            if deleted and not place.is_extra:
                Quota.objects.filter(pk=place.quota_id).update(taken=F("taken") - 1)
        offer_what_is_free(edition_id)


class Place(models.Model):
    """The record that a ticket took one of a quota's places, or that one is kept by an offer; or, of a full quota, that
    a ticket took an extra one on top of them."""

    ticket = models.ForeignKey(
        "registration.Ticket", models.CASCADE, null=True, related_name="places", verbose_name=_("ticket")
    )
    offer = models.ForeignKey(
        "registration.PlaceOffer", models.CASCADE, null=True, related_name="places", verbose_name=_("offer")
    )
    quota = models.ForeignKey(Quota, models.PROTECT, related_name="places", verbose_name=_("quota"))
    is_extra = models.BooleanField(_("extra"), default=False)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = (
            models.UniqueConstraint(fields=["ticket", "quota"], name="one_place_a_ticket_and_quota"),
            models.UniqueConstraint(fields=["offer", "quota"], name="one_place_an_offer_and_quota"),
            models.CheckConstraint(
                condition=Q(ticket=None, offer__isnull=False) | Q(ticket__isnull=False, offer=None),
                name="place_is_of_a_ticket_or_an_offer",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quota} · {self.ticket_id or self.offer_id}"

    @classmethod
    def take(cls, *tickets: Ticket) -> None:
        """Take a place of each quota of each ticket's type that counts its group: the last statements of a short
        transaction. The tickets are all of one edition.

        One conditional UPDATE a quota, in primary-key order, so that rivals wait for each other and never in a
        circle. A voucher may say that a place is given beyond a full quota, as does one that was set aside until now.
        Else raises Refusal when one of them is full; the caller's transaction must then be given up.
        """
        if not tickets:
            return
        hold_quotas(tickets[0].order.edition_id)
        shares = shares_of(ticket.ticket_type_id for ticket in tickets)
        groups = public_groups(tickets, shares)
        of_quota = [
            (share, [one for one in tickets if share.takes(one.ticket_type_id, groups.get(one.pk))])
            for share in shares
        ]
        cls.objects.bulk_create(
            cls(ticket=ticket, quota_id=share.quota) for share, theirs in of_quota for ticket in theirs
        )
        for share, theirs in of_quota:
            # Those that may go beyond come last, so that they take no place from the others.
            beyond = [one for one in theirs if share.is_released or (one.voucher and one.voucher.goes_beyond)]
            if within := len(theirs) - len(beyond):
                Quota.take_within(share.quota, within, theirs)
            for ticket in beyond:
                if not Quota.take_one(share.quota):
                    cls.objects.filter(ticket=ticket, quota=share.quota).update(is_extra=True)

    @classmethod
    def give_back(cls, *tickets: Ticket) -> None:
        """Give back what the tickets, all of one edition, took, in primary-key order of the quotas."""
        for edition_id in {ticket.order.edition_id for ticket in tickets}:
            cls.objects.filter(ticket__in=tickets, quota__edition=edition_id).free(edition_id)


def public_groups(tickets: tuple[Ticket, ...], shares: list[Share]) -> dict[int, int]:
    """The group of each ticket as others see it, key by key, as it is now: who read the ticket may have done so before
    it was given another one. Empty, and not asked for, where no quota is by group."""
    if not are_by_group(shares):
        return {}
    return type(tickets[0]).objects.among([one.pk for one in tickets]).public_groups()
