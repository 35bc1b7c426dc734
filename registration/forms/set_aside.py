"""The back office's form about places that are set aside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.edition_admin.forms import MomentInput
from forum.models import StakeholderGroup
from forum.templatetags.formats import zone_name
from registration.models import Quota, SetAside


class SetAsideForm(forms.Form):
    """How many places are kept, for whom, and until when."""

    number = forms.IntegerField(label=_("How many places"), min_value=1)
    groups = forms.ModelMultipleChoiceField(
        label=_("Only for these groups"),
        queryset=StakeholderGroup.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("And for those that are shown as one of them. They share the other places, too."),
        error_messages={"required": _("Choose the groups that they are for.")},
    )
    until = forms.DateTimeField(label=_("Until"), required=False, widget=MomentInput())

    def __init__(self, quota: Quota, data: Any) -> None:
        self.quota, self.before = quota, SetAside.of(quota)
        known = self.before
        initial = {"number": known.number, "groups": known.groups, "until": known.until} if known else {}
        super().__init__(data, initial=initial, label_suffix="")
        groups = self.fields["groups"]
        assert isinstance(groups, forms.ModelMultipleChoiceField)
        groups.queryset = quota.edition.groups.shown_as_themselves()
        self.fields["number"].help_text = gettext("Of %(size)s.") % {"size": quota.size}
        self.fields["until"].help_text = gettext(
            "%(zone)s. From then on all groups share what is left of them. Left empty: until you release them."
        ) % {"zone": zone_name(quota.edition.begins_at)}

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until and until <= timezone.now():
            raise forms.ValidationError(_("That moment has passed. Choose a later one, or none."))
        return until

    @property
    def wanted(self) -> SetAside:
        """What the valid answers ask for."""
        said = self.cleaned_data
        return SetAside(said["number"], list(said["groups"]), said["until"])
