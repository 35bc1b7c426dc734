from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.models import Edition, Message
from registration.models.ticket_status import LIVE as LIVE_TICKETS

if TYPE_CHECKING:
    from registration.models.guest import Guest
    from registration.models.order import Order
    from registration.models.ticket import Ticket


class GuestStatus(models.TextChoices):
    """The state of an invitation to register; see Guest."""

    INVITED = "invited", _("Invited")
    BEGUN = "begun", _("Begun to register")
    REGISTERED = "registered", _("Registered")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


OPEN = (GuestStatus.INVITED, GuestStatus.BEGUN)
LIVE = (*OPEN, GuestStatus.REGISTERED)

REMIND_BEFORE = timedelta(days=3)
REMIND_AFTER = timedelta(days=1)  # at most one reminder in that time, and none so soon after the invitation


class GuestQuerySet(models.QuerySet["Guest"]):
    """People who were asked to register."""

    def opened_by(self, secret: str) -> GuestQuerySet:
        """The one whose link holds this secret."""
        return self.filter(secret=secret).with_all()

    def with_all(self) -> GuestQuerySet:
        """Each with what its page, its mails and the list show."""
        return self.select_related("edition", "group__shown_as", "ticket_type__edition", "ticket")

    def of_edition(self, edition: Edition) -> GuestQuerySet:
        """Those of one edition."""
        return self.filter(edition=edition)

    def open(self) -> GuestQuerySet:
        """Those that wait for an answer, overdue or not."""
        return self.filter(status__in=OPEN)

    def live(self) -> GuestQuerySet:
        """Those that wait for an answer or led to a ticket: one for each address of an edition."""
        return self.filter(status__in=LIVE)

    def at(self, email: str) -> GuestQuerySet:
        """Those with this address, in any case."""
        return self.alias(address=Lower("email")).filter(address=email.lower())

    def usable(self, moment: datetime) -> GuestQuerySet:
        """Those with which somebody may register at `moment`."""
        return self.open().filter(Q(answer_by=None) | Q(answer_by__gt=moment))

    def overdue(self) -> GuestQuerySet:
        """Those whose time to answer has passed without an answer."""
        return self.open().filter(answer_by__lte=timezone.now())

    def lapse(self) -> int:
        """End those whose time to answer has passed; how many there were."""
        now = timezone.now()
        return self.overdue().update(status=GuestStatus.LAPSED, status_changed_at=now)

    def have_it_after_all(self, ticket: Ticket) -> None:
        """Note that who was invited again has this first ticket after all, since its money came late: the link, if it
        was not used meanwhile, gives no second one."""
        again = self.open().filter(ticket=ticket)
        again.update(status=GuestStatus.REGISTERED, status_changed_at=timezone.now())

    def hold_those_of(self, order: Order) -> None:
        """Keep those whose tickets are in an order from others until the transaction ends."""
        theirs = self.filter(ticket__order=order).order_by("pk")
        list(theirs.select_for_update(no_key=True, of=("self",)).values_list("pk"))

    def to_be_reminded(self) -> GuestQuerySet:
        """Those whose time to answer ends within `REMIND_BEFORE`, who have known of it for `REMIND_AFTER`, and were not
        reminded within these last days; none of a forum that takes nobody any more."""
        now = timezone.now()
        not_yet = Q(reminded_at=None) | Q(reminded_at__lt=F("answer_by") - REMIND_BEFORE)
        soon = self.usable(now).filter(not_yet, answer_by__lte=now + REMIND_BEFORE)
        closed = Q(edition__registration_closes_at__lte=now)
        return soon.filter(invited_at__lte=now - REMIND_AFTER, edition__cancelled_at=None).exclude(closed)

    def not_reminded_lately(self) -> GuestQuerySet:
        """Those that got no reminder within `REMIND_AFTER`."""
        late = timezone.now() - REMIND_AFTER
        return self.filter(Q(reminded_at=None) | Q(reminded_at__lte=late))

    def to_be_invited_again(self) -> GuestQuerySet:
        """Those that ended without a ticket, or whose ticket is over."""
        over = Q(status=GuestStatus.REGISTERED) & (Q(ticket=None) | ~Q(ticket__status__in=LIVE_TICKETS))
        return self.filter(over | ~Q(status__in=LIVE))

    def told_of_in(self, message: Message) -> Guest | None:
        """The one that a message is about, with what its letter shows; None when it is about something else."""
        if message.about_type_id != ContentType.objects.get_for_model(self.model).pk:
            return None
        return self.filter(pk=message.about_id).with_all().prefetch_related("ticket_type__days").first()

    def addresses(self) -> set[str]:
        """Their addresses, in small letters."""
        return {email.lower() for email in self.values_list("email", flat=True)}

    def among(self, keys: Iterable[int]) -> GuestQuerySet:
        """Those with these primary keys."""
        return self.filter(pk__in=list(keys))

    def numbers_by_status(self) -> dict[str, int]:
        """How many there are in each state; states without any are left out."""
        return dict(self.order_by().values_list("status").annotate(models.Count("pk")))


@contextmanager
def once_an_address() -> Iterator[None]:
    """Say it in words when somebody else with the same address is invited already."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Refusal(_("Somebody with this address is invited already."), field="email") from None
