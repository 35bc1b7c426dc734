"""The back office's forms about those who wait."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registration.models import OfferTime, WaitingEntry


class MoveAfterForm(forms.Form):
    """Behind whom somebody is moved, and why."""

    after = forms.ModelChoiceField(
        label=_("After"),
        queryset=WaitingEntry.objects.none(),
        error_messages={"invalid_choice": _("That one does not wait any more. Choose another one.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays with the entry."),
    )

    def __init__(self, entry: WaitingEntry, data: Any) -> None:
        super().__init__(data, label_suffix="")
        field = self.fields["after"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = WaitingEntry.objects.beside(entry).in_turn().select_related("ticket_type")


class OfferTimeForm(forms.ModelForm):
    """How many hours a place is kept."""

    class Meta:
        model = OfferTime
        fields = ("hours",)
        labels = {"hours": _("Hours")}
        help_texts = {
            "hours": _(
                "So long a place is kept for somebody who waited, and never longer than one can register. Offers that "
                "were made keep their time."
            )
        }
