from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.models import Appearance, Session
from forum.actor import Actor
from forum.models import Message, StakeholderGroup
from registration.models.attendee import Attendee
from registration.models.order import Order
from registration.models.ticket import Ticket
from registration.models.ticket_status import Status
from registration.models.ticket_type import TicketType
from speakers.models import Speaker

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = logging.getLogger(__name__)


class SpeakerPlaceQuerySet(models.QuerySet["SpeakerPlace"]):
    """Places of those who speak."""

    def lacking(self, ticket_type: TicketType) -> QuerySet[Speaker]:
        """The speakers of the type's edition who are to have one and have none yet: they appear in a confirmed session,
        and can be told by mail. Who had one and gave it up gets no second one."""
        appears = Appearance.objects.filter(speaker=OuterRef("pk"), session__status=Session.Status.CONFIRMED)
        theirs = self.filter(speaker=OuterRef("pk"))
        speakers = Speaker.objects.of_edition(ticket_type.edition_id).exclude(email="")
        return speakers.filter(Exists(appears), ~Exists(theirs)).select_related("user", "group")


class SpeakerPlace(models.Model):
    """That somebody who speaks has a ticket for it: without paying, and without a place of any quota."""

    speaker = models.OneToOneField(Speaker, models.CASCADE, related_name="place", verbose_name=_("speaker"))
    ticket = models.OneToOneField(
        Ticket, models.CASCADE, related_name="speaker_place", verbose_name=_("ticket")
    )
    given_at = models.DateTimeField(_("given at"), default=timezone.now)

    objects = SpeakerPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place of a speaker")
        verbose_name_plural = _("places of speakers")

    def __str__(self) -> str:
        return f"{self.speaker} · {self.ticket}"

    @classmethod
    @transaction.atomic
    def give(cls, speaker: Speaker, ticket_type: TicketType, *, by: Actor) -> SpeakerPlace | None:
        """Give a speaker a confirmed ticket of the type for speakers, and tell them; None when they have one, or when
        nothing says which group they belong to."""
        Speaker.objects.select_for_update().get(pk=speaker.pk)
        group = speaker.group or _only_group_of(ticket_type)
        if group is None or cls.objects.filter(speaker=speaker).exists():
            return None
        edition = ticket_type.edition
        language = speaker.user.language if speaker.user else edition.main_language
        order = Order.objects.create(
            edition=edition, key=f"speaker-{speaker.pk}", email=speaker.email, language=language
        )
        ticket = Ticket.objects.create(
            order=order, ticket_type=ticket_type, group=group, price=0, status=Status.CONFIRMED
        )
        Attendee.objects.create(
            ticket=ticket,
            name=speaker.name,
            email=speaker.email,
            organisation=speaker.organisation,
            country=speaker.country,
        )
        place = cls.objects.create(speaker=speaker, ticket=ticket)
        Message.queue("speaker-place", about=ticket, to=speaker.email, language=language, edition=edition)
        log.info("order %s: given to speaker %s by %s", order.code, speaker.pk, by.label)
        return place


def _only_group_of(ticket_type: TicketType) -> StakeholderGroup | None:
    groups = list(ticket_type.groups.all()[:2])
    return groups[0] if len(groups) == 1 else None
