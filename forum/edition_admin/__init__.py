"""What the admins of all storeys are made of: one edition at a time, rights by duty, states changed by verbs."""

from forum.edition_admin.base import EditionAdmin, EditionStackedInline, EditionTabularInline
from forum.edition_admin.filters import PublicGroupFilter
from forum.edition_admin.forms import EditionForm
from forum.edition_admin.shown import pill, shown, state, when
from forum.edition_admin.verbs import Sum, Verb

__all__ = [
    "EditionAdmin",
    "EditionForm",
    "EditionStackedInline",
    "EditionTabularInline",
    "PublicGroupFilter",
    "Sum",
    "Verb",
    "pill",
    "shown",
    "state",
    "when",
]
