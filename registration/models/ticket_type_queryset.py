from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone

from forum.models import Edition
from forum.translated import TranslatedRecords
from registration.models.quota import Quota

if TYPE_CHECKING:
    from registration.models.ticket_type import TicketType
    from registration.models.voucher import Voucher


def quotas_as_seen(now: datetime, yesterday: date) -> models.QuerySet[Quota]:
    """Quotas with what `free` needs: what is overdue `now`, and `waited_for`, how many wait for a place of each at a
    forum that had not ended `yesterday`: somewhere that is still today."""
    # Asked for by name: its own module knows this one.
    waiting: Any = apps.get_model("registration", "WaitingEntry")._default_manager
    return (
        Quota.objects.with_overdue(now)
        .with_groups()
        .annotate(waited_for=waiting.number_by_quota(now, yesterday))
    )


class TicketTypeQuerySet(TranslatedRecords, models.QuerySet["TicketType"]):
    """What can be had."""

    def on_offer(self, edition: Edition, voucher: Voucher | None = None) -> TicketTypeQuerySet:
        """What somebody may choose in `edition` now, with the groups that may and the prices by date; the hidden ones
        that `voucher` opens among them."""
        hidden = Q(is_hidden=False) | Q(vouchers=voucher) if voucher else Q(is_hidden=False)
        now = timezone.now()
        begun = Q(available_from=None) | Q(available_from__lte=now)
        not_over = Q(available_until=None) | Q(available_until__gt=now)
        offered = self.of_edition(edition).filter(
            begun, not_over, hidden, is_active=True, is_for_speakers=False
        )
        return offered.distinct()

    def open_to_guests(self, edition: Edition) -> TicketTypeQuerySet:
        """What somebody with a personal invitation may have in `edition` now: hidden, and before its time, too."""
        not_over = Q(available_until=None) | Q(available_until__gt=timezone.now())
        return self.of_edition(edition).filter(not_over, is_active=True, is_for_speakers=False)

    def of_edition(self, edition: Edition) -> TicketTypeQuerySet:
        """All of one edition, on offer or not, with their groups and prices by date."""
        kinds = self.filter(edition=edition).select_related("edition")
        return kinds.prefetch_related("groups", "price_steps")

    def for_speakers(self) -> TicketTypeQuerySet:
        """Those that speakers get, of editions that are published and not over."""
        ours = self.filter(is_for_speakers=True, is_active=True, edition__cancelled_at=None)
        soon = timezone.now().date() - timedelta(days=1)
        return ours.filter(edition__published_at__isnull=False, edition__ends_on__gte=soon).select_related(
            "edition"
        )

    def with_places(self) -> TicketTypeQuerySet:
        """Each with the days it admits on, and the quotas that say how many places are left, but for those who wait."""
        now = timezone.now()
        quotas = quotas_as_seen(now, now.date() - timedelta(days=1))
        return self.prefetch_related("days", Prefetch("quotas", quotas))

    def with_key(self, key: str) -> TicketType | None:
        """The one with this primary key, however it was typed."""
        return (
            self.filter(pk=int(key)).first() if key.isdecimal() and key.isascii() and len(key) < 10 else None
        )

    def as_it_is(self, known: TicketType) -> TicketType | None:
        """One of them that was read a while ago, read anew."""
        return self.filter(pk=known.pk).first()
