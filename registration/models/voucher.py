from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forum.codes import new_code
from forum.errors import Refusal
from forum.models import Edition, StakeholderGroup
from forum.money import written
from registration.models.voucher_queryset import VoucherQuerySet

if TYPE_CHECKING:
    from registration.models.ticket import Ticket
    from registration.models.ticket_type import TicketType

CODE = RegexValidator(
    r"^[A-Z0-9][A-Z0-9-]{2,39}$", _("Use 3 to 40 capital letters of A to Z, digits and hyphens.")
)


class Voucher(models.Model):
    """A code that opens or cheapens ticket types, so many times, until a moment, for some types and groups.

    `value` is in minor units of the edition's currency, or per cent, as `effect` says. No types means all that are not
    hidden: a hidden type is opened by the vouchers that name it. No groups means all. `used` counts the live tickets
    that were had with it; it is moved only with them, in one transaction.
    """

    class Effect(models.TextChoices):
        NONE = "none", _("Leaves the price as it is")
        PERCENT = "percent", _("Takes a share off the price")
        OFF = "off", _("Takes an amount off the price")
        FIXED = "fixed", _("Sets the price")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="vouchers", verbose_name=_("edition"))
    code = models.CharField(_("code"), max_length=40, validators=[CODE], default=new_code)
    tag = models.CharField(
        _("tag"),
        max_length=60,
        blank=True,
        help_text=_("For whom these are; to find them together. Only organizers see it."),
    )
    effect = models.CharField(_("what it does"), max_length=8, choices=Effect.choices, default=Effect.PERCENT)
    value = models.PositiveIntegerField(_("how much"), default=100)
    max_uses = models.PositiveIntegerField(
        _("may be used"), null=True, blank=True, default=1, help_text=_("How often. Left empty: no limit.")
    )
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    ticket_types = models.ManyToManyField(
        "registration.TicketType",
        blank=True,
        related_name="vouchers",
        verbose_name=_("for the ticket types"),
        help_text=_("None chosen: for all but the hidden ones. A hidden type that is chosen is opened."),
    )
    groups = models.ManyToManyField(
        StakeholderGroup,
        blank=True,
        related_name="vouchers",
        verbose_name=_("for the groups"),
        help_text=_("None chosen: for everybody."),
    )
    goes_beyond = models.BooleanField(
        _("also when full"),
        default=False,
        help_text=_("Gives a place even when a quota is full. Such places come on top of the quota."),
    )
    is_active = models.BooleanField(_("can be used"), default=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ("-made_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["edition", "code"], name="voucher_code_once_an_edition"),
            models.CheckConstraint(
                condition=Q(max_uses=None) | Q(used__lte=F("max_uses")), name="voucher_never_overused"
            ),
            models.CheckConstraint(
                condition=~Q(effect="percent") | Q(value__lte=100), name="voucher_takes_no_more_than_all"
            ),
        )

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise ValidationError({"valid_until": _("It would end before it begins.")})
        if self.pk and self.max_uses is not None and self.max_uses < self.used:
            used = _("It was used %(used)s times. Choose that many or more.")
            raise ValidationError({"max_uses": used % {"used": self.used}})

    @property
    def in_words(self) -> str:
        """What it does to a price: “50% off”."""
        if self.effect == self.Effect.PERCENT:
            return gettext("%(share)s%% off") % {"share": self.value}
        amount = written(self.value, self.edition.currency)
        if self.effect == self.Effect.OFF:
            return gettext("%(amount)s off") % {"amount": amount}
        if self.effect == self.Effect.FIXED:
            return gettext("Price %(amount)s") % {"amount": amount}
        return gettext("Price as it is")

    def price_of(self, price: int) -> int:
        """What costs `price` costs with it, in minor units; a half is rounded up."""
        match self.effect:
            case self.Effect.PERCENT:
                return (price * (100 - self.value) + 50) // 100
            case self.Effect.OFF:
                return max(0, price - self.value)
            case self.Effect.FIXED:
                return min(price, self.value)
            case _:
                return price

    def is_for(self, ticket_type: TicketType) -> bool:
        """Whether it can be used for this type: for a hidden one only when it names it."""
        named = {one.pk for one in self.ticket_types.all()}
        return ticket_type.pk in named if named else not ticket_type.is_hidden

    def is_for_group(self, group: StakeholderGroup) -> bool:
        """Whether people of `group` may use it."""
        named = {one.pk for one in self.groups.all()}
        return not named or group.pk in named

    @property
    def is_used_up(self) -> bool:
        """Whether nobody can use it any more; what reservations past their time hold of it is free, swept or not."""
        if self.max_uses is None or self.used < self.max_uses:
            return False
        return self.used - self.tickets.overdue().count() >= self.max_uses

    def must_be_valid(self) -> None:
        """Raise Refusal when it cannot be used now, by whomever: switched off, too early, too late, used up."""
        now = timezone.now()
        if not self.is_active or (self.valid_until and self.valid_until <= now):
            raise Refusal(
                _("The voucher “%(code)s” is not valid any more.") % {"code": self}, field="voucher"
            )
        if self.valid_from and now < self.valid_from:
            raise Refusal(_("The voucher “%(code)s” is not valid yet.") % {"code": self}, field="voucher")
        if self.is_used_up:
            raise Refusal(_("The voucher “%(code)s” has been used up.") % {"code": self}, field="voucher")

    def must_fit(self, ticket_type: TicketType, group: StakeholderGroup) -> None:
        """Raise Refusal when it cannot be used now for this type by this group. Of rivals, `take` decides."""
        self.must_be_valid()
        if not self.is_for(ticket_type):
            refused = _("The voucher “%(code)s” is not for “%(type)s”. Choose another ticket, or no voucher.")
            raise Refusal(refused % {"code": self, "type": ticket_type}, field="voucher")
        if not self.is_for_group(group):
            refused = _("The voucher “%(code)s” is for other groups than “%(group)s”.")
            raise Refusal(refused % {"code": self, "group": group}, field="voucher")

    @classmethod
    def take(cls, *tickets: Ticket) -> None:
        """Count the uses of the tickets' vouchers, in primary-key order: before their places are taken. Of two rivals
        for the last use one gets it; raises Refusal for the other, whose transaction must then be given up."""
        for pk, uses in sorted(Counter(one.voucher_id for one in tickets if one.voucher_id).items()):
            room = Q(max_uses=None) | Q(used__lte=F("max_uses") - uses)
            if cls.objects.filter(room, pk=pk).update(used=F("used") + uses):
                continue
            voucher = cls.objects.get(pk=pk)
            left = (voucher.max_uses or 0) - voucher.used
            if left > 0:
                raise Refusal(
                    ngettext(
                        "The voucher “%(code)s” can be used once more only.",
                        "The voucher “%(code)s” can be used %(left)s times more only.",
                        left,
                    )
                    % {"code": voucher, "left": left},
                    field="voucher",
                )
            raise Refusal(_("The voucher “%(code)s” has been used up.") % {"code": voucher}, field="voucher")

    @classmethod
    def give_back(cls, *tickets: Ticket) -> None:
        """Let others use what these tickets, which were live until now, had: in primary-key order, before places."""
        for pk, uses in sorted(Counter(one.voucher_id for one in tickets if one.voucher_id).items()):
            cls.objects.filter(pk=pk).update(used=F("used") - uses)

    def make_many(
        self,
        number: int,
        *,
        prefix: str = "",
        ticket_types: Iterable[TicketType] = (),
        groups: Iterable[StakeholderGroup] = (),
    ) -> list[Voucher]:
        """Save `number` vouchers like this unsaved one, for these types and groups; behind `prefix` each has a code of
        its own, which is random and new in the edition."""
        codes: set[str] = set()
        while len(codes) < number:
            fresh = {prefix + new_code() for _ in range(number - len(codes))}
            codes |= fresh - Voucher.objects.taken_codes(self.edition, list(fresh))
        columns = [one.attname for one in self._meta.concrete_fields if one.name not in {"id", "code"}]
        alike = {name: getattr(self, name) for name in columns}
        with transaction.atomic():
            made = Voucher.objects.bulk_create(Voucher(**alike, code=code) for code in sorted(codes))
            types, for_groups = Voucher.ticket_types.through, Voucher.groups.through
            kinds, theirs = list(ticket_types), list(groups)
            types._default_manager.bulk_create(
                types(voucher_id=one.pk, tickettype_id=kind.pk) for one in made for kind in kinds
            )
            for_groups._default_manager.bulk_create(
                for_groups(voucher_id=one.pk, stakeholdergroup_id=group.pk)
                for one in made
                for group in theirs
            )
        return made
