"""The stakeholder groups of an edition."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.edition_admin import EditionAdmin
from forum.models import StakeholderGroup
from forum.templatetags.components import group as drawn


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
            *(record.tickets, record.guests, record.waiting_entries, record.speakers),
            *(record.ticket_types, record.stands_for, record.quotas),
        )
        if any(held.exists() for held in holders):
            return [gettext("“%(group)s” is in use, so it is kept.") % {"group": record}]
        return []

    @admin.display(description=_("looks like"))
    def mark(self, group: StakeholderGroup) -> str:
        return drawn(group.public)
