"""Editions and their stakeholder groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import cldr, languages
from forum.edition_admin import EditionAdmin, EditionForm, pill
from forum.edition_admin.chosen import KEY, answered, at_home_in
from forum.models import Duty, Edition, StakeholderGroup
from forum.templatetags.components import group as drawn
from forum.templatetags.formats import day_range

CURRENT_MARK = _("at the short addresses")


def _offered(code: str) -> str:
    """A language to choose: its own name, and the reader's for it."""
    own, name = languages.own_name(code), cldr.language_name(code)
    return format_html('<span lang="{}">{}</span>{}', code, own, "" if own == name else f" · {name}")


def _choices() -> list[tuple[str, str]]:
    return [(code, languages.own_name(code)) for code, _name in settings.LANGUAGES]


def _choices_with_names() -> list[tuple[str, str]]:
    return [(code, _offered(code)) for code, _name in settings.LANGUAGES]


class EditionRecordForm(EditionForm):
    """An edition, with its languages asked for as people think of them: a main one, and all that it is offered in."""

    main_language = forms.ChoiceField(
        label=_("Main language"),
        choices=_choices,
        help_text=_("Write in it first. Where another language lacks a text, this one is shown."),
    )
    all_languages = forms.MultipleChoiceField(
        label=_("Offered in"),
        choices=_choices_with_names,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The main language is always one of them. Taking a language away hides its texts and keeps them: they are "
            "there again when you choose it again."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages_before = list(self.instance.languages)
        if "main_language" in self.fields:
            self.initial.update(
                main_language=self.instance.main_language, all_languages=self.instance.languages
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "main_language" in cleaned and "all_languages" in cleaned:
            chosen = {cleaned["main_language"], *cleaned["all_languages"]}
            in_order = [cleaned["main_language"], *self.languages_before, *dict(settings.LANGUAGES)]
            self.instance.languages = [code for code in dict.fromkeys(in_order) if code in chosen]
        return cleaned


@admin.register(Edition)
class EditionRecordAdmin(EditionAdmin):
    """The editions that the user has a duty in. To open one is to work in it: its page is in its own time zone."""

    form = EditionRecordForm
    duties_to_view = tuple(Duty.Role.values)
    deletes = False
    lasting = ("slug",)
    menu_position = 1
    list_display = ("__str__", "dates", "phase", "is_current")
    fieldsets = (
        (None, {"fields": ("name", "slug", "tagline", "accent", "contact_email")}),
        (
            _("Where and when"),
            {"fields": (("starts_on", "ends_on"), "time_zone", "place", "address", "city", "country")},
        ),
        (
            _("What is shown when"),
            {
                "fields": (
                    *("published_at", "registration_opens_at", "registration_closes_at"),
                    *("registration_paused_at", "cancelled_at"),
                ),
                "description": _(
                    "The phase follows from these moments; left empty, it has not been decided yet."
                ),
            },
        ),
        (_("Languages"), {"fields": ("main_language", "all_languages")}),
        (_("Texts"), {"fields": ("about", "brings", "outcome")}),
        (_("Money"), {"fields": ("currency", "payment_instructions")}),
    )

    def get_queryset(self, request: Any) -> Any:
        return Edition.objects.worked_on_by(request.user)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        names = super().get_readonly_fields(request, obj)
        if obj and "currency" not in names and obj.ticket_types.exists():
            names.append("currency")  # prices are numbers of its smallest unit
        shown_as = {"main_language": "languages", "all_languages": None}
        return [shown_as.get(name, name) if isinstance(name, str) else name for name in names]

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return (
            fieldsets
            if obj is None or self.has_change_permission(request, obj)
            else [one for one in fieldsets if one[0] != _("Languages")]
        )

    def says_languages(self, request: Any) -> bool:
        return False  # each has languages of its own

    def translatable(self, request: Any) -> Any:
        return Edition.objects.filter(pk=request.edition.pk)

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return request.user.is_superuser or super().has_add_permission(request, obj)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return request.user.is_superuser or request.user.has_duty(
            obj or request.edition, *self.duties_to_view
        )

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return request.user.has_duty(obj or request.edition, *self.duties_to_change)

    def languages(self, request: Any) -> list[str]:
        return request.edition.languages if request.edition else [code for code, _name in settings.LANGUAGES]

    def changeform_view(
        self, request: Any, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        opened = self.get_object(request, unquote(object_id)) if object_id else None
        if opened and opened != request.edition:
            request.edition = opened
            request.session[KEY] = opened.pk
        with at_home_in(request.edition):
            return answered(super().changeform_view(request, object_id, *args, **kwargs))

    def save_model(self, request: Any, obj: Edition, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change and not request.user.is_superuser:
            Duty.objects.create(user=request.user, edition=obj, role=Duty.Role.OWNER)
        if change:
            self._tell_of_languages(request, obj, form.languages_before)

    def _tell_of_languages(self, request: Any, edition: Edition, before: list[str]) -> None:
        """Say where to see what a new language lacks, and that what is hidden is kept."""
        for code in edition.languages:
            if code not in before:
                said = gettext("%(language)s is new here. See what is missing in it.")
                link = format_html(
                    '<a href="{}">{}</a>',
                    reverse("translations"),
                    said % {"language": cldr.language_name(code)},
                )
                self.message_user(request, link, messages.INFO)
        for code in before:
            if code not in edition.languages:
                said = gettext(
                    "%(language)s is hidden now. Its texts are kept, and come back when you choose it again."
                )
                self.message_user(request, said % {"language": cldr.language_name(code)}, messages.INFO)

    @admin.display(description=_("dates"), ordering="starts_on")
    def dates(self, edition: Edition) -> str:
        return day_range(edition.starts_on, edition.ends_on)

    @admin.display(description=_("phase"))
    def phase(self, edition: Edition) -> str:
        return pill(edition.phase, edition.phase.label)

    @admin.display(description=CURRENT_MARK, boolean=True)
    def is_current(self, edition: Edition) -> bool:
        return edition.is_current


@admin.register(StakeholderGroup)
class StakeholderGroupAdmin(EditionAdmin):
    """The constituencies of an edition."""

    duties_to_view = ("programme", "finance")
    duties_to_change = ("registration", "protection")
    lasting = ("slug",)
    menu_position = 4
    list_display = ("__str__", "slug", "mark", "shown_as", "position")
    list_select_related = ("shown_as",)
    fields = ("name", "slug", "description", "colour", "shown_as", "position")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        names = super().get_readonly_fields(request, obj)
        is_free = "shown_as" in names or request.user.has_duty(request.edition, "protection")
        return names if is_free else [*names, "shown_as"]

    def uses(self, record: StakeholderGroup) -> list[str]:
        # One sentence for all: a list of what holds the group would name the people in it. Without it, a ticket type
        # that is for this group alone would be for everybody.
        holders = (
            *(record.tickets, record.waiting_entries, record.speakers),
            *(record.ticket_types, record.stands_for),
        )
        if any(held.exists() for held in holders):
            return [gettext("“%(group)s” is in use, so it is kept.") % {"group": record}]
        return []

    @admin.display(description=_("looks like"))
    def mark(self, group: StakeholderGroup) -> str:
        return drawn(group.public)
