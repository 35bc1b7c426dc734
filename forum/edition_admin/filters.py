"""Filters of lists that offer what belongs to the chosen edition."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import FieldListFilter, ModelAdmin, RelatedFieldListFilter, SimpleListFilter
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import cldr


class OfEditionFilter(RelatedFieldListFilter):
    """By a related record, of the chosen edition only."""

    def field_choices(self, field: Any, request: Any, model_admin: ModelAdmin) -> list[tuple[Any, Any]]:
        related = model_admin.admin_site._registry.get(field.remote_field.model)
        if related is None or not hasattr(related, "edition_lookup"):
            return super().field_choices(field, request, model_admin)
        return [(record.pk, str(record)) for record in related.get_queryset(request)]


FieldListFilter.register(lambda field: bool(field.remote_field), OfEditionFilter, take_priority=True)


class PublicGroupFilter(SimpleListFilter):
    """By stakeholder group as others see it, so that nobody is sorted out by what is not shown of them."""

    title = _("group, as shown")
    parameter_name = "shown-group"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (str(group.pk), str(group)) for group in request.edition.groups.all() if not group.shown_as_id
        ]

    def queryset(self, request: Any, queryset: Any) -> Any:
        wanted = self.value()
        if wanted not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(Q(group=wanted, group__shown_as=None) | Q(group__shown_as=wanted))


class MissingLanguageFilter(SimpleListFilter):
    """By a language that a record lacks, of those that its edition is offered in."""

    title = _("languages")
    parameter_name = "lacks"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (code, gettext("Missing in %(language)s") % {"language": cldr.language_name(code)})
            for code in request.edition.languages
        ]

    def queryset(self, request: Any, queryset: Any) -> Any:
        wanted = self.value()
        if wanted not in dict(self.lookup_choices):
            return queryset
        return queryset.lacking(wanted, main=request.edition.main_language)
