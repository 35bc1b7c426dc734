"""How this storey's nouns are written."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from forum import cldr, money
from forum.models import Edition
from forum.templatetags.formats import clock, zone_name
from registration.models import TicketType

register = template.Library()


@register.filter
def price(amount: int, currency: str) -> str:
    """Write a price of minor units: “USD 1,250.00”, or “Free”."""
    return money.price(amount, currency)


@register.filter
def amount(minor_units: int, currency: str) -> str:
    """Write an amount of minor units: “USD 1,250.00”."""
    return money.written(minor_units, currency)


@register.filter
def rate(hundredths: int) -> str:
    """Write a tax rate of hundredths of a percent: “7%”."""
    return money.rate_written(hundredths)


@register.filter
def tax_name(edition: Edition) -> str:
    """What the tax is called: “VAT”, or “tax”."""
    return str(edition.tax_name) or gettext("tax")


@register.filter
def with_tax(ticket_type: TicketType) -> str:
    """Say which tax a price includes: “including 7% VAT”. Empty without tax."""
    if not ticket_type.tax_rate:
        return ""
    return gettext("including %(rate)s %(tax)s") % {
        "rate": money.rate_written(ticket_type.tax_rate),
        "tax": tax_name(ticket_type.edition),
    }


@register.filter
def until(moment: datetime) -> str:
    """Say until when a price holds, in the current time zone: “Until the end of Monday 30 November 2026, Bangkok time
    (UTC+7)”. A moment is no part of what ends with it: midnight belongs to the next day, which nobody would guess."""
    local = timezone.localtime(moment)
    if local.time() == time.min:
        day = date_format(local - timedelta(days=1), "l j F Y")
        return gettext("Until the end of %(day)s, %(zone)s") % {"day": day, "zone": zone_name(moment)}
    return gettext("Until %(day)s, %(time)s, %(zone)s") % {
        "day": date_format(local, "l j F Y"),
        "time": clock(moment),
        "zone": zone_name(moment),
    }


@register.filter
def admits_on(ticket_type: TicketType) -> str:
    """Say on which days a ticket admits, when they are not all: “Tuesday 9 March”. Empty for the whole forum."""
    days = list(ticket_type.days.all())
    if not days or len(days) >= len(ticket_type.edition.days.all()):
        return ""
    return cldr.listed(date_format(day.date, "l j F") for day in days)


@register.filter
def waiting_path(ticket_type: TicketType) -> str:
    """The address at which one joins those who wait for a ticket."""
    return f"{ticket_type.edition.path('waiting')}?ticket={ticket_type.pk}"


@register.filter
def is_for(ticket_type: TicketType) -> str:
    """Name the groups that a ticket is for, when it is not for all. Empty for everybody."""
    groups = list(ticket_type.groups.all())
    if not groups or len(groups) >= len(ticket_type.edition.groups.all()):
        return ""
    return cldr.listed(groups)


@register.filter
def who_finds(ticket_type: TicketType, words: str) -> str:
    """Name the groups that find few places of a ticket, or none, as others see them. Empty when all find the same."""
    return cldr.listed(ticket_type.shown_groups_that_find(words))


@register.filter
def tickets(count: int) -> str:
    """Count tickets: “1 ticket”, “3 tickets”."""
    return ngettext("%(count)d ticket", "%(count)d tickets", count) % {"count": count}
