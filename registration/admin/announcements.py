"""Announcements: written, tried out, sent, and how far they are."""

from __future__ import annotations

from functools import wraps
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from forum.actor import Actor
from forum.edition_admin import EditionAdmin, EditionForm, pill
from forum.errors import Refusal
from forum.http import private
from forum.languages import own_name
from forum.mail import compose
from forum.models import Message
from registration.models import Announcement
from registration.models.announcement import TRIAL
from registration.ready_texts import ready_announcement

SHOWN = 100  # mails on a page


class AnnouncementForm(EditionForm):
    """A mail to many; it may begin with a ready text, in each language."""

    ready: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.ready and self.edition and kwargs.get("instance") is None:
            # The record itself has the text: a box that nobody changes is not written.
            kwargs["instance"] = Announcement(**ready_announcement(self.ready, self.edition))
        super().__init__(*args, **kwargs)


@admin.register(Announcement)
class AnnouncementAdmin(EditionAdmin):
    """Mails to many. Those who answer for registration write them, and see who got them; nobody else does."""

    form = AnnouncementForm
    duties_to_change = ("registration",)
    menu_position = 9
    list_display = ("__str__", "standing", "queued_written", "sent_written", "failed_written", "sent_at")
    list_filter = ("readers",)
    fields = ("subject", "text", "readers", "told", "ticket_types", "groups", "with_calendar")

    def get_queryset(self, request: Any) -> Any:
        announcements: Any = super().get_queryset(request)
        return announcements.with_numbers()

    def translatable(self, request: Any) -> Any:
        return super().get_queryset(request).filter(sent_at=None)

    def get_field_queryset(self, db: Any, db_field: Any, request: Any) -> Any:
        found = super().get_field_queryset(db, db_field, request)
        return found.filter(shown_as=None) if db_field.name == "groups" else found

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.ready = request.GET.get("ready", "") if obj is None else ""
        return form

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.sent_at is None)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        # One by one only: a choice in the list may hold some that were sent.
        return obj is not None and obj.sent_at is None and super().has_delete_permission(request, obj)

    @admin.display(description=_("state"), ordering="sent_at")
    def standing(self, announcement: Announcement) -> str:
        return pill("sent", gettext("Sent")) if announcement.sent_at else pill("draft", gettext("Draft"))

    @admin.display(description=_("queued"))
    def queued_written(self, announcement: Any) -> str:
        return str(announcement.queued or "–")

    @admin.display(description=_("mails sent"))
    def sent_written(self, announcement: Any) -> str:
        return str(announcement.sent or "–")

    @admin.display(description=_("failed"))
    def failed_written(self, announcement: Any) -> str:
        return str(announcement.failed or "–")

    # --- pages ---

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            guarded = self.admin_site.admin_view(self._for_writers(view))
            return path(f"<int:pk>/{route}/", guarded, name=f"registration_announcement_{name}")

        return [
            page("sending", self.sending_view, "sending"),
            page("trial", require_POST(self.trial_view), "trial"),
            page("mails", self.mails_view, "mails"),
            *super().get_urls(),
        ]

    def _for_writers(self, view: Any) -> Any:
        @private
        @wraps(view)
        def wrapped(request: Any, pk: int) -> HttpResponse:
            if not self._may_change(request):
                raise PermissionDenied
            announcement = self.get_object(request, str(pk))
            if announcement is None:
                raise Http404
            return view(request, announcement)

        return wrapped

    def sending_view(self, request: Any, announcement: Any) -> HttpResponse:
        """Show who would get it and what they would read; POST sends it. Afterwards: how far it is."""
        if request.method == "POST":
            try:
                announcement.send(by=Actor.of(request.user), seen=request.POST.get("seen", ""))
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                self.log_change(request, announcement, gettext("Sent"))
            return redirect("admin:registration_announcement_sending", announcement.pk)
        if announcement.sent_at:
            context = {"title": gettext("Announcement"), "job": announcement.job}
            return self._page(request, announcement, "standing.html", context)
        people = announcement.addresses()
        context = {
            "title": gettext("Preview"),
            "number": len(people),
            "without": announcement.number_without_address(),
            "languages": _numbers(people.values()),
            "mails": [(code, own_name(code), _mail(announcement, code)) for code in request.edition.offered],
            "lacking": [
                own_name(code)
                for code in request.edition.offered
                if not (announcement.subject.get(code) and announcement.text.get(code))
            ],
        }
        return self._page(request, announcement, "preview.html", context)

    def trial_view(self, request: Any, announcement: Any) -> HttpResponse:
        """Send it to the one who asks, in each language."""
        number = announcement.try_out(request.user.email)
        said = ngettext(
            "%(count)s mail is on its way to %(address)s.",
            "%(count)s mails are on their way to %(address)s.",
            number,
        )
        messages.success(request, said % {"count": number, "address": request.user.email})
        return redirect("admin:registration_announcement_sending", announcement.pk)

    def mails_view(self, request: Any, announcement: Any) -> HttpResponse:
        """Show to whom it went, failed ones first."""
        mails = Paginator(announcement.mails(), SHOWN).get_page(request.GET.get("page"))
        return self._page(
            request, announcement, "mails.html", {"title": gettext("Who got it"), "mails": mails}
        )

    def _page(self, request: Any, announcement: Any, template: str, context: dict[str, Any]) -> HttpResponse:
        whole = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "announcement": announcement,
            **context,
        }
        return TemplateResponse(request, f"admin/registration/announcement/{template}", whole)


def _numbers(codes: Any) -> list[tuple[str, int]]:
    """How many read each language, by its own name."""
    found: dict[str, int] = {}
    for code in codes:
        found[code] = found.get(code, 0) + 1
    return [(own_name(code), number) for code, number in sorted(found.items(), key=lambda pair: -pair[1])]


def _mail(announcement: Announcement, language: str) -> Any:
    """What is read in a language, with nobody's code and links."""
    edition = announcement.edition
    return compose(
        Message(letter=TRIAL, to="reader@example.org", language=language, edition=edition, about=announcement)
    )
