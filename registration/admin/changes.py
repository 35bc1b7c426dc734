"""What attendees may change by themselves: what comes back to who cancels, and the changes that were asked for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.edition_admin import EditionAdmin, EditionTabularInline, state
from forum.edition_admin.forms import MoneyField
from forum.money import price as price_written
from forum.money import written
from registration.models import RefundRule, TypeChange


@admin.display(description=_("less a fee"), ordering="fee")
def fee(rule: RefundRule) -> str:
    """The fee of a rule, for each ticket."""
    return written(rule.fee, rule.edition.currency) if rule.fee else "–"


@admin.register(RefundRule)
class RefundRuleAdmin(EditionAdmin):
    """What comes back to who cancels, by date. Without rules organizers decide each cancellation."""

    duties_to_view = ("registration",)
    duties_to_change = ("finance",)
    menu_position = 9
    list_display = ("until", "share_written", fee, "holds")
    fields = ("until", "share", "fee")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("edition")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        return [fee if name == "fee" else name for name in super().get_readonly_fields(request, obj)]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name != "fee":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        currency = request.edition.currency
        said = _("In %(currency)s, for each ticket; 0 for none.") % {"currency": currency}
        return MoneyField(currency=currency, label=_("Less a fee"), initial=0, help_text=said)

    @admin.display(description=_("comes back"), ordering="share")
    def share_written(self, rule: RefundRule) -> str:
        return f"{rule.share} %"

    @admin.display(description=_("holds"))
    def holds(self, rule: RefundRule) -> str:
        return gettext("Over") if rule.is_over else gettext("Yes")


class TypeChangeInline(EditionTabularInline):
    """The changes to another type that were asked for a ticket."""

    model = TypeChange
    duties_to_view = ("registration", "finance")
    adds = changes = deletes = False
    fields = ("from_type", "to_type", state, "prices", "asked_at", "pay_by")
    readonly_fields = ("from_type", "to_type", state, "prices")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("from_type", "to_type", "ticket__order__edition")

    @admin.display(description=_("price"))
    def prices(self, change: TypeChange) -> str:
        currency = change.edition.currency
        return f"{price_written(change.from_price, currency)} → {price_written(change.price, currency)}"
