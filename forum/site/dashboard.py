"""The first page of the back office: where the edition stands, and what needs somebody now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agenda.models import Changes, Release
from forum.mail import confidential_letters
from forum.models import Edition
from forum.models.deferred import LATE
from forum.site import matters_of_money, translations
from forum.site.matter import Matter, listed
from forum.templatetags.formats import day_range
from registration.admin.waiting import how_many_wait
from registration.models import Quota, Ticket
from registration.models.ticket_status import Status

SHOWN_FROM = 5


@dataclass(frozen=True)
class Row:
    """A number with its name, and the list behind it."""

    name: str
    number: str
    address: str = ""
    share: int = 0


def index(request: Any) -> HttpResponse:
    """Show the tired organizer what needs them first. Each sees what their duties are about."""
    edition: Edition | None = request.edition
    context: dict[str, Any] = {"title": _("Back office")}
    if edition:
        context |= _of(edition, request)
    return admin.site.index(request, extra_context=context)


def _of(edition: Edition, request: Any) -> dict[str, Any]:
    user = request.user
    programme = user.has_duty(edition, "programme")
    registration = user.has_duty(edition, "registration")
    sees_numbers = user.has_duty(edition, "registration", "finance", "protection")
    matters = [
        *_next_steps(edition, user),
        *(_of_programme(edition) if programme else ()),
        *(_of_registration(edition) if registration else ()),
        *(matters_of_money.of_money(edition) if registration or user.has_duty(edition, "finance") else ()),
        *(matters_of_money.of_bank(edition) if user.has_duty(edition, "finance") else ()),
    ]
    return {
        "translations": translations.summary(request),
        "may_release": programme,
        "may_print": registration,
        "sees_numbers": sees_numbers,
        "sees_money": user.has_duty(edition, "finance"),
        "dates": _dates(edition),
        "matters": matters,
        "states": [*_states(edition), *(Row(*one) for one in how_many_wait(edition))] if sees_numbers else [],
        "groups": _groups(edition) if sees_numbers else [],
        "quotas": _quotas(edition) if sees_numbers else [],
    }


def _dates(edition: Edition) -> list[tuple[str, Any]]:
    """The key dates ahead and behind, in order; those not decided last."""
    moments = [
        (_("Published"), edition.published_at),
        (_("Registration opens"), edition.registration_opens_at),
        (_("Registration closes"), edition.registration_closes_at),
    ]
    known = sorted(((name, when) for name, when in moments if when), key=lambda pair: pair[1])
    return [
        *known,
        *((name, None) for name, when in moments if not when),
        (_("The forum"), day_range(edition.starts_on, edition.ends_on)),
    ]


def _next_steps(edition: Edition, user: Any) -> list[Matter]:
    """What a young edition lacks, in the order in which it is best done."""
    steps = [
        ("programme", edition.days, _("Make the days of the forum"), "agenda_day"),
        ("programme", edition.rooms, _("Make the rooms"), "agenda_room"),
        ("registration", edition.groups, _("Make the stakeholder groups"), "forum_stakeholdergroup"),
        ("registration", edition.ticket_types, _("Make the ticket types"), "registration_tickettype"),
        ("programme", edition.pages, _("Write the first pages"), "forum_page"),
    ]
    lacking = [
        Matter(text, reverse(f"admin:{model}_add"), "step")
        for duty, records, text, model in steps
        if user.has_duty(edition, duty) and not records.exists()
    ]
    if edition.published_at is None and user.has_duty(edition):
        address = reverse("admin:forum_edition_change", args=[edition.pk])
        lacking.append(Matter(_("Decide when the edition is published"), address, "step"))
    return lacking


def _of_programme(edition: Edition) -> list[Matter]:
    waiting = len(Changes.since(Release.objects.current(edition), edition))
    speakers = edition.speakers.consenting()
    photoless, bioless = speakers.without_photo().count(), speakers.without_bio().count()
    found = [
        (
            waiting,
            ngettext(
                "%(n)s change of the agenda is not public yet",
                "%(n)s changes of the agenda are not public yet",
                waiting,
            ),
            reverse("admin:agenda_release_publish"),
        ),
        (
            photoless,
            ngettext("%(n)s speaker has no photo", "%(n)s speakers have no photo", photoless),
            listed("speakers_speaker", missing="photo"),
        ),
        (
            bioless,
            ngettext("%(n)s speaker has no bio", "%(n)s speakers have no bio", bioless),
            listed("speakers_speaker", missing="bio"),
        ),
    ]
    return [Matter(text % {"n": number}, address) for number, text, address in found if number]


def _of_registration(edition: Edition) -> list[Matter]:
    requests = Ticket.objects.of_edition(edition).numbers_by_status().get(Status.REQUESTED, 0)
    listed_mails = edition.messages.without(confidential_letters())
    failed = listed_mails.failed().count()
    matters = []
    if failed:
        text = ngettext("%(n)s mail could not be sent", "%(n)s mails could not be sent", failed) % {
            "n": failed
        }
        matters.append(Matter(text, listed("forum_message", status__exact="failed"), "bad"))
    if late := listed_mails.late().count():
        text = ngettext(
            "%(n)s mail has been waiting for more than %(minutes)s minutes",
            "%(n)s mails have been waiting for more than %(minutes)s minutes",
            late,
        ) % {"n": late, "minutes": int(LATE.total_seconds() // 60)}
        matters.append(Matter(text, listed("forum_message", status__exact="queued")))
    if requests:
        text = ngettext(
            "%(n)s request waits for your answer", "%(n)s requests wait for your answer", requests
        )
        address = listed("registration_ticket", status__exact=Status.REQUESTED)
        matters.append(Matter(text % {"n": requests}, address))
    if edition.registration_paused_at and edition.registration_paused_at <= timezone.now():
        matters.append(
            Matter(_("Registration is paused"), reverse("admin:forum_edition_change", args=[edition.pk]))
        )
    return matters


def _states(edition: Edition) -> list[Row]:
    numbers = Ticket.objects.of_edition(edition).numbers_by_status()
    return [
        Row(str(status.label), str(numbers[status]), listed("registration_ticket", status__exact=status))
        for status in Status
        if numbers.get(status)
    ]


def _groups(edition: Edition) -> list[Row]:
    """Live tickets by the group that others see. Small numbers could point at somebody, so they stay unsaid."""
    numbers = Ticket.objects.of_edition(edition).live().numbers_by_public_group()
    rows = []
    for group in edition.groups.all():
        if group.shown_as_id is None:
            number = numbers.get(group.pk, 0)
            said = str(number) if number >= SHOWN_FROM else _("fewer than %(n)s") % {"n": SHOWN_FROM}
            rows.append(Row(str(group), said))
    return rows


def _quotas(edition: Edition) -> list[Row]:
    rows = []
    for quota in Quota.objects.nearly_full(edition):
        said = _("%(taken)s of %(size)s taken") % {"taken": quota.taken, "size": quota.size}
        rows.append(Row(str(quota), said, reverse("admin:registration_quota_change", args=[quota.pk])))
    return rows
