"""What sessions are put into: days, rooms, tracks, formats."""

from __future__ import annotations

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from agenda.models import Day, Format, Room, Track
from forum.edition_admin import EditionAdmin
from forum.templatetags.components import track as drawn


@admin.register(Day)
class DayAdmin(EditionAdmin):
    """The dates of the forum."""

    duties_to_view = ("registration", "door", "protection")
    duties_to_change = ("programme",)
    menu_position = 5
    list_display = ("name", "focus", "hours")
    fields = ("date", "focus", "description", ("starts_at", "ends_at"))

    @admin.display(description=_("day"), ordering="date")
    def name(self, day: Day) -> str:
        return date_format(day.date, "l j F Y")

    @admin.display(description=_("hours"), ordering="starts_at")
    def hours(self, day: Day) -> str:
        return f"{timezone.localtime(day.starts_at):%H:%M}–{timezone.localtime(day.ends_at):%H:%M}"

    def uses(self, record: Day) -> list[str]:
        held, released = record.slots.count(), record.released_slots.exists()
        reasons = []
        if held:
            reasons.append(
                ngettext("%(count)s slot is on that day.", "%(count)s slots are on that day.", held)
                % {"count": held}
            )
        if released:
            reasons.append(gettext("A release shows that day."))
        if record.ticket_types.exists():
            # A type that names no day would be for the whole forum.
            reasons.append(gettext("A ticket type admits on that day."))
        return reasons


@admin.register(Room)
class RoomAdmin(EditionAdmin):
    """Places with a capacity."""

    duties_to_view = ("registration", "door", "protection")
    duties_to_change = ("programme",)
    menu_position = 6
    list_display = ("__str__", "directions", "capacity", "position")
    fields = ("name", "directions", "capacity", "position")


@admin.register(Track)
class TrackAdmin(EditionAdmin):
    """Threads through the days."""

    duties_to_change = ("programme",)
    menu_position = 7
    list_display = ("__str__", "mark", "position")
    fields = ("name", "colour", "position")

    @admin.display(description=_("looks like"))
    def mark(self, track: Track) -> str:
        return drawn(track)


@admin.register(Format)
class FormatAdmin(EditionAdmin):
    """Kinds of session."""

    duties_to_change = ("programme",)
    menu_position = 8
    list_display = ("__str__", "minutes", "position")
    fields = ("name", "minutes", "position")
