"""What organizers write: pages, partners."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.edition_admin import EditionAdmin
from forum.models import Page, Partner


@admin.register(Page)
class PageAdmin(EditionAdmin):
    """Texts in Markdown, each at an address of its own."""

    duties_to_view = ("registration", "protection")
    duties_to_change = ("programme",)
    lasting = ("slug",)
    menu_position = 2
    list_display = ("__str__", "slug", "in_menu", "position", "updated_at")
    list_filter = ("in_menu",)
    search_fields = ("slug", "title", "body")
    search_help_text = _("Part of the address, the title or the text.")
    fields = ("title", "slug", "body", "in_menu", "position")

    def view_on_site(self, page: Page) -> str:
        return page.get_absolute_url()

    def uses(self, record: Page) -> list[str]:
        if record.versions.exists():
            return [
                gettext("People have agreed to “%(page)s” as it stood then, so it is kept.")
                % {"page": record}
            ]
        return []


@admin.register(Partner)
class PartnerAdmin(EditionAdmin):
    """Organisations that host, fund or report the forum."""

    duties_to_change = ("programme",)
    menu_position = 3
    list_display = ("name", "role", "website", "position")
    list_filter = ("role",)
    search_fields = ("name",)
    fields = ("name", "role", "description", "website", "logo", "position")
