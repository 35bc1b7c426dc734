"""Which badges are printed, and in which order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registration.badges.batch import Sorting

EVERYBODY = "all"


class KeysField(forms.CharField):
    """The keys of the tickets that were chosen, “3,14,15”; None is everybody. One field, however many there are."""

    default_error_messages = {"broken": _("The choice of tickets got lost on the way. Choose them again.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if text == EVERYBODY:
            return None
        keys = [part for part in text.split(",") if part]
        if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in keys):
            raise ValidationError(self.error_messages["broken"], code="broken")
        return [int(part) for part in keys]

    def validate(self, value: Any) -> None:
        if value == []:
            raise ValidationError(
                _("No ticket was chosen. Choose some in the list of tickets."), code="required"
            )


class BadgesForm(forms.Form):
    """What to print."""

    tickets = KeysField()
    sorting = forms.ChoiceField(
        label=_("In which order?"), choices=Sorting.choices, initial=Sorting.NAME, widget=forms.RadioSelect
    )


def written(keys: list[int] | None) -> str:
    """The keys as the form carries them."""
    return EVERYBODY if keys is None else ",".join(str(key) for key in keys)
