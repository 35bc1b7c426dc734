"""Cancelling the forum, and paying many orders back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import Edition
from forum.translated.boxes import TranslatedFormField
from registration.forms.badges import KeysField
from registration.models.bulk_plan import What


class OrdersField(KeysField):
    """The keys of the orders that were chosen."""

    default_error_messages = {"broken": _("The choice of orders got lost on the way. Choose them again.")}

    def validate(self, value: Any) -> None:
        if not value:
            raise forms.ValidationError(_("No order was chosen. Choose some in the list of orders."))


class _ReasonForm(forms.Form):
    """Why, in each language of the edition; and which plan was seen."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, edition: Edition, data: Any = None, *, is_wanted: bool, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.fields["reason"] = TranslatedFormField(
            languages=edition.offered,
            long=True,
            required=is_wanted,
            label=_("Reason"),
            help_text=_("It stands in the mail that everybody gets, in the language of their order."),
        )


class CancelForumForm(_ReasonForm):
    """Why the forum does not take place."""

    def __init__(self, edition: Edition, data: Any = None) -> None:
        super().__init__(edition, data, is_wanted=True)


class PayBackForm(_ReasonForm):
    """Which orders are paid back, and how much of what was paid."""

    orders = OrdersField()
    what = forms.ChoiceField(
        label=_("How much?"),
        choices=[(What.REST, What.REST.label), (What.SHARE, What.SHARE.label)],
        widget=forms.RadioSelect,
    )
    share = forms.IntegerField(
        label=_("Share, in per cent"),
        min_value=1,
        max_value=100,
        help_text=_("For “a share of what was paid”: 100 is all of it. Tickets stay as they are."),
    )

    def __init__(self, edition: Edition, data: Any = None, **kwargs: Any) -> None:
        super().__init__(edition, data, is_wanted=False, **kwargs)
        self.order_fields(["what", "share", "reason"])
