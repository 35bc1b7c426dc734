"""Sessions, who speaks in them, and when and where they are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from agenda.admin.forms import SessionForm, SlotForm
from agenda.admin.imports import WithImport
from agenda.admin.noted import NotesMoves
from agenda.admin.timetable import WithTimetable
from agenda.models import Appearance, Session, Slot
from forum.edition_admin import EditionAdmin, EditionStackedInline, EditionTabularInline, Verb, pill, state


def time_of(slot: Any) -> str:
    """When a slot is: “Tue 9 Mar, 10:00–11:00”, in the current time zone."""
    start, end = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    return f"{date_format(start, 'D j M, H:i')}–{end:%H:%M}"


class DayFilter(admin.SimpleListFilter):
    """By day of the forum."""

    title = _("day")
    parameter_name = "day"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(day.pk), date_format(day.date, "D j M")) for day in request.edition.days.all()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.on_day(self.value()) if self.value() in dict(self.lookup_choices) else queryset


class DayOfSessionFilter(DayFilter):
    """By day of the forum, or those without a time yet."""

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [*super().lookups(request, model_admin), ("none", gettext("No time yet"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.without_time() if self.value() == "none" else super().queryset(request, queryset)


class SlotInline(EditionStackedInline):
    """When and where a session is."""

    model = Slot
    form = SlotForm
    duties_to_view = ("protection",)
    duties_to_change = ("programme",)
    extra = 1
    fields = ("room", ("starts_at", "ends_at"), "reason")
    verbose_name = _("time and room")


class AppearanceInline(EditionTabularInline):
    """Who speaks in a session."""

    model = Appearance
    duties_to_view = ("protection",)
    duties_to_change = ("programme",)
    extra = 1
    fields = ("speaker", "role", "position")
    autocomplete_fields = ("speaker",)
    verbose_name = _("speaker")
    verbose_name_plural = _("speakers")


@admin.register(Session)
class SessionAdmin(WithImport, NotesMoves, EditionAdmin):
    """What happens."""

    form = SessionForm
    duties_to_view = ("protection",)
    duties_to_change = ("programme",)
    lasting = ("slug",)
    menu_position = 1
    list_display = ("__str__", "time", "room", "track", state, "access_as_pill")
    list_filter = (DayOfSessionFilter, "status", "access", "track", "format", "slot__room")
    list_select_related = ("track", "slot__room")
    search_fields = ("search_text",)
    search_help_text = _("Words of the title or the abstract, in any language.")
    readonly_fields = (state,)
    fields = (
        *(
            "title",
            state,
            "abstract",
            ("track", "format"),
            "access",
            "spoken_languages",
            "interpreted_languages",
        ),
        *("repeat_of", "slug"),
    )
    autocomplete_fields = ("repeat_of",)
    inlines = (SlotInline, AppearanceInline)
    verbs = (
        Verb(
            "confirm",
            _("Confirm"),
            _("Confirmed; the next release shows it"),
            lambda session, by, reason: session.confirm(by=by),
            applies=lambda session: session.status != Session.Status.CONFIRMED,
        ),
        Verb(
            "cancel",
            _("Cancel"),
            _("Cancelled; the next release says so"),
            lambda session, by, reason: session.cancel(by=by),
            applies=lambda session: session.status != Session.Status.CANCELLED,
            warning=_(
                "It keeps its place on the agenda, marked as cancelled, once you release. You can confirm it again."
            ),
            kind="danger",
        ),
    )

    def get_ordering(self, request: Any) -> list[Any]:
        return [F("slot__starts_at").asc(nulls_last=True), "slot__room__position", "pk"]

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.about(search_term), False

    def view_on_site(self, session: Session) -> str | None:
        return session.get_absolute_url() if session in Session.objects.public() else None

    def uses(self, record: Session) -> list[str]:
        released = record.released_slots.count()
        if not released:
            return []
        counted = ngettext("%(count)s release shows it", "%(count)s releases show it", released) % {
            "count": released
        }
        return [
            gettext("“%(session)s”: %(counted)s. Cancel it instead.")
            % {"session": record, "counted": counted}
        ]

    @admin.display(description=_("time"), ordering="slot__starts_at")
    def time(self, session: Session) -> str:
        slot = getattr(session, "slot", None)
        return time_of(slot) if slot else gettext("No time yet")

    @admin.display(description=_("room"), ordering="slot__room__position")
    def room(self, session: Session) -> str:
        slot = getattr(session, "slot", None)
        return "–" if slot is None else str(slot.room or gettext("All rooms"))

    @admin.display(description=_("access"), ordering="access")
    def access_as_pill(self, session: Session) -> str:
        words = session.get_access_display().partition(":")[0]
        return pill("failed" if session.access == Session.Access.CLOSED else "", words)


@admin.register(Slot)
class SlotAdmin(WithTimetable, NotesMoves, EditionAdmin):
    """The draft of the agenda: where and when."""

    form = SlotForm
    edition_lookup = "day__edition"
    duties_to_view = ("protection",)
    duties_to_change = ("programme",)
    menu_position = 2
    list_display = ("time", "what", "room_or_all", "state_of_session")
    list_filter = (DayFilter, "room")
    list_select_related = ("day__edition", "room", "session")
    search_fields = ("session__search_text", "title")
    search_help_text = _("Words of the session or the break.")
    fields = ("session", ("title", "is_blocker"), "room", ("starts_at", "ends_at"), "reason")
    autocomplete_fields = ("session",)
    ordering = ("starts_at", "room__position", "pk")

    @admin.display(description=_("time"), ordering="starts_at")
    def time(self, slot: Slot) -> str:
        return time_of(slot)

    @admin.display(description=_("what"))
    def what(self, slot: Slot) -> str:
        return str(slot.session or slot.title)

    @admin.display(description=_("room"), ordering="room__position")
    def room_or_all(self, slot: Slot) -> str:
        return str(slot.room or gettext("All rooms"))

    @admin.display(description=_("state"))
    def state_of_session(self, slot: Slot) -> str:
        return (
            state(slot.session)
            if slot.session
            else format_html(
                '<span class="soft">{}</span>', gettext("Blocker") if slot.is_blocker else gettext("Break")
            )
        )
