"""What a payer fills in on the hosted page. Only the address, the name and a test card's last digits are kept."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registration.payments.stripe_stand_in.cards import is_a_number
from registration.payments.stripe_stand_in.checkouts import Payer

# What stands in the fields at first, so that one press pays.
FIRST = {"number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "123", "name": "Test Payer"}


def _plain(**attributes: str) -> forms.TextInput:
    # No browser shall offer a real card here.
    return forms.TextInput({"autocomplete": "off", "spellcheck": "false", **attributes})


class PayerForm(forms.Form):
    """Who pays."""

    use_required_attribute = False  # the page says what is missing, in its own words

    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )
    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))

    def __init__(self, *args: Any, known_email: str | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if known_email:  # as Stripe does: an address that came with the checkout stays
            del self.fields["email"]
        self._known_email = known_email

    @property
    def payer(self) -> Payer:
        return Payer(self._known_email or self.cleaned_data["email"], self.cleaned_data["name"])


class CardForm(PayerForm):
    """Who pays, with which card."""

    number = forms.CharField(label=_("Card number"), max_length=40, widget=_plain(inputmode="numeric"))
    expiry = forms.CharField(
        label=_("Expires (month / year)"), max_length=9, widget=_plain(inputmode="numeric")
    )
    cvc = forms.CharField(label=_("Security code (CVC)"), max_length=4, widget=_plain(inputmode="numeric"))
    field_order = ["email", "number", "expiry", "cvc", "name"]

    def __init__(self, *args: Any, today: tuple[int, int], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._today = today  # year and month

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if not is_a_number(number):
            raise forms.ValidationError(_("This is not a card number. Look at its digits once more."))
        return number

    def clean_expiry(self) -> str:
        expiry: str = self.cleaned_data["expiry"]
        found = re.fullmatch(r"(0?[1-9]|1[0-2])\s*/?\s*(?:20)?([0-9]{2})", expiry.strip())
        if not found:
            raise forms.ValidationError(_("Write the month and the year as on the card, such as 12 / 40."))
        if (2000 + int(found[2]), int(found[1])) < self._today:
            raise forms.ValidationError(_("This card has expired."))
        return expiry

    def clean_cvc(self) -> str:
        cvc: str = self.cleaned_data["cvc"]
        if not re.fullmatch(r"[0-9]{3,4}", cvc):
            raise forms.ValidationError(_("Write the three or four digits from the back of the card."))
        return cvc
