from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forum import cldr
from forum.errors import Refusal
from forum.models import Edition, StakeholderGroup
from registration.models.nudging import offer_what_is_free
from registration.models.quota_counting import Counting
from registration.models.quota_hold import hold_quotas
from registration.models.quota_queryset import EVERYBODY, ONLY, OTHERS, QuotaQuerySet

if TYPE_CHECKING:
    from registration.models.ticket import Ticket
    from registration.models.ticket_type import TicketType

SHOWN_FROM = 5  # smaller numbers about groups are not shown


class Quota(Counting):
    """How many places there are of the ticket types that share it. No size means no limit.

    `taken` is a counter beside the places, moved only with them in one transaction.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="quotas", verbose_name=_("edition"))
    name = models.CharField(_("name"), max_length=120)
    size = models.PositiveIntegerField(_("size"), null=True, blank=True, help_text=_("Left empty: no limit."))
    taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)
    ticket_types = models.ManyToManyField(
        "registration.TicketType", related_name="quotas", verbose_name=_("ticket types")
    )

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(size=None) | Q(taken__lte=F("size")), name="quota_never_oversold"
            ),
            models.CheckConstraint(
                condition=Q(counts=OTHERS, kept_from__isnull=False, size__isnull=False)
                | (Q(counts__in=(EVERYBODY, ONLY), kept_from=None, kept_until=None)),
                name="quota_of_others_is_set_aside",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        # The back office saves, resizes and shares in one transaction: the hold must come before the row's lock.
        hold_quotas(self.edition_id, alone=True)
        super().save(*args, **kwargs)

    @property
    def free(self) -> int:
        """Places left; 0 when full. Only for quotas with a size. What is overdue is free when it was read along, what
        others wait for is not."""
        free = (self.size or 0) - self.taken
        return max(0, free + getattr(self, "overdue", 0) - getattr(self, "waited_for", 0))

    # --- taking ---

    @classmethod
    def take_within(cls, pk: int, number: int, tickets: list[Ticket]) -> None:
        """Count so many places as taken by these tickets, or raise Refusal when there are fewer."""
        if cls.objects.with_room(number).filter(pk=pk).update(taken=F("taken") + number):
            return
        quota = cls.objects.get(pk=pk)
        raise Refusal(quota.why_not(number, tickets[0].ticket_type), field="ticket_type")

    @classmethod
    def take_one(cls, pk: int) -> bool:
        """Count one place as taken; whether there was one."""
        return bool(cls.objects.with_room(1).filter(pk=pk).update(taken=F("taken") + 1))

    def why_not(self, number: int, kind: TicketType) -> str:
        """Say to who wanted so many places of it, for tickets of this type, that there are fewer."""
        free = self.free
        if free and number > 1:
            few = ngettext(
                "Only %(free)s place is left in “%(type)s”. Choose fewer tickets or another type.",
                "Only %(free)s places are left in “%(type)s”. Choose fewer tickets or another type.",
                free,
            )
            return few % {"free": free, "type": kind}
        if self.counts == EVERYBODY:
            gone = _("The last place of “%(type)s” was just taken. Choose another ticket.")
            return gone % {"type": kind}
        return self.why_full(kind)

    def why_full(self, kind: TicketType) -> str:
        """Say to who wants a ticket of this type why there is none for their group."""
        if self.counts == EVERYBODY:
            return _("No place is left for “%(ticket)s”. Choose another ticket.") % {"ticket": kind}
        said = {"type": kind, "size": self.size, "groups": cldr.listed(self.groups.all())}
        if self.counts == OTHERS:
            return _("What is left of “%(type)s” is set aside for: %(groups)s. Choose another ticket.") % said
        if (self.size or 0) < SHOWN_FROM:
            return _("The places of “%(type)s” for %(groups)s are taken. Choose another ticket.") % said
        return _("The %(size)s places of “%(type)s” for %(groups)s are taken. Choose another ticket.") % said

    # --- changing ---

    @transaction.atomic
    def resize(self, size: int | None) -> None:
        """Change how many there are; what is set aside of them stays as many. Raises Refusal when more places than that
        are taken, by whomever, or set aside."""
        hold_quotas(self.edition_id, alone=True)
        was = Quota.objects.select_for_update().get(pk=self.pk)
        if aside := Quota.objects.aside_from(self):
            kept = (was.size or 0) - (aside.size or 0)
            if size is None or size < kept:
                said = _("%(kept)s places of “%(quota)s” are set aside. Choose that many or more.")
                raise Refusal(said % {"kept": kept, "quota": self}, field="size")
            aside.resize(size - kept)
        enough = Q(taken__lte=size) if size is not None else Q()
        if not Quota.objects.filter(enough, pk=self.pk).update(size=size):
            said = _("%(taken)s places of “%(quota)s” are taken. Choose that many or more.")
            raise Refusal(said % {"taken": was.taken, "quota": self}, field="size")
        self.size = size
        offer_what_is_free(self.edition_id)

    @transaction.atomic
    def share_among(
        self, ticket_types: list[TicketType], groups: list[StakeholderGroup] | None = None
    ) -> None:
        """Let these types, and no others, share this quota, and recount while nobody takes or gives back; with
        `groups`, let it count only those, or everybody when there are none.

        Tickets that hold a place of their type, and offers that keep one, now take one here too when their group is
        counted; all others give theirs back. Raises Refusal, and changes nothing, when there are not enough places.
        """
        if own := next((kind for kind in ticket_types if kind.is_for_speakers), None):
            said = _("“%(type)s” is for speakers: they take no place of a quota.")
            raise Refusal(said % {"type": own}, field="ticket_types")
        hold_quotas(self.edition_id, alone=True)
        quota = Quota.objects.select_for_update().get(pk=self.pk)
        quota.ticket_types.set(ticket_types)
        aside = Quota.objects.aside_from(quota)
        if groups is not None:
            if groups and aside:
                said = _("Places of it are set aside, which is only done with those that all groups share.")
                raise Refusal(said, field="groups")
            quota.counts = ONLY if groups else EVERYBODY
            quota.name_groups(groups)
        quota.recount()
        if aside:
            aside.ticket_types.set(ticket_types)
            aside.recount()
        self.refresh_from_db()
        offer_what_is_free(self.edition_id)

    def name_groups(self, groups: list[StakeholderGroup]) -> None:
        """Count these groups, or leave them out; who calls recounts. Raises Refusal for one that is shown as another:
        that one counts both."""
        for group in groups:
            if group.shown_as_id or group.edition_id != self.edition_id:
                said = _("“%(group)s” is shown as another group. Choose that one: it counts both.")
                raise Refusal(said % {"group": group}, field="groups")
        self.groups.set(groups)

    def recount(self) -> None:
        """Let the tickets and offers that it counts have a place here, and no others; size and counter are set by one
        statement. Who calls holds the quotas alone. Raises Refusal when there are not enough places; of one that is
        released they are extra ones then."""
        place: Any = self.places.model
        tickets: Any = apps.get_model("registration", "Ticket")._default_manager
        offers: Any = apps.get_model("registration", "PlaceOffer")._default_manager
        kinds = list(self.ticket_types.values_list("pk", flat=True))
        theirs = self.counted_of(tickets.holding_places_of(kinds))
        kept = self.counted_of(offers.open_of(kinds), "entry__group")
        self.places.exclude(ticket__in=theirs.values("pk")).exclude(offer__in=kept.values("pk")).delete()
        lacking = theirs.exclude(places__quota=self)
        place.objects.bulk_create(place(ticket=ticket, quota=self) for ticket in lacking)
        unkept = kept.exclude(places__quota=self)
        place.objects.bulk_create(place(offer=offer, quota=self) for offer in unkept)
        held = self.places.counted().count()
        over = max(0, held - self.size) if self.size is not None else 0
        if over and self.limits_now:
            raise self._too_small_for(held)
        if over:
            newest = self.places.counted().order_by("-pk").values_list("pk", flat=True)[:over]
            self.places.filter(pk__in=list(newest)).update(is_extra=True)
        Quota.objects.filter(pk=self.pk).update(counts=self.counts, size=self.size, taken=held - over)

    def _too_small_for(self, held: int) -> Refusal:
        if self.is_aside:
            said = _("%(held)s places are taken by others already, and only %(size)s would be left for them.")
            return Refusal(said % {"held": held, "size": self.size}, field="number")
        said = _(
            "%(held)s tickets of these types hold a place, and “%(quota)s” has %(size)s. Enlarge it first."
        )
        field = "ticket_types" if self.counts == EVERYBODY else "groups"
        return Refusal(said % {"held": held, "quota": self, "size": self.size}, field=field)
