"""Setting places aside: what an organizer does, and what it makes of the quotas."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import StakeholderGroup
from registration.models.nudging import offer_what_is_free
from registration.models.quota import Quota
from registration.models.quota_hold import hold_quotas
from registration.models.quota_queryset import OTHERS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SetAside:
    """How many places of a quota only people of these groups can have, and until when; without a moment, until
    somebody releases them."""

    number: int
    groups: list[StakeholderGroup]
    until: datetime | None = None

    @classmethod
    def of(cls, whole: Quota) -> SetAside | None:
        """What is set aside of a quota; None when nothing ever was."""
        aside = Quota.objects.aside_from(whole)
        if aside is None:
            return None
        return cls((whole.size or 0) - (aside.size or 0), list(aside.groups.all()), aside.kept_until)

    @transaction.atomic
    def keep(self, whole: Quota, *, by: Actor) -> None:
        """Set them aside from `whole`, instead of what was before. Raises Refusal when it has no size or fewer places,
        counts only some groups itself, or when the others have taken more by now than would be left to them."""
        hold_quotas(whole.edition_id, alone=True)
        whole.refresh_from_db()
        if whole.size is None or whole.counts != Quota.Whom.EVERYBODY:
            raise Refusal(_("Places are set aside from a quota with a size that counts everybody."))
        if not 0 < self.number <= whole.size:
            said = _("“%(quota)s” has %(size)s places. Choose a number between 1 and that.")
            raise Refusal(said % {"quota": whole, "size": whole.size}, field="number")
        if not self.groups:
            raise Refusal(_("Choose the groups that they are for."), field="groups")
        aside = Quota.objects.aside_from(whole) or Quota(
            edition_id=whole.edition_id,
            name=gettext("%(quota)s, for all others") % {"quota": whole.name[:100]},
            kept_from=whole,
            counts=OTHERS,
            size=0,
        )
        aside.kept_until = self.until
        aside.save()
        aside.size = whole.size - self.number
        aside.name_groups(self.groups)
        aside.ticket_types.set(whole.ticket_types.all())
        aside.recount()
        offer_what_is_free(whole.edition_id)
        log.info("quota %s: %s places set aside by %s", whole.pk, self.number, by.label)

    @staticmethod
    @transaction.atomic
    def release(whole: Quota, *, by: Actor) -> None:
        """Let everybody have what is left of them from now on. Raises Refusal when nothing is set aside."""
        hold_quotas(whole.edition_id, alone=True)
        if not Quota.objects.limiting().filter(kept_from=whole).update(kept_until=timezone.now()):
            raise Refusal(_("Nothing is set aside from it."))
        log.info("quota %s: what was set aside is released by %s", whole.pk, by.label)
        offer_what_is_free(whole.edition_id)
