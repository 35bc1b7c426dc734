from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from forum.models import Edition

if TYPE_CHECKING:
    from registration.models.quota import Quota

EVERYBODY, ONLY, OTHERS = "everybody", "only", "others"


class Joined(models.Aggregate):
    """Texts of several rows in one, with commas between."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ',')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, function="GROUP_CONCAT", **context)


class QuotaQuerySet(models.QuerySet["Quota"]):
    """How many there are."""

    def with_places(self) -> QuotaQuerySet:
        """Each with `held`, the places that records say are taken."""
        return self.annotate(held=Count("places", filter=Q(places__is_extra=False)))

    def with_overdue(self, now: datetime | None = None) -> QuotaQuerySet:
        """Each with `overdue`, the places held by reservations and offers past their time: free for who comes now."""
        # A subquery: to join the places and count would read all that are taken, however few are overdue.
        now = now or timezone.now()
        places: Any = apps.get_model("registration", "Place")._default_manager
        is_late = Q(ticket__status="reserved", ticket__reserved_until__lt=now) | Q(offer__until__lte=now)
        late = places.counted().filter(is_late, quota=OuterRef("pk"))
        late = late.exclude(ticket__order__checkouts__status__in=("open", "processing"))
        each = late.order_by().values("quota").annotate(number=Count("pk")).values("number")
        return self.annotate(overdue=Coalesce(Subquery(each), 0))

    def with_groups(self) -> QuotaQuerySet:
        """Each with `group_keys`, those of its groups as one text: to prefetch them would be one more question to
        everybody who registers, also where no quota is by group."""
        key = Joined(Cast("stakeholdergroup_id", TextField()))
        named: Any = self.model.groups.through._default_manager.filter(quota=OuterRef("pk"))
        keys = named.order_by().values("quota").annotate(keys=key).values("keys")
        return self.annotate(group_keys=Coalesce(Subquery(keys), Value("", TextField())))

    def limiting(self, now: datetime | None = None) -> QuotaQuerySet:
        """Those that limit somebody now: with a size, and not set aside until a day that has passed."""
        lasts = Q(kept_until=None) | Q(kept_until__gt=now or timezone.now())
        return self.filter(lasts, size__isnull=False)

    def full(self, now: datetime | None = None) -> QuotaQuerySet:
        """Those of which nobody can have a place now, as the database knows it at that moment."""
        return self.limiting(now).filter(taken__gte=F("size"))

    def with_room(self, number: int) -> QuotaQuerySet:
        """Those of which so many are left, as the database knows it at that moment."""
        return self.filter(Q(size=None) | Q(taken__lte=F("size") - number))

    def counting(self, group: str) -> QuotaQuerySet:
        """Within another query: those that count the group at the path `group` of that query's record."""
        # What others see of a group is what counts: the number of those whom nobody is to know would be in the quota's.
        public = Coalesce(OuterRef(OuterRef(f"{group}__shown_as")), OuterRef(OuterRef(group)))
        named = self.model.groups.through._default_manager.filter(
            quota=OuterRef("pk"), stakeholdergroup=public
        )
        return self.filter(
            Q(counts=EVERYBODY) | (Q(counts=ONLY) & Exists(named)) | (Q(counts=OTHERS) & ~Exists(named))
        )

    def nearly_full(self, edition: Edition) -> QuotaQuerySet:
        """Those of `edition` of which nine tenths or more are taken."""
        return self.limiting().filter(edition=edition, taken__gte=F("size") * 0.9)

    def miscounted(self) -> QuotaQuerySet:
        """Those whose counter and places differ; there must be none, ever."""
        return self.with_places().exclude(taken=F("held"))

    def of_edition(self, edition: Edition) -> QuotaQuerySet:
        """Those of one edition."""
        return self.filter(edition=edition)

    def wholes(self) -> QuotaQuerySet:
        """All but those that only keep places of another one for some groups."""
        return self.filter(kept_from=None)

    def with_all(self) -> QuotaQuerySet:
        """Each with its types, its groups and what is set aside from it."""
        return self.select_related("aside").prefetch_related("ticket_types", "groups", "aside__groups")

    def aside_from(self, whole: Quota) -> Quota | None:
        """The one that keeps places of `whole` for some groups; None when nothing was ever set aside from it."""
        return self.filter(kept_from=whole).first()
