"""The EditionAdmin: shows and offers the records of the chosen edition, to those with a duty for them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar

from django.contrib.admin.options import BaseModelAdmin, ShowFacets, StackedInline, TabularInline
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseInlineFormSet, CheckboxInput, CheckboxSelectMultiple
from django.http import HttpResponse
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from forum.edition_admin.filters import MissingLanguageFilter
from forum.edition_admin.forms import ColourInput, DayInput, EditionForm, MomentInput
from forum.edition_admin.searching import FindsOnce
from forum.edition_admin.shown import languages_column, readable
from forum.edition_admin.verbs import WithVerbs
from forum.errors import Refusal
from forum.models.edition import HEX_COLOUR
from forum.templatetags.formats import zone_name
from forum.translated import TranslatedField, texts_of


class _ByDuty(BaseModelAdmin):
    """Rights follow from duties in the chosen edition; fields offer what belongs to it. Owners may do everything."""

    duties_to_view: ClassVar[tuple[str, ...]] = ()
    duties_to_change: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[bool] = True
    changes: ClassVar[bool] = True
    deletes: ClassVar[bool] = True
    lasting: ClassVar[tuple[str, ...]] = ()
    """Fields that are chosen once and never change: addresses."""
    view_on_site: Any = False  # what has an address is not always public: orders and tickets have secret ones
    form: Any = EditionForm

    def _may_change(self, request: Any) -> bool:
        return request.user.has_duty(request.edition, *self.duties_to_change)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return self._may_change(request) or request.user.has_duty(request.edition, *self.duties_to_view)

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return self.adds and self._may_change(request)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return self.changes and self._may_change(request)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return self.deletes and self._may_change(request)

    def has_module_permission(self, request: Any) -> bool:
        return self.has_view_permission(request)

    # --- what is only read ---

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        names = [*super().get_readonly_fields(request, obj), *(self.lasting if obj else ())]
        if obj is not None and not self.has_change_permission(request, obj):
            names = flatten_fieldsets(super().get_fieldsets(request, obj))
        return readable(self.model, names)

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        only_read = {getattr(name, "__name__", name): name for name in self.get_readonly_fields(request, obj)}

        def placed(names: Any) -> list[Any]:
            return [
                placed(one) if isinstance(one, (list, tuple)) else only_read.get(one, one) for one in names
            ]

        return [
            (title, {**options, "fields": placed(options["fields"])})
            for title, options in super().get_fieldsets(request, obj)
        ]

    # --- what is written ---

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if isinstance(db_field, TranslatedField):
            return db_field.formfield(languages=self.languages(request))
        if isinstance(db_field, models.DateTimeField):
            zone = zone_name(request.edition.begins_at) if request.edition else "UTC"
            said = format_lazy("{} {}.", db_field.help_text, zone) if db_field.help_text else f"{zone}."
            return db_field.formfield(widget=MomentInput(), help_text=said)
        if isinstance(db_field, models.DateField):
            return db_field.formfield(widget=DayInput())
        if HEX_COLOUR in db_field.validators:
            kwargs.setdefault("widget", ColourInput())
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        if db_field.many_to_many:
            kwargs.setdefault("widget", CheckboxSelectMultiple())
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # The windows that it opens for related records are of no use on a telephone, and of little elsewhere.
            field.widget = field.widget.widget
        return field

    def languages(self, request: Any) -> list[str]:
        """The languages in which texts are asked for, main one first."""
        return request.edition.languages

    def get_field_queryset(self, db: Any, db_field: Any, request: Any) -> Any:
        related = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(related, EditionAdmin):
            return related.get_queryset(request)
        return super().get_field_queryset(db, db_field, request)


class EditionAdmin(_ByDuty, FindsOnce, WithVerbs):
    """The admin of a model whose records belong to an edition, by way of `edition_lookup`.

    A record of another edition does not exist here. What is written in several languages has a box for each of the
    edition's; times are the edition's own. Where the model's verb refuses, the form says so beside the field.
    """

    edition_lookup: ClassVar[str] = "edition"
    menu_position: ClassVar[int] = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50

    def get_queryset(self, request: Any) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(**{self.edition_lookup: request.edition})

    def get_list_display(self, request: Any) -> list[Any]:
        names = readable(self.model, super().get_list_display(request))
        if self.says_languages(request):
            # Not last, where it would be out of sight in a wide list.
            names.insert(1, languages_column(self.languages(request)))
        return names

    def get_list_filter(self, request: Any) -> list[Any]:
        filters = [*super().get_list_filter(request)]
        return [*filters, MissingLanguageFilter] if self.says_languages(request) else filters

    def says_languages(self, request: Any) -> bool:
        """Whether the list tells which languages the records have: where there are several to have."""
        return bool(self.has_texts and request.edition and len(request.edition.languages) > 1)

    @property
    def has_texts(self) -> bool:
        """Whether its records have texts that are written and changed in several languages."""
        return self.changes and bool(texts_of(self.model))

    def translatable(self, request: Any) -> Any:
        """The records whose texts are to be translated in the chosen edition."""
        related = self.list_select_related
        records = self.get_queryset(request)
        return records.select_related(*related) if isinstance(related, tuple) and related else records

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Only what the list offers as a filter: nobody can feel their way to what is not shown to them."""
        filters: list[Any] = [
            one[0] if isinstance(one, (list, tuple)) else one for one in self.get_list_filter(request)
        ]
        offered = [one if isinstance(one, str) else one.parameter_name for one in filters]
        name, _separator, way = next(
            (lookup.partition(f"{one}__") for one in offered if lookup.startswith(f"{one}__")),
            (lookup, "", ""),
        )
        if name == "" and way in {"exact", "id__exact", "isnull"}:
            return True
        return lookup in offered or (
            bool(self.date_hierarchy) and lookup.startswith(f"{self.date_hierarchy}__")
        )

    def get_exclude(self, request: Any, obj: Any = None) -> Any:
        return [*(super().get_exclude(request, obj) or []), "edition"]

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.edition = request.edition
        form.refusal = getattr(request, "refusal", None)
        return form

    def _changeform_view(self, request: Any, object_id: str | None, *args: Any, **kwargs: Any) -> Any:
        # Django calls it within the transaction: what is saved is merged into the row as it is now.
        if object_id and request.method == "POST" and self.has_texts:
            with suppress(ValidationError):
                pk = self.model._meta.pk.to_python(unquote(object_id))
                list(self.model._default_manager.held([pk]))
        return super()._changeform_view(request, object_id, *args, **kwargs)  # type: ignore[misc]

    def changeform_view(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            # The transaction is undone; the same form comes again, with the reason beside its field.
            request.refusal = refusal
            return super().changeform_view(request, *args, **kwargs)

    def uses(self, record: Any) -> list[str]:
        """Why this record is kept, beyond what the database protects; nothing when it may be deleted."""
        return []

    def get_deleted_objects(self, objs: Any, request: Any) -> Any:
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        reasons = [reason for record in objs for reason in self.uses(record)] or protected
        return deleted, counts, set() if reasons else lacking, reasons


class ChildFormSet(BaseInlineFormSet):
    """Records that know their parent while they are checked, also one that is only about to be saved."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        setattr(form.instance, self.fk.name, self.instance)
        return form


class RowFormSet(ChildFormSet):
    """Rows of a table: a column's heading is no label, so each control carries its own."""

    def get_deletion_widget(self) -> CheckboxInput:
        return CheckboxInput(attrs={"aria-label": _("Delete")})


class EditionTabularInline(_ByDuty, TabularInline):
    """Records of the same edition as their parent, a row each. Where nobody can change them they are but shown."""

    extra = 0
    formset = RowFormSet

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        if not (self.adds or self.changes or self.deletes):
            self.template = "admin/edit_inline/shown.html"

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.widget.attrs["aria-label"] = capfirst(str(field.label))
        return field


class EditionStackedInline(_ByDuty, StackedInline):
    """Records of the same edition as their parent, one below the other."""

    extra = 0
    formset = ChildFormSet
