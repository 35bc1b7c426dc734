"""Putting right of which group an attendee is."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext

from forum.actor import Actor
from forum.errors import Refusal
from forum.http import private
from registration.forms.group_change import GroupForm
from registration.models.group_change import change_group


class ChangesGroup(ModelAdmin):
    """The page on which those who answer for registration give a ticket another group."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(private(self.group_view))
        return [path("<int:pk>/group/", view, name="registration_ticket_group"), *super().get_urls()]

    def may_change_group(self, request: Any) -> bool:
        """Whether the user may do it in the chosen edition."""
        return request.user.has_duty(request.edition, "registration")

    def changeform_view(
        self, request: Any, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may = {"may_change_group": self.may_change_group(request)}
        return super().changeform_view(request, object_id, form_url, {**may, **(extra_context or {})})

    def group_view(self, request: Any, pk: int) -> HttpResponse:
        """Ask for the group, and change it."""
        ticket = self.get_object(request, str(pk))
        if ticket is None or not ticket.is_live or not self.may_change_group(request):
            raise Http404
        back = reverse("admin:registration_ticket_change", args=[ticket.pk])
        sees = request.user.has_duty(request.edition, "protection")
        form = GroupForm(ticket, request.POST or None, sees_real_groups=sees)
        if form.is_bound and form.is_valid():
            try:
                change_group(ticket, form.cleaned_data["group"], by=Actor.of(request.user))
            except Refusal as refusal:
                form.add_error("group", refusal.reason)
            else:
                self.log_change(request, ticket, gettext("Group changed"))
                self.message_user(request, gettext("Saved."))
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Change the group"),
            "form": form,
            "ticket": ticket,
            "back": back,
        }
        return TemplateResponse(request, "admin/registration/ticket/group.html", context)
