"""How many there are: of which types, for which groups, and what is set aside."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import cldr
from forum.actor import Actor
from forum.edition_admin import EditionAdmin, Verb, when
from forum.errors import Refusal
from forum.http import private
from registration.forms.set_aside import SetAsideForm
from registration.models import Quota, SetAside


def in_a_sentence(quota: Quota) -> str:
    """Whom a quota lets in, and how many of them."""
    said = {"size": quota.size, "groups": cldr.listed(quota.groups.all())}
    if quota.counts == Quota.Whom.EVERYBODY:
        if quota.size is None:
            return gettext("As many as want to come.")
        return gettext("At most %(size)s, of all groups together.") % said
    if quota.size is None:
        return gettext("As many of %(groups)s as want to come; others are not counted.") % said
    return gettext("At most %(size)s of %(groups)s; others are not counted.") % said


def aside_in_a_sentence(quota: Quota) -> str:
    """What is set aside of a quota, for whom and until when; empty when nothing ever was."""
    aside: Quota | None = getattr(quota, "aside", None)
    if aside is None:
        return ""
    said = {
        "kept": (quota.size or 0) - (aside.size or 0),
        "groups": cldr.listed(aside.groups.all()),
        "rest": aside.size,
        "taken": aside.taken,
        "moment": when(aside.kept_until) if aside.kept_until else "",
    }
    if aside.is_released:
        return (
            gettext("%(kept)s were set aside for %(groups)s until %(moment)s; now all groups share them.")
            % said
        )
    if aside.kept_until:
        return (
            gettext(
                "%(kept)s are set aside for %(groups)s until %(moment)s; of the other %(rest)s, others have %(taken)s."
            )
            % said
        )
    return (
        gettext("%(kept)s are set aside for %(groups)s; of the other %(rest)s, others have %(taken)s.") % said
    )


class WholeList(ChangeList):
    """Quotas as organizers think of them: what is set aside stands with the one that it is set aside from."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:
        found: Any = super().get_queryset(*args, **kwargs)
        return found.wholes()


@admin.register(Quota)
class QuotaAdmin(EditionAdmin):
    """How many places there are. Size, types and groups change by verbs that count again; they refuse what would
    oversell."""

    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    menu_position = 6
    list_display = ("name", "said", "taken", "left", "types")
    fields = ("name", "size", "ticket_types", "groups", "taken", "said")
    readonly_fields = ("taken", "said")
    verbs = (
        Verb(
            "release",
            _("Release what is set aside"),
            _("Released: all groups share them now"),
            lambda quota, by, reason: SetAside.release(quota, by=by),
            applies=lambda quota: bool((aside := getattr(quota, "aside", None)) and aside.limits_now),
            warning=_("Whoever comes first can have what is left of them, whichever group they are of."),
            singly=True,
        ),
    )

    def get_queryset(self, request: Any) -> Any:
        quotas: Any = super().get_queryset(request)
        return quotas.with_all()

    def get_changelist(self, request: Any, **kwargs: Any) -> Any:
        return WholeList

    def get_field_queryset(self, db: Any, db_field: Any, request: Any) -> Any:
        found = super().get_field_queryset(db, db_field, request)
        return found.shown_as_themselves() if db_field.name == "groups" else found

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        return self.fields if obj else ("name", "size", "ticket_types", "groups")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(private(self.set_aside_view))
        name = "registration_quota_set_aside"
        return [path("<int:pk>/set-aside/", view, name=name), *super().get_urls()]

    def changeform_view(
        self, request: Any, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        quota = self.get_object(request, object_id) if object_id else None
        if quota is not None and quota.is_aside and self.has_view_permission(request, quota):
            return redirect("admin:registration_quota_change", quota.kept_from_id)
        may = {"may_set_aside": bool(quota) and self._may_change(request)}
        return super().changeform_view(request, object_id, form_url, {**may, **(extra_context or {})})

    def set_aside_view(self, request: Any, pk: int) -> HttpResponse:
        """Ask how many places are kept for whom, and until when, and set them aside."""
        quota = self.get_object(request, str(pk))
        if quota is None or quota.is_aside or not self._may_change(request):
            raise Http404
        back = reverse("admin:registration_quota_change", args=[quota.pk])
        form = SetAsideForm(quota, request.POST or None)
        if form.is_bound and form.is_valid():
            try:
                form.wanted.keep(quota, by=Actor.of(request.user))
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.reason)
            else:
                self.log_change(request, quota, gettext("Places set aside"))
                self.message_user(request, gettext("Set aside."))
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Set places of “%(quota)s” aside") % {"quota": quota},
            "form": form,
            "quota": quota,
            "back": back,
        }
        return TemplateResponse(request, "admin/registration/quota/set_aside.html", context)

    def save_model(self, request: Any, obj: Quota, form: Any, change: bool) -> None:
        # Size and types follow in save_related; an update of the whole row could undo a place taken just now.
        obj.save(update_fields=["name"] if change else None)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        quota, size = form.instance, form.cleaned_data["size"]
        types, groups = list(form.cleaned_data["ticket_types"]), list(form.cleaned_data["groups"])
        was = form.initial.get("size") if change else size
        is_larger = size is None or (was is not None and size > was)
        steps = [lambda: quota.resize(size), lambda: quota.share_among(types, groups)]
        for step in steps if is_larger else reversed(steps):
            step()

    def uses(self, record: Quota) -> list[str]:
        if not record.taken:
            return []
        return [
            gettext("Tickets hold %(taken)s places of “%(quota)s”.")
            % {"taken": record.taken, "quota": record}
        ]

    @admin.display(description=_("what it does"))
    def said(self, quota: Quota) -> str:
        aside = aside_in_a_sentence(quota)
        return format_html("{}<br>{}", in_a_sentence(quota), aside) if aside else in_a_sentence(quota)

    @admin.display(description=_("free"))
    def left(self, quota: Quota) -> str:
        return "–" if quota.size is None else str(quota.free)

    @admin.display(description=_("ticket types"))
    def types(self, quota: Quota) -> str:
        return ", ".join(str(ticket_type) for ticket_type in quota.ticket_types.all()) or "–"
