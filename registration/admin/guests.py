"""Guests: people who are asked by a personal link to register, one by one or out of a table."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import languages
from forum.actor import Actor
from forum.edition_admin import EditionAdmin, EditionForm, PublicGroupFilter, Verb, state
from forum.fields import AddressField, LineField, LinesField
from forum.models import Edition
from forum.templatetags.components import group as group_drawn
from registration.admin.guest_sheet import InvitesFromTable
from registration.exports import guests_csv
from registration.models import Guest, Ticket, TicketType
from registration.models.guest_queryset import GuestStatus

WHO = ("name", "email", "language", "group", "ticket_type", "message", "answer_by")
SHOWN = (
    *(("name", "email"), ("shown_group", "ticket_type", "language"), "message"),
    *(
        (state, "status_changed_at", "answer_by"),
        ("invited_at", "invited_by", "reminded_at"),
        "reason",
        "came_of_it",
    ),
)


class GuestForm(EditionForm):
    """Who is invited, and to what."""

    name = LineField(label=_("Name"), max_length=200)
    email = AddressField(label=_("E-mail"), help_text=_("The invitation goes there as soon as you save."))
    language = forms.ChoiceField(label=_("Language"), help_text=_("Of the mails."))
    message = LinesField(
        label=_("Personal message"),
        required=False,
        max_length=1000,
        help_text=_("Plain text. It stands in the mail as it is."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    class Meta:
        model = Guest
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        edition = self.edition
        assert isinstance(edition, Edition)
        language = self.fields.get("language")
        if isinstance(language, forms.ChoiceField):
            language.choices = [(code, languages.own_name(code)) for code in edition.offered]
        if self.instance.pk and "email" in self.fields:
            self.fields["email"].help_text = _(
                "When you change it, the link in the old mail ends, and an invitation goes to the new address."
            )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        assert self.edition is not None
        if not self.instance.pk and email.lower() in Ticket.objects.live().addresses_in(self.edition):
            raise forms.ValidationError(_("Somebody with this address has registered already."))
        return email


@admin.register(Guest)
class GuestAdmin(InvitesFromTable, EditionAdmin):
    """People who are asked to register. Their list tells who may come, and is for few."""

    form = GuestForm
    duties_to_view = ("protection",)
    duties_to_change = ("registration",)
    menu_position = 3
    list_display = (
        *("name", "email", state, "came_of_it", "shown_group", "ticket_type", "invited_on", "answer_on"),
    )
    list_filter = ("status", PublicGroupFilter, "ticket_type")
    search_fields = ("name", "email")
    search_help_text = _("Part of a name or an e-mail.")
    ordering = ("-invited_at", "pk")
    readonly_fields = (
        *("shown_group", state, "status_changed_at", "invited_at", "invited_by", "reminded_at", "reason"),
        *("came_of_it",),
    )
    actions = ("export",)
    change_list_template = "admin/registration/guest/change_list.html"
    verbs = (
        Verb(
            "remind",
            _("Remind"),
            _("Reminded by mail"),
            lambda guest, by, reason: guest.remind(by=by),
            applies=lambda guest: guest.is_open,
        ),
        Verb(
            "send-again",
            _("Send again"),
            _("The invitation is sent again"),
            lambda guest, by, reason: guest.send_again(by=by),
            applies=lambda guest: guest.is_open,
        ),
        Verb(
            "invite-again",
            _("Invite again"),
            _("Invited again; they are told by mail"),
            lambda guest, by, reason: guest.invite_again(by=by),
            applies=lambda guest: guest.is_over,
        ),
        Verb(
            "withdraw",
            _("Withdraw"),
            _("Withdrawn"),
            lambda guest, by, reason: guest.withdraw(by=by),
            applies=lambda guest: guest.is_open,
            warning=_("Their link says so from now on. No mail goes out."),
            kind="danger",
        ),
    )

    def get_queryset(self, request: Any) -> Any:
        guests: Any = super().get_queryset(request)
        return guests.with_all().select_related("invited_by", "ticket__order")

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        # What was answered is answered; who lapsed or was cancelled may get more time and be invited again.
        is_used = isinstance(obj, Guest) and not obj.is_open and not obj.is_over
        return super().has_change_permission(request, obj) and not is_used

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        if obj is None:
            return WHO
        return (*SHOWN, "group") if request.user.has_duty(request.edition, "protection") else SHOWN

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        """Under which group somebody was invited is decided once; those who protect them see it."""
        return [*super().get_readonly_fields(request, obj), *(("group",) if obj else ())]

    def get_field_queryset(self, db: Any, db_field: Any, request: Any) -> Any:
        if db_field.name == "ticket_type":
            return TicketType.objects.open_to_guests(request.edition)
        return super().get_field_queryset(db, db_field, request)

    def save_model(self, request: Any, obj: Guest, form: Any, change: bool) -> None:
        by = Actor.of(request.user)
        if not change:
            Guest.invite([obj], by=by)
            return
        email = obj.email
        # Somebody may be answering this moment: only what was typed is written.
        obj.save(update_fields=[name for name in form.changed_data if name != "email"] or ["name"])
        if "email" in form.changed_data:
            obj.correct_email(email, by=by)

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        numbers = {}
        if request.edition and self.has_view_permission(request):
            found = Guest.objects.of_edition(request.edition).numbers_by_status()
            numbers = {"numbers": [(one, found.get(one, 0)) for one in GuestStatus]}
        return super().changelist_view(request, {**numbers, **(extra_context or {})})

    @admin.action(description=_("Give me these as a sheet (CSV)"), permissions=["change"])
    def export(self, request: Any, guests: Any) -> HttpResponse:
        """Give the chosen guests with what came of it."""
        answer = HttpResponse(guests_csv(request.edition, guests), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="guests.csv"'
        return answer

    @admin.display(description=_("group, as shown"))
    def shown_group(self, guest: Guest) -> str:
        return group_drawn(guest.group.public)

    @admin.display(description=_("invited"), ordering="invited_at")
    def invited_on(self, guest: Guest) -> str:
        return date_format(timezone.localtime(guest.invited_at), "j M")

    @admin.display(description=_("answer by"), ordering="answer_by")
    def answer_on(self, guest: Guest) -> str:
        return date_format(timezone.localtime(guest.answer_by), "j M, H:i") if guest.answer_by else "–"

    @admin.display(description=_("what came of it"))
    def came_of_it(self, guest: Guest) -> str:
        if guest.ticket is None or guest.status != GuestStatus.REGISTERED:
            return Truncator(guest.reason).chars(60) or "–"
        words = gettext("Ticket: %(state)s") % {"state": guest.ticket.get_status_display()}
        way = reverse("admin:registration_ticket_change", args=[guest.ticket.pk])
        return format_html('<a href="{}">{}</a>', way, words)
