"""Registering somebody on their behalf, with an e-mail address or without one."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.errors import Refusal
from forum.http import private
from registration.forms.by_hand import ByHandForm
from registration.models import Order

PARTS = (
    (_("Which ticket"), ("group", "ticket_type", "voucher")),
    (_("Who"), ("name", "badge_name", "email", "language", "organisation", "country")),
    (_("What they need"), ("diet", "access_needs", "interpretation", "photo_consent")),
)


class RegistersByHand(ModelAdmin):
    """The page on which those who answer for registration register somebody."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(private(self.by_hand_view))
        return [path("by-hand/", view, name="registration_order_by_hand"), *super().get_urls()]

    def may_register(self, request: Any) -> bool:
        """Whether the user may register people in the chosen edition."""
        return request.user.has_duty(request.edition, "registration")

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(
            request, {"may_register": self.may_register(request), **(extra_context or {})}
        )

    def by_hand_view(self, request: Any) -> HttpResponse:
        """Ask for ticket and person, and register them at once."""
        if not self.may_register(request):
            raise PermissionDenied
        form = ByHandForm(request.edition, request.POST or None)
        if form.is_bound and (placed := Order.objects.placed_with(form.key, request.edition)):
            return self._done(request, placed, is_new=False)
        if form.is_bound and form.is_valid():
            try:
                order = Order.place(form.wish_by_hand(), by=Actor.of(request.user))
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return self._done(request, order)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Register somebody"),
            "form": form,
            "parts": [(title, [form[name] for name in names]) for title, names in PARTS],
        }
        return TemplateResponse(request, "admin/registration/order/by_hand.html", context)

    def _done(self, request: Any, order: Order, *, is_new: bool = True) -> HttpResponse:
        ticket = order.tickets.select_related("attendee").get()
        if is_new:
            self.log_addition(request, order, gettext("Registered by hand"))
        if not is_new:
            said = gettext(
                "%(name)s is registered already: that page was used. Open a new one for somebody else."
            )
        elif order.email:
            said = gettext("%(name)s is registered, and is told by mail.")
        else:
            said = gettext("%(name)s is registered. Print the slip for them: no mail goes out.")
        self.message_user(request, said % {"name": ticket.attendee.name})
        return redirect("admin:registration_ticket_change", ticket.pk)
