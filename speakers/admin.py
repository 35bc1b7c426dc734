"""The organizers' side of speakers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forum.actor import Actor
from forum.edition_admin import EditionAdmin, EditionForm, EditionTabularInline, PublicGroupFilter, Verb, pill
from forum.edition_admin.forms import WebAddressesField
from forum.models import StakeholderGroup
from forum.templatetags.components import group as group_drawn
from forum.templatetags.components import portrait as portrait_drawn
from speakers.models import Availability, Consent, Speaker


def _agreement(scope: Consent.Scope) -> tuple[Verb, Verb]:
    """The two verbs of an agreement, as an organizer notes it who was told by the speaker."""

    def agreed(speaker: Speaker) -> bool:
        return any(one.scope == scope and one.withdrawn_at is None for one in speaker.consents.all())

    def agree(speaker: Speaker, by: Actor, reason: str) -> None:
        speaker.agree(scope)

    def withdraw(speaker: Speaker, by: Actor, reason: str) -> None:
        speaker.withdraw(scope)

    return (
        Verb(
            f"agree-{scope}",
            format_lazy("{}: {}", _("They agree"), scope.label),
            _("The agreement is kept"),
            agree,
            applies=lambda speaker: not agreed(speaker),
        ),
        Verb(
            f"withdraw-{scope}",
            format_lazy("{}: {}", _("They withdraw"), scope.label),
            _("The agreement has ended"),
            withdraw,
            applies=agreed,
            warning=_(
                "From this moment it holds no longer. Who is not to be shown is gone from the public pages at once."
            ),
        ),
    )


class MissingFilter(admin.SimpleListFilter):
    """By what their page lacks."""

    title = _("missing")
    parameter_name = "missing"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("photo", _("Photo")), ("bio", _("Bio")), ("agreement", _("Agreement to be shown"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        match self.value():
            case "photo":
                return queryset.without_photo()
            case "bio":
                return queryset.without_bio()
            case "agreement":
                return queryset.exclude(pk__in=Speaker.objects.consenting())
        return queryset


class ConsentInline(EditionTabularInline):
    """What a speaker agreed to, and when. Changed by the verbs above only."""

    model = Consent
    duties_to_view = ("programme", "protection")
    adds = changes = deletes = False
    fields = ("scope", "given_at", "withdrawn_at", "text_version")


class AvailabilityInline(EditionTabularInline):
    """When a speaker can speak. Shown to nobody but organizers."""

    model = Availability
    duties_to_view = ("protection",)
    duties_to_change = ("programme",)
    extra = 1
    fields = ("starts_at", "ends_at")
    verbose_name = _("time in which they can speak")
    verbose_name_plural = _("times in which they can speak; none: always")


class SpeakerForm(EditionForm):
    """A speaker's profile.

    Who does not see the real groups is asked for the one that others see; as long as it stays, the real one stays.
    """

    sees_real_groups: ClassVar[bool] = False

    class Meta:
        model = Speaker
        exclude = ("edition",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "links" in self.fields:
            self.fields["links"] = WebAddressesField(label=_("Links"))
        if self.instance.group and not self.sees_real_groups:
            self.initial["group"] = self.instance.group.public.pk

    def clean_group(self) -> StakeholderGroup | None:
        chosen, kept = self.cleaned_data["group"], self.instance.group
        stays = kept and not self.sees_real_groups and kept.public == chosen
        return kept if stays else chosen


@admin.register(Speaker)
class SpeakerAdmin(EditionAdmin):
    """Who speaks."""

    form = SpeakerForm
    duties_to_view = ("protection",)
    duties_to_change = ("programme",)
    lasting = ("slug",)
    menu_position = 1
    list_display = ("name", "organisation", "shown_group", "country", "is_featured", "is_listed", "lacks")
    list_filter = (MissingFilter, PublicGroupFilter, "is_featured")
    list_select_related = ("group__shown_as",)
    search_fields = ("search_text",)
    search_help_text = _("Words of name, organisation, role or bio, in any language.")
    readonly_fields = ("portrait", "sessions", "account")
    fieldsets = (
        (None, {"fields": ("portrait", "name", "role", "organisation", "group", "country", "slug")}),
        (_("On their page"), {"fields": ("bio", "links", "is_featured", "position", "sessions")}),
        (_("Never shown"), {"fields": ("email", "account")}),
    )
    inlines = (AvailabilityInline, ConsentInline)
    verbs = tuple(verb for scope in Consent.Scope for verb in _agreement(scope))

    def get_queryset(self, request: Any) -> Any:
        speakers: Any = super().get_queryset(request)
        return speakers.with_agreement()

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.sees_real_groups = self._sees_real_groups(request)
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "group" and not self._sees_real_groups(request):
            kwargs["limit_choices_to"] = {"shown_as": None}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @staticmethod
    def _sees_real_groups(request: Any) -> bool:
        return bool(request.user.has_duty(request.edition, "protection"))

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.about(search_term), False

    def save_model(self, request: Any, obj: Speaker, form: Any, change: bool) -> None:
        if change:
            if "email" in form.changed_data:
                obj.correct_email(obj.email)
            obj.save_but_photo()
        else:
            super().save_model(request, obj, form, change)

    def view_on_site(self, speaker: Speaker) -> str | None:
        return speaker.get_absolute_url() if speaker in Speaker.objects.public() else None

    def uses(self, record: Speaker) -> list[str]:
        count = record.released_appearances.count()
        if not count:
            return []
        shown = ngettext("%(count)s released session", "%(count)s released sessions", count) % {
            "count": count
        }
        return [
            gettext("“%(name)s” is in %(shown)s. Withdraw their agreement to be shown instead.")
            % {"name": record, "shown": shown}
        ]

    @admin.display(
        description=_("group, as shown"), ordering=Coalesce("group__shown_as__position", "group__position")
    )
    def shown_group(self, speaker: Speaker) -> str:
        return group_drawn(speaker.group.public) if speaker.group else "–"

    @admin.display(description=_("shown in public"), boolean=True, ordering="listed")
    def is_listed(self, speaker: Any) -> bool:
        return speaker.listed

    @admin.display(description=_("lacks"))
    def lacks(self, speaker: Speaker) -> str:
        lacking = [
            *([] if speaker.photo_key else [gettext("photo")]),
            *([] if speaker.bio else [gettext("bio")]),
        ]
        return format_html_join(" ", "{}", ((pill("draft", what),) for what in lacking)) or "–"

    @admin.display(description=_("edited by"))
    def account(self, speaker: Speaker) -> str:
        return speaker.user.email if speaker.user else gettext("Nobody has signed in with this address yet.")

    @admin.display(description=_("photo"))
    def portrait(self, speaker: Speaker) -> str:
        return portrait_drawn(speaker)

    @admin.display(description=_("appears in"))
    def sessions(self, speaker: Any) -> str:
        appearances = speaker.appearances.select_related("session")
        lines = (
            (
                reverse("admin:agenda_session_change", args=[one.session_id]),
                one.session,
                one.get_role_display(),
            )
            for one in appearances
        )
        return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a> · {}', lines) or "–"
