from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.models import StakeholderGroup
from registration.models.quota_queryset import EVERYBODY, ONLY, OTHERS


class Counting(models.Model):
    """Whom a quota counts: everybody, only who speaks for some groups, or everybody but those, perhaps until a moment.

    It goes by the group that others see, and names none that is shown as another one: how many people there are of a
    group that nobody is to know would else be read from a counter.

    Places are set aside for groups by a second quota beside the first, `kept_from` it: it counts all others, and is
    smaller by as many. So each of both stays one counter. From `kept_until` on (exclusive) it limits nobody, and what
    is taken of it beyond its size are extra places.
    """

    class Whom(models.TextChoices):
        EVERYBODY = EVERYBODY, _("Everybody")
        ONLY = ONLY, _("Only these groups")
        OTHERS = OTHERS, _("Everybody but these groups")

    counts = models.CharField(
        _("counts"), max_length=9, choices=Whom.choices, default=Whom.EVERYBODY, editable=False
    )
    groups = models.ManyToManyField(
        StakeholderGroup,
        blank=True,
        related_name="quotas",
        verbose_name=_("for the groups"),
        help_text=_(
            "None chosen: all groups share its places. Else only people of these groups take one of them."
        ),
    )
    kept_from = models.OneToOneField(
        "self",
        models.CASCADE,
        null=True,
        editable=False,
        related_name="aside",
        verbose_name=_("set aside from"),
    )
    kept_until = models.DateTimeField(
        _("set aside until"),
        null=True,
        blank=True,
        help_text=_(
            "From then on everybody can have what is left of them. Left empty: until somebody releases them."
        ),
    )

    size: int | None

    class Meta:
        abstract = True

    @property
    def is_aside(self) -> bool:
        """Whether it keeps some places of another quota for groups, by counting all others."""
        return self.counts == OTHERS

    @property
    def is_released(self) -> bool:
        """Whether what was set aside is free for everybody by now."""
        return self.kept_until is not None and self.kept_until <= timezone.now()

    @property
    def limits_now(self) -> bool:
        """Whether it keeps anybody from anything now."""
        return self.size is not None and not self.is_released

    @property
    def named(self) -> set[int]:
        """The keys of the groups that it counts or leaves out, read along or asked for; none where all are counted."""
        if self.counts == EVERYBODY:
            return set()
        read: str | None = getattr(self, "group_keys", None)
        if read is None:
            return {group.pk for group in self.groups.all()}
        return {int(key) for key in read.split(",") if key}

    def takes(self, group: StakeholderGroup) -> bool:
        """Whether somebody of this group takes one of its places."""
        return self.counts == EVERYBODY or (public_key(group) in self.named) == (self.counts == ONLY)

    def counted_of(self, records: Any, path: str = "group") -> Any:
        """Those of `records` whose group, at `path`, it counts."""
        if self.counts == EVERYBODY:
            return records
        named = Q(shown_group__in=list(self.groups.values_list("pk", flat=True)))
        shown = records.alias(shown_group=Coalesce(F(f"{path}__shown_as"), F(path)))
        return shown.filter(named if self.counts == ONLY else ~named)


def public_key(group: StakeholderGroup) -> int:
    """The key of the group that others see."""
    return group.shown_as_id or group.pk
