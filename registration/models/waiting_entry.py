from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.codes import new_secret
from forum.errors import Refusal
from forum.models import Edition, Message, StakeholderGroup, User
from registration.models.ticket_type import TicketType
from registration.models.waiting_queryset import OFFERED, WAITING, WaitingQuerySet

if TYPE_CHECKING:
    from registration.models.place_offer import PlaceOffer

log = logging.getLogger(__name__)


class WaitingEntry(models.Model):
    """A wish for a place that is full: of one ticket type, under one group, by whoever reads the address.

    waiting ──offer──▶ offered ──register──▶ registered
        └─leave, remove─▶ left, removed └─lapse, leave, remove─▶ lapsed, left, removed

    Who has the lowest `position` is next, of the same whoever joined first. One that ended stays for the record.
    Locks: of an offer before those of its entry.
    """

    class Status(models.TextChoices):
        WAITING = WAITING, _("Waiting")
        OFFERED = OFFERED, _("Place offered")
        REGISTERED = "registered", _("Registered")
        LAPSED = "lapsed", _("Offer lapsed")
        LEFT = "left", _("Left the list")
        REMOVED = "removed", _("Taken off the list")

    ticket_type = models.ForeignKey(
        TicketType, models.PROTECT, related_name="waiting_entries", verbose_name=_("ticket type")
    )
    group = models.ForeignKey(
        StakeholderGroup, models.PROTECT, related_name="waiting_entries", verbose_name=_("stakeholder group")
    )
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(_("language"), max_length=12)
    status = models.CharField(
        _("state"), max_length=10, choices=Status.choices, default=Status.WAITING, editable=False
    )
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    position = models.IntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiting entry")
        verbose_name_plural = _("waiting entries")
        ordering = ("position", "joined_at", "pk")
        constraints = (
            models.UniqueConstraint(
                "ticket_type",
                "group",
                Lower("email"),
                condition=models.Q(status__in=(WAITING, OFFERED)),
                name="one_live_waiting_entry_an_address",
            ),
        )
        indexes = (
            models.Index(
                fields=["position", "joined_at"],
                condition=models.Q(status=WAITING),
                name="waiting_in_turn",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} · {self.ticket_type}"

    def get_absolute_url(self) -> str:
        return reverse("waiting-entry", kwargs={"secret": self.secret})

    @property
    def open_offer(self) -> PlaceOffer | None:
        """The place that is kept for it; None when none is."""
        return next((offer for offer in self.offers.all() if offer.is_open), None)

    @property
    def edition(self) -> Edition:
        """The edition of its ticket type."""
        return self.ticket_type.edition

    @property
    def is_live(self) -> bool:
        """Whether it may still lead to a place."""
        return self.status in (WAITING, OFFERED)

    @property
    def is_waiting(self) -> bool:
        """Whether no place is kept for it yet."""
        return self.status == WAITING

    @property
    def is_next(self) -> bool:
        """Whether nobody waits for the same type before it."""
        return not WaitingEntry.objects.before(self).exists()

    @classmethod
    @transaction.atomic
    def join(
        cls, ticket_type: TicketType, group: StakeholderGroup, *, email: str, language: str, key: str
    ) -> WaitingEntry:
        """Put an address on the list of a type, or find it there, and mail its link to it, once for each `key`.

        Raises Refusal when registration is closed, the type is not on offer or for other groups, or has places left
        for this one.
        """
        kind = TicketType.objects.on_offer(ticket_type.edition).with_places().as_it_is(ticket_type)
        if kind is None or not kind.takes_waiting or not kind.edition.takes_registrations:
            raise Refusal(_("Nobody can wait for this ticket any more."))
        if not kind.is_for(group) or group.edition_id != kind.edition_id:
            raise Refusal(_("This ticket is not for that group. Choose another one."), field="group")
        if kind.seen_by(group).left_in_words != "none":
            raise Refusal(_("There are places again. You can register now."))
        entry = cls.objects.of_address(email, kind, group)
        if entry is None:
            try:
                with transaction.atomic():
                    entry = cls.objects.create(ticket_type=kind, group=group, email=email, language=language)
                log.info("waiting entry %s: joined", entry.pk)
            except IntegrityError:  # by another press of the same button at the same instant
                entry = cls.objects.of_address(email, kind, group)
                if entry is None:
                    raise
        Message.queue(
            "waiting-joined",
            about=entry,
            to=entry.email,
            language=language,
            key=f"waiting-joined:{entry.pk}:{key}",
        )
        return entry

    def leave(self, *, by: Actor) -> None:
        """Give the wish up; a place that is kept goes to the next. Raises Refusal when it has ended already."""
        self._end(self.Status.LEFT, by=by)

    @transaction.atomic
    def remove(self, *, by: Actor, reason: str) -> None:
        """Take it off the list; the reason is kept. Raises Refusal without one, or when it has ended already."""
        self.note("removed", by=by, reason=reason)
        self._end(self.Status.REMOVED, by=by)

    @transaction.atomic
    def _end(self, status: Status, *, by: Actor) -> None:
        if offer := self.offers.filter(status="open").first():
            offer.withdraw(to=status, by=by)
            self.refresh_from_db(fields=["status", "ended_at"])
        else:
            self.move({self.Status.WAITING}, to=status, by=by)

    def move(self, allowed: set[Status], *, to: Status, by: Actor) -> None:
        """Set its state, unless a rival was first: then raise Refusal."""
        ended_at = None if to in (WAITING, OFFERED) else timezone.now()
        rows = WaitingEntry.objects.filter(pk=self.pk, status__in=allowed)
        if not rows.update(status=to, ended_at=ended_at):
            self.refresh_from_db(fields=["status"])
            raise Refusal(
                _("This entry is already in the state “%(state)s”, so that cannot be done any more.")
                % {"state": self.get_status_display()}
            )
        log.info("waiting entry %s: %s by %s", self.pk, to, by.label)
        self.status, self.ended_at = to, ended_at

    @transaction.atomic
    def move_to_front(self, *, by: Actor, reason: str) -> None:
        """Make it the next of all that wait for its type. Raises Refusal without a reason, or when it does not wait."""
        self._reorder(None, kind="front", by=by, reason=reason)

    @transaction.atomic
    def move_after(self, other: WaitingEntry, *, by: Actor, reason: str) -> None:
        """Let its turn come right after that of `other`, which waits for the same type.

        Raises Refusal without a reason, or when one of both does not wait any more.
        """
        self._reorder(other, kind="after", by=by, reason=reason)

    def _reorder(self, other: WaitingEntry | None, *, kind: str, by: Actor, reason: str) -> None:
        # All that wait in the edition get new positions, below those of who joins later: types may share a quota.
        ours = WaitingEntry.objects.waiting().of_edition(self.edition)
        list(ours.order_by("pk").select_for_update(of=("self",), no_key=True))
        line = list(ours.in_turn())
        if self not in line or (other is not None and (other not in line or other == self)):
            raise Refusal(_("It does not wait any more. Look at the list again."))
        line.remove(self)
        same = [one for one in line if one.ticket_type_id == self.ticket_type_id]
        if other is not None:
            line.insert(line.index(other) + 1, self)
        else:
            line.insert(line.index(same[0]) if same else 0, self)
        for number, one in enumerate(line):
            one.position = number - len(line)
        WaitingEntry.objects.bulk_update(line, ["position"], batch_size=1000)
        self.refresh_from_db(fields=["position"])
        self.note(kind, by=by, reason=reason)

    def note(self, kind: str, *, by: Actor, reason: str) -> None:
        """Keep what an organizer decided about it, and why. Raises Refusal without a reason."""
        if not reason.strip():
            raise Refusal(_("Write why: it stays with the entry."), field="reason")
        self.decisions.create(kind=kind, reason=reason.strip(), by=by.user)


class WaitingDecision(models.Model):
    """What an organizer decided about a waiting entry out of turn, and why."""

    class Kind(models.TextChoices):
        FRONT = "front", _("Moved to the front")
        AFTER = "after", _("Moved")
        OFFERED = "offered", _("Place offered out of turn")
        REMOVED = "removed", _("Taken off the list")

    entry = models.ForeignKey(
        WaitingEntry, models.CASCADE, related_name="decisions", verbose_name=_("waiting entry")
    )
    kind = models.CharField(_("decision"), max_length=10, choices=Kind.choices)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="waiting_decisions", verbose_name=_("by")
    )
    decided_at = models.DateTimeField(_("decided at"), default=timezone.now)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("decided_at", "pk")

    def __str__(self) -> str:
        return self.get_kind_display()
