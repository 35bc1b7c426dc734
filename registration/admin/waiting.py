"""Those who wait for a place: in which order, what was offered to them, and why somebody was moved."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.edition_admin import (
    EditionAdmin,
    EditionTabularInline,
    PublicGroupFilter,
    Verb,
    pill,
    state,
    when,
)
from forum.errors import Refusal
from forum.http import private
from forum.models import Edition
from forum.templatetags.components import group as group_drawn
from registration.forms.waiting_back import MoveAfterForm, OfferTimeForm
from registration.models import OfferTime, PlaceOffer, WaitingDecision, WaitingEntry


def how_many_wait(edition: Edition) -> list[tuple[str, str, str]]:
    """How many wait for a place, as a name, a number and the list behind them; nothing when nobody does."""
    number = WaitingEntry.objects.waiting().of_edition(edition).count()
    listed = reverse("admin:registration_waitingentry_changelist", query={"status__exact": "waiting"})
    return [(gettext("Waiting for a place"), str(number), listed)] if number else []


class PlaceOfferInline(EditionTabularInline):
    """What was offered to somebody who waits."""

    model = PlaceOffer
    duties_to_view = ("registration", "finance", "protection")
    adds = changes = deletes = False
    fields = (state, "offered_at", "until", "ended_at")
    readonly_fields = (state,)


class DecisionInline(EditionTabularInline):
    """What was decided out of turn, by whom, and why."""

    model = WaitingDecision
    duties_to_view = ("registration", "finance", "protection")
    adds = changes = deletes = False
    fields = ("kind", "reason", "by", "decided_at")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("by")


@admin.register(WaitingEntry)
class WaitingEntryAdmin(EditionAdmin):
    """Wishes for places that are full. Places are offered by themselves; whatever is decided out of turn has a reason
    that stays."""

    edition_lookup = "ticket_type__edition"
    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    adds = changes = deletes = False
    menu_position = 8
    list_display = ("email", "ticket_type", "shown_group", "state_written", "turn_written", "joined_at")
    list_filter = ("status", "ticket_type", PublicGroupFilter)
    search_fields = ("email",)
    search_help_text = _("Part of an e-mail.")
    ordering = ("ticket_type__position", "ticket_type", "position", "joined_at", "pk")
    readonly_fields = (
        *("ticket_type", "shown_group", "group", "email", "language", "state_written", "turn_written"),
        *("joined_at", "ended_at"),
    )
    fields = (
        *("email", ("ticket_type", "shown_group"), ("state_written", "turn_written")),
        *(("joined_at", "ended_at"), "language"),
    )
    inlines = (PlaceOfferInline, DecisionInline)
    verbs = (
        Verb(
            "offer",
            _("Offer a place now"),
            _("Offered; they are told by mail"),
            lambda entry, by, reason: PlaceOffer.make_out_of_turn(entry, by=by, reason=reason),
            applies=lambda entry: entry.is_waiting,
            warning=_(
                "A free place is kept for them for as long as offers last, whoever else waits. They are told by mail."
            ),
            asks_reason=True,
        ),
        Verb(
            "front",
            _("Move to the front"),
            _("Moved to the front"),
            lambda entry, by, reason: entry.move_to_front(by=by, reason=reason),
            applies=lambda entry: entry.is_waiting,
            warning=_("They are the next then of all that wait for this ticket type. Nobody is told."),
            asks_reason=True,
        ),
        Verb(
            "remove",
            _("Take off the list"),
            _("Taken off the list"),
            lambda entry, by, reason: entry.remove(by=by, reason=reason),
            applies=lambda entry: entry.is_live,
            warning=_(
                "A place that is kept for them goes to the next. No mail goes out; their link says so."
            ),
            asks_reason=True,
            kind="danger",
        ),
    )

    def get_queryset(self, request: Any) -> Any:
        entries: Any = super().get_queryset(request)
        return entries.with_turn().with_all()

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        """The group that somebody chose is for those who protect them; all others see the one that stands for it."""
        sees = request.user.has_duty(request.edition, "protection")
        return (*self.fields, "group") if sees else self.fields

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {"may_reorder": self._may_change(request)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def changeform_view(
        self, request: Any, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may = {"may_reorder": self._may_change(request)}
        return super().changeform_view(request, object_id, form_url, {**may, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        def shown(view: Any) -> Any:
            return self.admin_site.admin_view(private(view))

        name = "registration_waitingentry"
        return [
            path("offer-time/", shown(self.offer_time_view), name=f"{name}_offer_time"),
            path("<int:pk>/after/", shown(self.after_view), name=f"{name}_after"),
            *super().get_urls(),
        ]

    def after_view(self, request: Any, pk: int) -> HttpResponse:
        """Ask behind whom somebody is to be moved, and why, and move them."""
        entry = self.get_object(request, str(pk))
        if entry is None or not self._may_change(request):
            raise Http404
        back = reverse("admin:registration_waitingentry_change", args=[entry.pk])
        form = MoveAfterForm(entry, request.POST or None)
        if form.is_bound and form.is_valid():
            said = form.cleaned_data
            try:
                entry.move_after(said["after"], by=Actor.of(request.user), reason=said["reason"])
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.reason)
            else:
                self.log_change(request, entry, gettext("Moved"))
                self.message_user(request, gettext("Moved."))
                return redirect(back)
        title = gettext("Move %(entry)s") % {"entry": entry}
        return self._ask(request, form, title, gettext("Move"), back)

    def offer_time_view(self, request: Any) -> HttpResponse:
        """Ask for how long a place is kept in this edition, and note it."""
        if not self._may_change(request):
            raise PermissionDenied
        back = reverse("admin:registration_waitingentry_changelist")
        form = OfferTimeForm(request.POST or None, instance=OfferTime.of(request.edition), label_suffix="")
        if form.is_bound and form.is_valid():
            form.save()
            self.message_user(request, gettext("Saved."))
            return redirect(back)
        return self._ask(request, form, gettext("How long offers last"), gettext("Save"), back)

    def _ask(self, request: Any, form: Any, title: str, label: str, back: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "label": label,
            "back": back,
        }
        return TemplateResponse(request, "admin/registration/waiting/ask.html", context)

    @admin.display(description=_("group, as shown"))
    def shown_group(self, entry: WaitingEntry) -> str:
        return group_drawn(entry.group.public)

    @admin.display(description=_("state"), ordering="status")
    def state_written(self, entry: WaitingEntry) -> str:
        if offer := entry.open_offer:
            return pill("reserved", gettext("Offered until %(moment)s") % {"moment": when(offer.until)})
        return pill(entry.status, entry.get_status_display())

    @admin.display(description=_("turn"))
    def turn_written(self, entry: Any) -> str:
        return str(entry.turn + 1) if entry.is_waiting else "–"
