"""Who may sign in, and who is trusted with what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.edition_admin import EditionAdmin, EditionForm, shown
from forum.fields import AddressField
from forum.models import Duty, User


class DutyForm(EditionForm):
    """A duty, given to an e-mail address."""

    email = AddressField(label=_("E-mail"), help_text=_("They need not have signed in before."))

    class Meta:
        model = Duty
        fields = ("role",)
        widgets = {"role": forms.RadioSelect}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        person = User.objects.known_as(cleaned.get("email", ""))
        held = [(duty.edition_id, duty.role) for duty in person.duties.all()] if person else []
        if self.edition and (self.edition.pk, cleaned.get("role")) in held:
            raise ValidationError({"email": _("They have this duty already.")})
        return cleaned


@admin.register(Duty)
class DutyAdmin(EditionAdmin):
    """Who may do what in this edition. Owners give duties and take them."""

    form = DutyForm
    changes = False
    menu_position = 8
    list_display = ("person", "email", "role")
    list_filter = ("role",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    fields = ("email", "role")

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        return [(None, {"fields": ("email", "role") if obj is None else ("person", "email", "role")})]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        return [] if obj is None else ["person", "email", "role"]

    def formfield_for_choice_field(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return db_field.formfield(widget=forms.RadioSelect, choices=Duty.Role.choices)

    def save_model(self, request: Any, obj: Duty, form: Any, change: bool) -> None:
        obj.user = User.objects.welcome(form.cleaned_data["email"])
        super().save_model(request, obj, form, change)

    def uses(self, record: Duty) -> list[str]:
        owners = [duty for duty in record.edition.duties.all() if duty.role == Duty.Role.OWNER]
        if owners == [record]:
            return [
                gettext("“%(person)s” is the only owner. Give somebody else the duty first.")
                % {"person": record.user}
            ]
        return []

    @admin.display(description=_("person"), ordering="user__name")
    def person(self, duty: Duty) -> str:
        return str(duty.user)

    @admin.display(description=_("e-mail"), ordering="user__email")
    def email(self, duty: Duty) -> str:
        return duty.user.email


class UserForm(EditionForm):
    """Somebody who can sign in. Addresses are kept in small letters, as they are looked for."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


SEEN = (shown(User, "joined_at"), shown(User, "last_login"))


class EveryDutyInline(admin.TabularInline):
    """A person's duties in all editions."""

    model = Duty
    extra = 0
    fields = ("edition", "role")


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Everybody who can sign in: for superusers. Passwords are neither shown nor set here."""

    form = UserForm
    menu_position = 9
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_display = ("email", "name", "duties_held", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    fields = ("email", "name", "language", "is_active", "is_superuser", *SEEN)
    readonly_fields = SEEN
    inlines = (EveryDutyInline,)

    def _is_superuser(self, request: Any, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_view_permission = has_add_permission = has_change_permission = _is_superuser

    def has_module_permission(self, request: Any) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(duty_count=Count("duties"))

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("duties"), ordering="duty_count")
    def duties_held(self, user: Any) -> int:
        return user.duty_count
