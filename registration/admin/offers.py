"""What can be had, and for how much."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forum.edition_admin import EditionAdmin, EditionForm, EditionTabularInline, when
from forum.edition_admin.base import RowFormSet
from forum.edition_admin.forms import MoneyField, RateField
from forum.money import price as price_written
from forum.money import rate_written
from registration.models import PriceStep, TicketType


@admin.display(description=_("price"), ordering="price")
def price(record: TicketType | PriceStep) -> str:
    """The price of a record, for those who but read it."""
    return price_written(record.price, record.edition.currency)


@admin.display(description=_("own tax rate"))
def own_tax_rate(record: TicketType) -> str:
    """The rate of a ticket type, for those who but read it."""
    return "–" if record.own_tax_rate is None else rate_written(record.own_tax_rate)


def _with_price(names: list[Any]) -> list[Any]:
    return [price if name == "price" else name for name in names]


class PriceStepForm(EditionForm):
    """A price that holds for a time. One whose time is over is shown as it was, and stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.is_over:
            for field in self.fields.values():
                field.disabled = True

    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        if "until" in self.changed_data and until <= timezone.now():
            raise ValidationError(
                _("This moment has passed already. To end a step now, delete it: tickets keep their price.")
            )
        return until


class PriceStepFormSet(RowFormSet):
    """The prices by date of a ticket type: no two end at the same moment, and none is deleted whose time is over."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk and form.instance.is_over:
            form.fields["DELETE"].disabled = True

    def validate_unique(self) -> None:
        ends: set[datetime] = set()
        for form in self.forms:
            typed = getattr(form, "cleaned_data", {})
            until = typed.get("until")
            if until is None or typed.get("DELETE"):
                continue
            if until in ends:
                form.add_error("until", gettext("Another step ends at this moment. Choose another one."))
            ends.add(until)


class PriceStepInline(EditionTabularInline):
    """Prices by date: until a moment, a ticket costs less, or more, than it does in the end."""

    model = PriceStep
    form = PriceStepForm
    formset = PriceStepFormSet
    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    fields = ("name", "price", "until")
    extra = 1

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("ticket_type__edition")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        return _with_price(super().get_readonly_fields(request, obj))

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name != "price":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        currency = request.edition.currency
        field = MoneyField(currency=currency, label=_("Price"), help_text=currency)
        field.widget.attrs["aria-label"] = field.label
        return field


@admin.register(TicketType)
class TicketTypeAdmin(EditionAdmin):
    """What can be had. How many there are of it is the quotas' matter."""

    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    menu_position = 5
    list_display = (
        "__str__",
        "price_written",
        "for_groups",
        "quotas_written",
        "needs_approval",
        "is_active",
        "position",
    )
    list_filter = ("is_active", "is_hidden", "needs_approval", "is_remote")
    fieldsets = (
        (None, {"fields": ("name", "description", "price", "own_tax_rate", "is_remote", "position")}),
        (_("For whom, on which days"), {"fields": ("groups", "days")}),
        (
            _("When and how"),
            {
                "fields": (
                    *("is_active", "is_hidden", ("available_from", "available_until"), "needs_approval"),
                    ("min_per_order", "max_per_order"),
                    "is_for_speakers",
                )
            },
        ),
    )
    inlines = (PriceStepInline,)

    def get_queryset(self, request: Any) -> Any:
        types = super().get_queryset(request).select_related("edition")
        return types.prefetch_related("groups", "quotas", "price_steps")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        names = _with_price(super().get_readonly_fields(request, obj))
        return [own_tax_rate if name == "own_tax_rate" else name for name in names]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "own_tax_rate":
            label = capfirst(db_field.verbose_name)
            return RateField(nothing=None, label=label, help_text=db_field.help_text)
        if db_field.name == "price":
            currency = request.edition.currency
            return MoneyField(
                currency=currency,
                label=_("Price without tax") if request.edition.tax_is_added else _("Price"),
                initial=0,
                help_text=_(
                    "In %(currency)s; 0 is free. It holds when the last price step below is over. Tickets that were "
                    "placed keep their price."
                )
                % {"currency": currency},
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def uses(self, record: TicketType) -> list[str]:
        count = record.tickets.count()
        if not count:
            invited = gettext("Somebody is invited to “%(type)s”. Take it off the offer instead.")
            return [invited % {"type": record}] if record.guests.exists() else []
        sold = ngettext("%(count)s ticket is", "%(count)s tickets are", count) % {"count": count}
        return [
            gettext("%(sold)s of the type “%(type)s”. Take it off the offer instead.")
            % {"sold": sold, "type": record}
        ]

    @admin.display(description=_("price"), ordering="price")
    def price_written(self, ticket_type: TicketType) -> str:
        currency = ticket_type.edition.currency
        written, following = price_written(ticket_type.price_now, currency), ticket_type.next_price
        if following is None:
            return written
        then = gettext("until %(moment)s, then %(price)s") % {
            "moment": when(following.begins_at),
            "price": price_written(following.amount, currency),
        }
        return format_html("{}<br><small>{}</small>", written, then)

    @admin.display(description=_("for the groups"))
    def for_groups(self, ticket_type: TicketType) -> str:
        return ", ".join(str(group) for group in ticket_type.groups.all()) or gettext("Everybody")

    @admin.display(description=_("quotas"))
    def quotas_written(self, ticket_type: TicketType) -> str:
        wholes = [str(quota) for quota in ticket_type.quotas.all() if not quota.is_aside]
        return ", ".join(wholes) or gettext("No limit")
