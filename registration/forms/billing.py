"""Whom an order's invoice is made out to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.fields import LineField, LinesField
from registration.forms.choices import CountrySelect, countries_by_name
from registration.models import Order, Recipient


class BillingDetailsForm(forms.Form):
    """Asks for what an accountant needs on an invoice; whether it is needed before the payment, only where something is
    still to be paid."""

    name = LineField(
        label=_("Name or company"),
        max_length=200,
        help_text=_("As it is to stand on the invoice."),
        widget=forms.TextInput(attrs={"autocomplete": "billing organization"}),
        error_messages={"required": _("Write who the invoice is for.")},
    )
    address = LinesField(
        label=_("Postal address"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "billing street-address"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        choices=countries_by_name,
        widget=CountrySelect,
        error_messages={"invalid_choice": _("Choose a country from the list.")},
    )
    tax_number = LineField(
        label=_("Tax number"),
        max_length=60,
        required=False,
        help_text=_("If your office needs it on the invoice."),
    )
    purchase_order = LineField(
        label=_("Purchase order"),
        max_length=60,
        required=False,
        help_text=_("The number under which your office ordered, if it has one."),
    )
    early = forms.BooleanField(
        label=_("I need the invoice before I can pay. Please issue it now."), required=False
    )

    def __init__(self, order: Order, *args: Any, **kwargs: Any) -> None:
        self.details = order.details
        known = self.details
        initial = {**asdict(known.recipient), "early": known.wanted_at is not None} if known else {}
        super().__init__(*args, **{"initial": initial, "label_suffix": "", **kwargs})
        if not order.is_payable:
            del self.fields["early"]

    @property
    def recipient(self) -> Recipient:
        """Whom the invoice is made out to, as it was written."""
        names = ("name", "address", "country", "tax_number", "purchase_order")
        return Recipient(**{name: self.cleaned_data[name] for name in names})

    @property
    def is_wanted(self) -> bool:
        """Whether the invoice is needed before the payment; as it was where that is not asked any more."""
        was = self.details is not None and self.details.wanted_at is not None
        return bool(self.cleaned_data.get("early", was))
